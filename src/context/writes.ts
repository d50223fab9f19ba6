import type { ArchivedContext } from '../archive/archive.ts';
import type { Path } from '../delta/deep-update.ts';
import { ContextNotFoundError } from '../errors.ts';
import type { Limits } from '../limits.ts';
import type { ContextStore, Receipt } from '../store/store.ts';
import { Answers, type Done } from './answers.ts';
import { type EndingWrite, intentOf, type LiveWrite } from './intents.ts';
import { type ContextChange, type ContextDeleted, type FullContext, fullContext } from './model.ts';
import type { Intent } from './plan.ts';
import { type Arguments, type RequestOptions, requestOf, sameRequest } from './requests.ts';
import { startOf } from './start.ts';
import type { Tally } from './tally.ts';
import type { Writer } from './writer.ts';

/** Where a write expects the context to be. */
export interface Conditions {
  /** Write only at exactly this version; 0: only where there is no such context. */
  readonly expectedVersion?: number | undefined;
  /** Write only at exactly this position. */
  readonly expectedCursor?: string | undefined;
}

/** What every write takes. */
export interface WriteOptions extends Conditions, RequestOptions {}

export interface UpdateOptions extends WriteOptions {
  /** Paths that go after the changes are merged in. @default none */
  readonly remove?: readonly Path[] | undefined;
}

export interface RestoreOptions extends RequestOptions {
  /** Replace a live context too, by a version above both. @default false */
  readonly force?: boolean | undefined;
}

/** From a caller's words to a write for the context's writer, and from what became of it to an answer. */
export class Writes {
  readonly #store: ContextStore;
  readonly #limits: Limits;
  readonly #writerOf: (id: string) => Writer;
  readonly #tally: Tally;
  readonly #answers: Answers;

  constructor(store: ContextStore, limits: Limits, writerOf: (id: string) => Writer, tally: Tally) {
    this.#store = store;
    this.#limits = limits;
    this.#writerOf = writerOf;
    this.#tally = tally;
    this.#answers = new Answers(store);
  }

  async change(id: string, change: LiveWrite, options: WriteOptions): Promise<ContextChange> {
    return this.#answers.change(id, await this.#write(id, intentOf(change, this.#limits), options));
  }

  /**
   * What the context was at a version, which `find` finds, as a new one. A request that was answered before does not look again.
   *
   * @throws what `find` throws; ContextNotFoundError where it finds nothing, or the life that it found is over
   */
  async revert(
    id: string,
    toVersion: number,
    find: () => Promise<FullContext | null>,
    options: WriteOptions,
  ): Promise<ContextChange> {
    const args = { verb: 'revert', toVersion };
    const known = await this.#known(id, args, options);
    if (known) return this.#answers.repeatChange(id, known);
    const then = await find();
    if (then === null) throw new ContextNotFoundError(id);
    const { context, life } = then;
    return this.#answers.change(id, await this.#write(id, { verb: 'revert', context, life }, options, args));
  }

  async end(id: string, ending: EndingWrite, options: WriteOptions): Promise<ContextDeleted> {
    const intent = intentOf(ending, this.#limits);
    return this.#answers.end(id, await this.#write(id, intent, options), intent.reason);
  }

  /**
   * A new life from what `load` finds. A request that was answered before does not load again.
   *
   * @throws what `load` throws; VersionConflictError over a live context, unless forced
   */
  async restore(id: string, load: () => Promise<ArchivedContext>, options: RestoreOptions): Promise<FullContext> {
    const { force = false, ...rest } = options;
    const args = { verb: 'restore', force };
    const known = await this.#known(id, args, rest);
    if (known) return (await this.#answers.repeatChange(id, known)).context;
    const { context, version } = await load();
    const written = await this.#write(id, { verb: 'restore', context, version, force }, rest, args);
    if (written.kind === 'repeated') return (await this.#answers.repeatChange(id, written.receipt)).context;
    const after = written.kind === 'moved' ? written.after : written.at;
    if (after.status !== 'live') throw new TypeError('A restore leaves a context.');
    return fullContext(id, after, after.context);
  }

  /** The receipt of an earlier attempt, if there was one. @throws InputError where that was of another request */
  async #known(id: string, args: Arguments, options: WriteOptions): Promise<Receipt | null> {
    const request = requestOf(() => withConditions(args, options), options, this.#limits);
    const receipt = request ? await this.#store.findReceipt(id, request.key) : null;
    return receipt && sameRequest(receipt, request);
  }

  /** `args` is what a repetition must be equal in. */
  async #write(
    id: string,
    intent: Intent,
    options: WriteOptions,
    args: Arguments = { ...intent } as Arguments,
  ): Promise<Done> {
    const condition = startOf({ version: options.expectedVersion, cursor: options.expectedCursor });
    const request = requestOf(() => withConditions(args, options), options, this.#limits);
    const written = await this.#writerOf(id).write({ intent, condition, request });
    if (written.kind === 'missing') throw new ContextNotFoundError(id);
    if (written.kind === 'conflict') {
      this.#tally.conflicts += 1;
      throw await this.#answers.conflict(id, condition, written.current);
    }
    if (written.kind === 'moved') this.#tally.commits[intent.verb] += 1;
    if (written.kind === 'repeated') sameRequest(written.receipt, request);
    return written;
  }
}

/** `args`, and where the write expects the context to be: what a repetition must be equal in. */
export function withConditions(args: Arguments, { expectedVersion, expectedCursor }: Conditions): Arguments {
  return { ...args, expectedVersion: expectedVersion ?? null, expectedCursor: expectedCursor ?? null };
}
