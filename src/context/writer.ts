import type { Clock } from '../clock.ts';
import { ArpeggioError, withOutcome } from '../errors.ts';
import type { Limits } from '../limits.ts';
import {
  type Commit,
  type CommitOutcome,
  type ContextStore,
  type Receipt,
  type Snapshot,
  samePosition,
} from '../store/store.ts';
import { Draft, type Drafted, type WriteRequest } from './draft.ts';
import { LastSeen } from './last-seen.ts';
import { type ContextRule, type Intent, isRefusal, type Plan, planWrite } from './plan.ts';
import type { Start } from './start.ts';
import type { Tally } from './tally.ts';

export interface WriterOptions {
  readonly store: ContextStore;
  readonly clock: Clock;
  readonly limits: Limits;
  /** Makes lives and tags: random, base64url, never the same twice. */
  readonly mint: () => string;
  readonly tally: Tally;
  /** What the context's states have to keep to. @default nothing */
  readonly rule?: ContextRule | undefined;
}

/** A write as it waits for its turn. */
export interface Write {
  readonly intent: Intent;
  readonly condition: Start | undefined;
  readonly request: WriteRequest | undefined;
}

/** What became of a write, proven by a commit or by a read that started after the write came in. */
export type Written =
  | Drafted
  | { readonly kind: 'repeated'; readonly receipt: Receipt }
  | { readonly kind: 'missing' }
  | { readonly kind: 'conflict'; readonly current: Snapshot | null };

interface Waiting {
  readonly write: Write;
  readonly resolve: (written: Written) => void;
  readonly reject: (error: unknown) => void;
}

/** Something else than a write, which waits for its turn as writes do. */
interface Turn {
  readonly take: () => Promise<void>;
}

/** How many writes one commit carries at most, so that a flood does not become one huge script. */
const GROUP_SIZE = 256;
/** How long writes to one context may go on, in milliseconds, before others in the process get their turn. */
const TURN_MS = 10;

/**
 * The one place in a process where writes to one context are decided. Writes that come in while a commit is under way wait and go
 * together in the next one, each with its own version and delta; the state is kept between commits, and a commit that another process
 * overtook is decided anew on what that process made.
 */
export class Writer {
  readonly #id: string;
  readonly #options: WriterOptions;
  readonly #onIdle: () => void;
  readonly #waiting: (Waiting | Turn)[] = [];
  #isRunning = false;
  readonly lastSeen: LastSeen;

  constructor(id: string, options: WriterOptions, onIdle: () => void) {
    this.#id = id;
    this.#options = options;
    this.#onIdle = onIdle;
    this.lastSeen = new LastSeen(id, options.store);
  }

  get isIdle(): boolean {
    return !this.#isRunning;
  }

  write(write: Write): Promise<Written> {
    return new Promise((resolve, reject) => {
      this.#wait({ write, resolve, reject });
    });
  }

  /** Lets no write pass from when those before have been decided until what is returned then settles. It must not reject. */
  hold(take: () => Promise<void>): void {
    this.#wait({ take });
  }

  #wait(waiting: Waiting | Turn): void {
    this.#waiting.push(waiting);
    if (!this.#isRunning) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    // A turn of the microtask queue, so that writes issued together are grouped from the first commit on.
    await Promise.resolve();
    const { clock } = this.#options;
    let turnEnd = clock.monotonic() + TURN_MS;
    while (this.#waiting.length > 0) {
      await this.#next();
      // The memory store answers without letting go of the process.
      if (this.#waiting.length > 0 && clock.monotonic() >= turnEnd) {
        await clock.turn();
        turnEnd = clock.monotonic() + TURN_MS;
      }
    }
    this.#isRunning = false;
    this.#onIdle();
  }

