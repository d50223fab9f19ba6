import type { Clock } from '../clock.ts';
import { type ArpeggioError, aboutWrite, ContextNotFoundError, InputError, withOutcome } from '../errors.ts';
import type { Limits } from '../limits.ts';
import {
  type CommitOf,
  type ContextStore,
  groupOf,
  type JointOutcome,
  type Receipt,
  type Snapshot,
} from '../store/store.ts';
import { Answers } from './answers.ts';
import { checkId } from './checks.ts';
import { Draft, type Drafted, type WriteRequest } from './draft.ts';
import { type EndingWrite, intentOf, type LiveWrite } from './intents.ts';
import { checkCount } from './many.ts';
import type { ContextChange, ContextDeleted } from './model.ts';
import { type ContextRule, type Intent, isRefusal, planWrite, type Refused } from './plan.ts';
import { type Arguments, type RequestOptions, requestOf, sameRequest } from './requests.ts';
import { type Start, startOf } from './start.ts';
import type { Tally } from './tally.ts';
import type { Writer } from './writer.ts';
import type { Writers } from './writers.ts';
import { type Conditions, withConditions } from './writes.ts';

/** One of several writes that are one. */
export type ContextWrite = (LiveWrite | EndingWrite) & Conditions & { readonly id: string };

/** What one of them came to. */
export type ContextWritten = ContextChange | ContextDeleted;

export interface JointWritesOptions {
  readonly store: ContextStore;
  readonly clock: Clock;
  readonly limits: Limits;
  /** Makes lives and tags. */
  readonly mint: () => string;
  readonly tally: Tally;
  readonly ruleFor: (id: string) => ContextRule | undefined;
}

/** A write as it was admitted. */
interface Part {
  readonly id: string;
  readonly intent: Extract<Intent, { verb: ContextWrite['verb'] }>;
  readonly condition: Start | undefined;
}

interface Refusal {
  readonly index: number;
  readonly plan: Refused;
  readonly current: Snapshot | null;
}

type Decided =
  | { readonly kind: 'committed'; readonly drafted: readonly Drafted[] }
  /** An earlier attempt's receipts; null where that one is forgotten. */
  | { readonly kind: 'repeated'; readonly receipts: readonly (Receipt | null)[] };

/** How long decisions may go on, in milliseconds, before others in the process get their turn. */
const TURN_MS = 10;

/**
 * Writes to several contexts, decided on states that stand at one point, and committed as one. While one is decided, the writers of its
 * contexts let no other write pass, so that within a process nobody is overtaken; between processes it is the store that compares.
 */
export class JointWrites {
  readonly #options: JointWritesOptions;
  readonly #writers: Writers;
  readonly #answers: Answers;

  constructor(options: JointWritesOptions, writers: Writers) {
    this.#options = options;
    this.#writers = writers;
    this.#answers = new Answers(options.store);
  }

