import type { Clock } from '../clock.ts';
import { apply, DeltaMismatchError } from '../delta/apply.ts';
import { ArpeggioError, withOutcome } from '../errors.ts';
import type { Limits } from '../limits.ts';
import {
  type Commit,
  type CommitOutcome,
  type ContextStore,
  type LiveContext,
  type Log,
  type Receipt,
  type Snapshot,
  samePosition,
} from '../store/store.ts';
import { Draft, type Step } from './draft.ts';
import { type ContextRule, type Intent, type Plan, planWrite } from './plan.ts';
import type { Start } from './start.ts';
import { type LiveLog, proveDelta } from './sync.ts';
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
  readonly request: { readonly key: string; readonly fingerprint: string } | undefined;
}

/** What became of a write, proven by a commit or by a read that started after the write came in. */
export type Written =
  | ({ readonly kind: 'moved' } & Step)
  | { readonly kind: 'kept'; readonly at: Snapshot }
  | { readonly kind: 'repeated'; readonly receipt: Receipt }
  | { readonly kind: 'missing' }
  | { readonly kind: 'conflict'; readonly current: Snapshot | null };

interface Waiting {
  readonly write: Write;
  readonly resolve: (written: Written) => void;
  readonly reject: (error: unknown) => void;
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
  #waiting: Waiting[] = [];
  #isRunning = false;
  /** The last state seen; undefined before any. */
  #known: Snapshot | null | undefined;
  /** Whether a commit may have moved the state without our knowing: the next decision wants a look first. */
  #isInDoubt = false;
  /** Settles once the last look is over. */
  #lastLook: Promise<unknown> = Promise.resolve();
  /** The look that has not begun yet, if somebody waits for one. */
  #nextLook: Promise<Snapshot | null> | undefined;

  constructor(id: string, options: WriterOptions, onIdle: () => void) {
    this.#id = id;
    this.#options = options;
    this.#onIdle = onIdle;
  }

  get isIdle(): boolean {
    return !this.#isRunning;
  }

  /** The last state that this writer has seen, which other processes may have left behind. */
  peek(): Snapshot | null {
    return this.#known ?? null;
  }

  /**
   * The state as it stands, for the price of what changed since the last look. Who asks during a look waits for the next, together with
   * all others who do: a look that began before somebody asked may miss what that one knows to be written.
   */
  refresh(): Promise<Snapshot | null> {
    this.#nextLook ??= this.#lookNext();
    return this.#nextLook;
  }

  write(write: Write): Promise<Written> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ write, resolve, reject });
      if (!this.#isRunning) void this.#run();
    });
  }

  async #lookNext(): Promise<Snapshot | null> {
    await this.#lastLook;
    this.#nextLook = undefined;
    const { store } = this.#options;
    const look = this.#see(async (known) => {
      if (known?.status !== 'live') return store.read(this.#id);
      return this.#catchUp(await store.readLog(this.#id, known.position.version, true), known);
    });
    this.#lastLook = look.catch(() => {});
    return look;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    // A turn of the microtask queue, so that writes issued together are grouped from the first commit on.
    await Promise.resolve();
    const { clock } = this.#options;
    let turnEnd = clock.monotonic() + TURN_MS;
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, GROUP_SIZE);
      try {
        const left = await this.#commitGroup(group);
        this.#waiting.unshift(...left);
        // The memory store answers without letting go of the process.
        if (this.#waiting.length > 0 && clock.monotonic() >= turnEnd) {
          await clock.turn();
          turnEnd = clock.monotonic() + TURN_MS;
        }
      } catch (error) {
        for (const { reject } of group) reject(withOutcome(error, 'NO'));
      }
    }
    this.#isRunning = false;
    this.#onIdle();
  }

  /**
   * One commit, or none where the group moves nothing. Returns the writes whose turn is still to come. `fresh` is a state that was
   * read after the writes came in, if there is one.
   */
  async #commitGroup(group: readonly Waiting[], fresh?: Snapshot | null): Promise<readonly Waiting[]> {
    const known = fresh === undefined && !this.#isInDoubt ? this.#known : fresh;
    const base = known === undefined ? await this.refresh() : known;
    this.#isInDoubt = false;
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
    const commit = draft.commit();
    if (commit === null) {
      // Nothing was written, so nothing has proven yet that the state decided on still stands.
      if (fresh === undefined && known !== undefined) {
        const now = await this.refresh();
        if (!samePosition(now?.position ?? null, known?.position ?? null)) return this.#commitGroup(group, now);
      }
      for (const done of settle) done();
      return rest;
    }
    const outcome = await this.#commit(commit);
    if (outcome instanceof ArpeggioError) {
      this.#isInDoubt = true;
      // Who had no part in the commit is decided anew.
      for (const waiting of group.slice(0, taken)) if (!refused.includes(waiting)) waiting.reject(outcome);
      return [...refused, ...rest];
    }
    switch (outcome.kind) {
      case 'committed':
        this.#known = draft.current;
        for (const done of settle) done();
        return rest;
      case 'conflict':
        this.#options.tally.retries += 1;
        await this.#see(() => this.#catchUp(outcome.log, base));
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
    const step = plan.kind === 'keep' ? null : draft.move(plan);
    const after = step?.after ?? before;
    if (after === null) throw new TypeError('A write that is kept has a context.');
    if (request) {
      const fromVersion = step?.fromVersion ?? after.position.version;
      const at = after.status === 'ended' ? after.endedAt : this.#options.clock.now();
      draft.leave(Object.freeze({ ...request, fromVersion, position: after.position, at }));
    }
    return () => resolve(step ? { kind: 'moved', ...step } : { kind: 'kept', at: after });
  }

  async #commit(commit: Commit): Promise<CommitOutcome | ArpeggioError> {
    try {
      return await this.#options.store.commit(this.#id, commit);
    } catch (error) {
      return withOutcome(error, 'UNKNOWN');
    }
  }

  /** Keeps what a look finds as the last state seen, unless another was seen while it looked: that one may be newer. */
  async #see(look: (known: Snapshot | null | undefined) => Promise<Snapshot | null>): Promise<Snapshot | null> {
    const known = this.#known;
    const found = await look(known);
    if (this.#known === known) this.#known = found;
    return found;
  }

  /** Brings a known state up to a log by its entries where they lead there, else by reading it whole. */
  async #catchUp(log: Log, known: Snapshot | null): Promise<Snapshot | null> {
    const { head, entries } = log;
    if (head?.status !== 'live') return head;
    const caughtUp = known?.status === 'live' ? advanced(known, { head, entries }) : null;
    return caughtUp ?? this.#options.store.read(this.#id);
  }
}

/** A known state brought up to a log; null where its entries do not lead there, or do not fit, though the store says that they do. */
function advanced(known: LiveContext, log: LiveLog): LiveContext | null {
  try {
    const decision = proveDelta({ kind: 'position', position: known.position }, log);
    if (decision.kind === 'noChange') return known;
    if (decision.kind === 'full') return null;
    return Object.freeze({ ...log.head, context: apply(decision.delta, known.context) });
  } catch (error) {
    if (error instanceof DeltaMismatchError) return null;
    throw error;
  }
}

function isRefusal(plan: Plan): plan is Extract<Plan, { kind: 'missing' | 'conflict' | 'refused' }> {
  return plan.kind === 'missing' || plan.kind === 'conflict' || plan.kind === 'refused';
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