  /** As many writes as go together, or the turn of something else. */
  async #next(): Promise<void> {
    const group: Waiting[] = [];
    for (const waiting of this.#waiting.slice(0, GROUP_SIZE)) {
      if ('take' in waiting) break;
      group.push(waiting);
    }
    const [first] = this.#waiting.splice(0, group.length || 1);
    if (first && 'take' in first) return first.take();
    try {
      this.#waiting.unshift(...(await this.#commitGroup(group)));
    } catch (error) {
      for (const { reject } of group) reject(withOutcome(error, 'NO'));
    }
  }

  /**
   * One commit, or none where the group moves nothing. Returns the writes whose turn is still to come. `fresh` is a state that was
   * read after the writes came in, if there is one.
   */
  async #commitGroup(group: readonly Waiting[], fresh?: Snapshot | null): Promise<readonly Waiting[]> {
    const isSure = fresh !== undefined || this.lastSeen.isUnknown;
    const base = fresh === undefined ? await this.lastSeen.current() : fresh;
    const draft = new Draft(base, this.#options.clock, this.#options.mint);
    const settle: (() => void)[] = [];
    const refused: Waiting[] = [];
    const turnEnd = this.#options.clock.monotonic() + TURN_MS;
    let taken = 0;
    for (const waiting of group) {
      const { intent, condition, request } = waiting.write;
      const plan = planWrite(intent, condition, draft.current, this.#options.limits, this.#options.rule);
      if (!draft.takes(plan) || (request && draft.has(request.key))) break;
      if (isRefusal(plan)) refused.push(waiting);
      settle.push(await this.#draft(waiting, plan, draft));
      taken += 1;
      if (this.#options.clock.monotonic() >= turnEnd) break;
    }
    const rest = group.slice(taken);
    if (draft.isEmpty) {
      // Nothing was written, so nothing has proven yet that the state decided on still stands.
      if (!isSure) {
        const now = await this.lastSeen.refresh();
        if (!samePosition(now?.position ?? null, base?.position ?? null)) return this.#commitGroup(group, now);
      }
      for (const done of settle) done();
      return rest;
    }
    const outcome = await this.#commit(draft.commit());
    if (outcome instanceof ArpeggioError) {
      this.lastSeen.doubt();
      // Who had no part in the commit is decided anew.
      for (const waiting of group.slice(0, taken)) if (!refused.includes(waiting)) waiting.reject(outcome);
      return [...refused, ...rest];
    }
    switch (outcome.kind) {
      case 'committed':
        this.lastSeen.see(draft.current);
        for (const done of settle) done();
        return rest;
      case 'conflict':
        this.#options.tally.retries += 1;
        await this.lastSeen.catchUp(outcome.log, base);
        return group;
      case 'repeated':
        return answerRepeated(group, outcome.receipts);
    }
  }

  /** Puts one planned write into the draft; the returned function answers it once the draft stands. */
  async #draft({ write, resolve, reject }: Waiting, plan: Plan, draft: Draft): Promise<() => void> {
    const { request } = write;
    const before = draft.current;
    if (isRefusal(plan)) {
      // It may be refused only for having been done before.
      const receipt = request ? await this.#options.store.findReceipt(this.#id, request.key) : null;
      if (receipt) return () => resolve({ kind: 'repeated', receipt });
      if (plan.kind === 'refused') return () => reject(plan.error);
      return () => resolve(plan.kind === 'missing' ? { kind: 'missing' } : { kind: 'conflict', current: before });
    }
    const written = draft.take(plan, request);
    return () => resolve(written);
  }

  async #commit(commit: Commit): Promise<CommitOutcome | ArpeggioError> {
    try {
      return await this.#options.store.commit(this.#id, commit);
    } catch (error) {
      return withOutcome(error, 'UNKNOWN');
    }
  }
}

/** Answers the writes that were committed by an earlier attempt, and returns the others. */
function answerRepeated(group: readonly Waiting[], receipts: readonly Receipt[]): readonly Waiting[] {
  const byKey = new Map(receipts.map((receipt) => [receipt.key, receipt]));
  return group.filter(({ write, resolve }) => {
    const receipt = write.request && byKey.get(write.request.key);
    if (receipt) resolve({ kind: 'repeated', receipt });
    return !receipt;
  });
}