  /** @throws what refuses one of them, which it names by `write` */
  async write(writes: readonly ContextWrite[], options: RequestOptions): Promise<readonly ContextWritten[]> {
    const parts = this.#admitted(writes);
    if (parts.length === 0) return [];
    const args = () =>
      parts.map(({ id, intent }, i) => withConditions({ id, ...intent } as Arguments, writes[i] ?? {}));
    const request = requestOf(() => ({ writes: args() }), options, this.#options.limits);
    const decided = await this.#inTurn(parts, (writers) => this.#decide(parts, writers, request));
    return Promise.all(
      parts.map((part, i) =>
        this.#answer(part, i, decided, request).catch((error) => {
          throw aboutWrite(error, i);
        }),
      ),
    );
  }

  #admitted(writes: readonly ContextWrite[]): readonly Part[] {
    const { limits } = this.#options;
    checkCount(writes.length, limits);
    const ids = new Set<string>();
    return writes.map((write, i) =>
      about(i, () => {
        const { id, expectedVersion, expectedCursor } = write;
        checkId(id, limits);
        if (ids.has(id)) throw new InputError('Each context is written once.');
        ids.add(id);
        if (groupOf(id) !== groupOf(writes[0]?.id ?? id))
          throw new InputError('Contexts that are written as one have the same {group} in their ids.');
        const condition = startOf({ version: expectedVersion, cursor: expectedCursor });
        return { id, intent: intentOf(write, limits), condition };
      }),
    );
  }

  /**
   * Runs once all writers have come to it. It is put into all their queues in one go, so that two which meet in several writers stand in
   * the same order everywhere, and none waits for one that waits for it.
   */
  async #inTurn<T>(parts: readonly Part[], run: (writers: readonly Writer[]) => Promise<T>): Promise<T> {
    const writers = parts.map(({ id }) => this.#writers.hold(id));
    let end = (): void => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    const turns = writers.map(
      (writer) =>
        new Promise<void>((resolve) => {
          writer.hold(() => {
            resolve();
            return over;
          });
        }),
    );
    try {
      await Promise.all(turns);
      return await run(writers);
    } finally {
      end();
      for (const { id } of parts) this.#writers.release(id);
    }
  }

  async #decide(
    parts: readonly Part[],
    writers: readonly Writer[],
    request: WriteRequest | undefined,
  ): Promise<Decided> {
    for (let isFresh = false; ; isFresh = true) {
      const states = await Promise.all(
        writers.map(({ lastSeen }) => (isFresh ? lastSeen.refresh() : lastSeen.current())),
      );
      const { refusal, drafted, commits } = await this.#draft(parts, states, request);
      if (refusal) {
        // Only a state that was read after the writes came in is a reason to refuse them.
        if (!isFresh) continue;
        const receipts = await this.#receipts(parts, request);
        if (receipts) return { kind: 'repeated', receipts };
        throw await this.#failure(parts, refusal);
      }
      const outcome = await this.#commit(commits);
      if (outcome.kind === 'committed') {
        writers.forEach(({ lastSeen }, i) => {
          lastSeen.see(commits[i]?.commit.next ?? null);
        });
        this.#count(parts, drafted);
        return { kind: 'committed', drafted };
      }
      const receipts = outcome.refusals.map((refused) => (refused?.kind === 'repeated' ? refused.receipts[0] : null));
      if (receipts.some((receipt) => receipt))
        return { kind: 'repeated', receipts: receipts.map((one) => one ?? null) };
      this.#options.tally.retries += 1;
    }
  }

  /** What the store is to do, and what comes of it, or the first that is refused. */
  async #draft(parts: readonly Part[], states: readonly (Snapshot | null)[], request: WriteRequest | undefined) {
    const { limits, clock, mint, ruleFor } = this.#options;
    const drafted: Drafted[] = [];
    const commits: CommitOf[] = [];
    let turnEnd = clock.monotonic() + TURN_MS;
    for (const [index, { id, intent, condition }] of parts.entries()) {
      const current = states[index] ?? null;
      const plan = planWrite(intent, condition, current, limits, ruleFor(id));
      if (isRefusal(plan)) return { refusal: { index, plan, current }, drafted, commits };
      const draft = new Draft(current, clock, mint);
      drafted.push(draft.take(plan, request));
      commits.push({ id, commit: draft.commit() });
      if (clock.monotonic() >= turnEnd) {
        await clock.turn();
        turnEnd = clock.monotonic() + TURN_MS;
      }
    }
    return { drafted, commits };
  }

  async #commit(commits: readonly CommitOf[]): Promise<JointOutcome> {
    try {
      return await this.#options.store.commitAll(commits);
    } catch (error) {
      throw withOutcome(error, 'UNKNOWN');
    }
  }

  /** Those that an earlier attempt has left; undefined where there are none. */
  async #receipts(
    parts: readonly Part[],
    request: WriteRequest | undefined,
  ): Promise<readonly (Receipt | null)[] | undefined> {
    if (!request) return undefined;
    const receipts = await Promise.all(parts.map(({ id }) => this.#options.store.findReceipt(id, request.key)));
    return receipts.some((receipt) => receipt !== null) ? receipts : undefined;
  }

  async #failure(parts: readonly Part[], { index, plan, current }: Refusal): Promise<ArpeggioError> {
    const { id, condition } = parts[index] as Part;
    const error =
      plan.kind === 'refused'
        ? plan.error
        : plan.kind === 'missing'
          ? new ContextNotFoundError(id)
          : await this.#answers.conflict(id, condition, current);
    if (plan.kind === 'conflict') this.#options.tally.conflicts += 1;
    return aboutWrite(error, index);
  }

  #count(parts: readonly Part[], drafted: readonly Drafted[]): void {
    parts.forEach(({ intent }, i) => {
      if (drafted[i]?.kind === 'moved') this.#options.tally.commits[intent.verb] += 1;
    });
  }

  async #answer(
    { id, intent }: Part,
    index: number,
    decided: Decided,
    request: WriteRequest | undefined,
  ): Promise<ContextWritten> {
    const drafted = decided.kind === 'committed' ? decided.drafted[index] : undefined;
    const receipt = decided.kind === 'repeated' ? decided.receipts[index] : undefined;
    const done = drafted ?? (receipt && { kind: 'repeated' as const, receipt: sameRequest(receipt, request) });
    if (!done) {
      const message = 'The writes were applied; what became of this one is not known any more.';
      throw new ContextNotFoundError(id, { applied: 'YES', message });
    }
    return intent.verb === 'delete' ? this.#answers.end(id, done, intent.reason) : this.#answers.change(id, done);
  }
}

/** What fails there is about that one. */
function about<T>(index: number, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw aboutWrite(error, index);
  }
}
