import { type AccessOptions, createAuthenticator } from '../../access/authenticator.ts';
import { Rights } from '../../access/rights.ts';
import type { Credentials, Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../clock.ts';
import { ContextManager } from '../../context/manager.ts';
import { UnauthenticatedError } from '../../errors.ts';
import { MemoryFeed } from '../../feed/memory-feed.ts';
import type { Limits } from '../../limits.ts';
import type { ResolverContext } from '../../schema/builder.ts';
import { MemoryStore } from '../../store/memory-store.ts';
import { guardedCleanup } from './guarded-cleanup.ts';
import { GuardedManager } from './guarded-manager.ts';

/** What resolvers see of it all, and on whose behalf, where that makes a difference. */
export interface ViewedContext extends ResolverContext {
  readonly rights?: Rights;
}

/** Without what belongs to a request, which what is shared may outlive. */
export function viewed({ manager, cleanup, deltaFormatter, rights }: ViewedContext): ViewedContext {
  return { manager, cleanup, deltaFormatter, ...(rights && { rights }) };
}

/** The longest that a timer waits. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Who asks, and what they see. */
export class AccessControl {
  readonly #authenticate: (credentials: Credentials) => Promise<Viewer>;
  readonly #options: AccessOptions;
  readonly #clock: Clock;
  readonly #nothing: ContextManager;

  /** @throws TypeError that says what is wrong with the options */
  constructor(options: AccessOptions, clock: Clock, limits: Limits) {
    this.#authenticate = createAuthenticator(options);
    this.#options = options;
    this.#clock = clock;
    this.#nothing = new ContextManager({ store: new MemoryStore({ clock }), feed: new MemoryFeed(), clock, limits });
  }

  /** @throws UnauthenticatedError */
  viewerOf(credentials: Credentials): Promise<Viewer> {
    return this.#authenticate(credentials);
  }

  /** What the viewer sees of what is there. @throws UnauthenticatedError once it has expired */
  contextFor(viewer: Viewer, all: ResolverContext): ViewedContext {
    if (leftOf(viewer) <= 0) throw new UnauthenticatedError();
    const rights = new Rights(viewer, this.#options.authorize);
    return {
      ...all,
      rights,
      manager: new GuardedManager(all.manager, this.#nothing, rights),
      cleanup: guardedCleanup(all.cleanup, rights),
    };
  }

  /** Runs once the viewer has expired, unless the returned function is called before. */
  atExpiry(viewer: Viewer, run: () => void): () => void {
    let cancel = (): void => {};
    const wait = (): void => {
      const left = leftOf(viewer);
      if (left === Number.POSITIVE_INFINITY) return;
      if (left <= 0) run();
      else cancel = this.#clock.after(Math.min(left, MAX_DELAY_MS), wait);
    };
    wait();
    return () => cancel();
  }

  close(): void {
    this.#nothing.close();
  }
}

/** By the system's time, whatever the server's own clock is set to tell. */
function leftOf({ expiresAt = Number.POSITIVE_INFINITY }: Viewer): number {
  return expiresAt - Date.now();
}
