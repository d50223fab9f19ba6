import type { IncomingMessage } from 'node:http';
import { type AccessOptions, ANONYMOUS, createAuthenticator } from '../../access/authenticator.ts';
import { Rights } from '../../access/rights.ts';
import type { Authorize, Credentials, KnownViewer } from '../../access/viewer.ts';
import type { Clock } from '../../clock.ts';
import { ContextManager } from '../../context/manager.ts';
import { UnauthenticatedError } from '../../errors.ts';
import { MemoryFeed } from '../../feed/memory-feed.ts';
import type { Limits } from '../../limits.ts';
import type { ResolverContext } from '../../schema/builder.ts';
import { MemoryStore } from '../../store/memory-store.ts';
import { addressOfRequest } from '../addresses.ts';
import { Rates } from '../rates.ts';
import { guardedCleanup } from './guarded-cleanup.ts';
import { guardedFleet } from './guarded-fleet.ts';
import { GuardedManager } from './guarded-manager.ts';
import { Rechecks, type Round } from './rechecks.ts';

/** What resolvers see of it all, and on whose behalf, where that makes a difference. */
export interface ViewedContext extends ResolverContext {
  readonly rights?: Rights;
}

/** Without what belongs to a request, which what is shared may outlive. */
export function viewed({ manager, cleanup, fleet, deltaFormatter, rights }: ViewedContext): ViewedContext {
  return { manager, cleanup, fleet, deltaFormatter, ...(rights && { rights }) };
}

export interface AccessSurroundings {
  readonly clock: Clock;
  readonly limits: Limits;
  /** Told of what a function of the options has thrown where nobody else is. */
  readonly onFailure: (error: unknown) => void;
}

const RECHECK_MS = 10_000;
/** The longest that a timer waits. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Who asks, and what they see. */
export class AccessControl {
  readonly #options: AccessOptions;
  readonly #authenticate: (credentials: Credentials) => Promise<KnownViewer>;
  readonly #authorize: Authorize | undefined;
  readonly #clock: Clock;
  readonly #patienceMs: number;
  readonly #onFailure: (error: unknown) => void;
  readonly #nothing: ContextManager;
  readonly #rechecks: Rechecks;
  readonly #rates: Rates;

  /** @throws TypeError that says what is wrong with the options */
  constructor(options: AccessOptions, { clock, limits, onFailure }: AccessSurroundings) {
    const { authorize, recheckMs = RECHECK_MS } = options;
    if (!Number.isInteger(recheckMs) || recheckMs < 1 || recheckMs > MAX_DELAY_MS)
      throw new TypeError(`access.recheckMs takes an integer from 1 to ${MAX_DELAY_MS} milliseconds.`);
    this.#options = options;
    this.#authenticate = createAuthenticator(options);
    this.#authorize = authorize && ((viewer, action, id) => this.#inTime(() => authorize(viewer, action, id)));
    this.#clock = clock;
    this.#patienceMs = limits.accessMs;
    this.#onFailure = onFailure;
    this.#nothing = new ContextManager({ store: new MemoryStore({ clock }), feed: new MemoryFeed(), clock, limits });
    this.#rechecks = new Rechecks(clock, recheckMs);
    this.#rates = new Rates(clock, limits.viewerOperationsPerSecond);
  }

  /** @throws UnauthenticatedError */
  async viewerOf(credentials: Credentials): Promise<KnownViewer> {
    const viewer = await this.#inTime(() => this.#authenticate(credentials));
    if (await this.#isRevoked(viewer)) throw new UnauthenticatedError();
    return viewer;
  }

  /** Counts an operation. Zero where it may run, else after how many milliseconds it may. Those who are nobody in particular are told apart by address. */
  take({ key }: KnownViewer, request: IncomingMessage | undefined): number {
    return this.#rates.take(key === ANONYMOUS && request ? `${key} ${addressOfRequest(request)}` : key);
  }

  /** What the viewer sees of what is there. @throws UnauthenticatedError once it has expired */
  contextFor(viewer: KnownViewer, all: ResolverContext): ViewedContext {
    if (leftOf(viewer) <= 0) throw new UnauthenticatedError();
    const rights = new Rights(viewer, this.#authorize);
    return {
      ...all,
      rights,
      manager: new GuardedManager(all.manager, this.#nothing, rights, this.#rechecks),
      cleanup: guardedCleanup(all.cleanup, rights),
      fleet: guardedFleet(all.fleet, rights),
    };
  }

  /** Runs once the viewer has expired or was revoked, unless the returned function is called before. */
  atEnd(viewer: KnownViewer, run: () => void): () => void {
    let cancel = (): void => {};
    const wait = (): void => {
      const left = leftOf(viewer);
      if (left === Number.POSITIVE_INFINITY) return;
      if (left <= 0) run();
      else cancel = this.#clock.after(Math.min(left, MAX_DELAY_MS), wait);
    };
    wait();
    const stop = this.#options.revoked && this.#rechecks.add((round) => this.#look(viewer, round, run));
    return () => {
      cancel();
      stop?.();
    };
  }

  close(): void {
    this.#rechecks.close();
    this.#nothing.close();
  }

  /** A list that can't be asked revokes nobody: everybody would be cut at once. */
  async #look(viewer: KnownViewer, round: Round, run: () => void): Promise<void> {
    const key = JSON.stringify([viewer.key, viewer.tokenId]);
    const known = round.get(key);
    const answer =
      known ??
      this.#isRevoked(viewer).catch((error) => {
        this.#onFailure(error);
        return false;
      });
    if (!known) round.set(key, answer);
    if (await answer) run();
  }

  async #isRevoked(viewer: KnownViewer): Promise<boolean> {
    const { revoked } = this.#options;
    // Whatever else than false a function may return, it did not say that it is not.
    return revoked !== undefined && (await this.#inTime(() => revoked(viewer))) !== false;
  }

  #inTime<T>(ask: () => T | Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const late = Object.assign(new Error('A function of access did not answer in time.'), { limit: 'accessMs' });
      const cancel = this.#clock.after(this.#patienceMs, () => reject(late));
      const settle =
        <V>(finish: (value: V) => void) =>
        (value: V): void => {
          cancel();
          finish(value);
        };
      (async () => ask())().then(settle(resolve), settle(reject));
    });
  }
}

/** By the system's time, whatever the server's own clock is set to tell. */
function leftOf({ expiresAt = Number.POSITIVE_INFINITY }: KnownViewer): number {
  return expiresAt - Date.now();
}
