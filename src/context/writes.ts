import type { ArchivedContext } from '../archive/archive.ts';
import { renderChanges } from '../delta/changes.ts';
import type { Path } from '../delta/deep-update.ts';
import type { Delta } from '../delta/delta.ts';
import { ContextNotFoundError, InputError, VersionConflictError, withOutcome } from '../errors.ts';
import type { Json } from '../json.ts';
import type { Limits } from '../limits.ts';
import type { ContextStore, LiveHead, Receipt, Snapshot } from '../store/store.ts';
import { checkRequestId } from './checks.ts';
import { encodeCursor, isEnded } from './cursor.ts';
import {
  type ContextChange,
  type ContextDeleted,
  type ContextDelta,
  contextDeleted,
  contextDelta,
  type FullContext,
  fullContext,
} from './model.ts';
import type { Intent } from './plan.ts';
import { fingerprint, receiptKey } from './requests.ts';
import { type Start, startOf, versionOf } from './start.ts';
import { proveDelta } from './sync.ts';
import type { Tally } from './tally.ts';
import type { Write, Writer, Written } from './writer.ts';

/** What every write takes. */
export interface WriteOptions {
  /** Write only at exactly this version; 0: only where there is no such context. */
  readonly expectedVersion?: number | undefined;
  /** Write only at exactly this position. */
  readonly expectedCursor?: string | undefined;
  /** Makes a retry safe: the same id with the same arguments counts once and returns the first outcome, for 10 minutes. */
  readonly requestId?: string | undefined;
  /** Whose request id it is. @default '' */
  readonly viewer?: string | undefined;
}

export interface UpdateOptions extends WriteOptions {
  /** Paths that go after the changes are merged in. @default none */
  readonly remove?: readonly Path[];
}

export interface RestoreOptions extends Pick<WriteOptions, 'requestId' | 'viewer'> {
  /** Replace a live context too, by a version above both. @default false */
  readonly force?: boolean | undefined;
}

type Arguments = { readonly [name: string]: Json };

/** From a caller's words to a write for the context's writer, and from what became of it to an answer. */
export class Writes {
  readonly #store: ContextStore;
  readonly #limits: Limits;
  readonly #writerOf: (id: string) => Writer;
  readonly #tally: Tally;

  constructor(store: ContextStore, limits: Limits, writerOf: (id: string) => Writer, tally: Tally) {
    this.#store = store;
    this.#limits = limits;
    this.#writerOf = writerOf;
    this.#tally = tally;
  }

  /** A set, an update or a patch. */
  async change(
    id: string,
    intent: Extract<Intent, { verb: 'set' | 'update' | 'patch' }>,
    options: WriteOptions,
  ): Promise<ContextChange> {
    return this.#changed(id, await this.#write(id, intent, options));
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
    if (known) return this.#repeatChange(id, known);
    const then = await find();
    if (then === null) throw new ContextNotFoundError(id);
    const { context, life } = then;
    return this.#changed(id, await this.#write(id, { verb: 'revert', context, life }, options, args));
  }

  async #changed(id: string, written: Exclude<Written, { kind: 'missing' | 'conflict' }>): Promise<ContextChange> {
    if (written.kind === 'repeated') return this.#repeatChange(id, written.receipt);
    const after = written.kind === 'moved' ? written.after : written.at;
    if (after.status !== 'live') throw new TypeError('Such a write leaves a context.');
    const context = fullContext(id, after, after.context);
    if (written.kind === 'kept' || !written.entry) return { context, delta: null };
    const { delta, insertedAt } = written.entry;
    return { context, delta: contextDelta(id, after.position, written.fromVersion, delta, insertedAt) };
  }

  async end(id: string, intent: Extract<Intent, { verb: 'delete' }>, options: WriteOptions): Promise<ContextDeleted> {
    const written = await this.#write(id, intent, options);
    if (written.kind === 'repeated') {
      return contextDeleted(id, written.receipt.position, intent.reason, written.receipt.at);
    }
    const after = written.kind === 'moved' ? written.after : written.at;
    if (after.status !== 'ended') throw new TypeError('A deletion leaves a tombstone.');
    return contextDeleted(id, after.position, after.reason, after.endedAt);
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
    if (known) return (await this.#repeatChange(id, known)).context;
    const { context, version } = await load();
    const written = await this.#write(id, { verb: 'restore', context, version, force }, rest, args);
    if (written.kind === 'repeated') return (await this.#repeatChange(id, written.receipt)).context;
    const after = written.kind === 'moved' ? written.after : written.at;
    if (after.status !== 'live') throw new TypeError('A restore leaves a context.');
    return fullContext(id, after, after.context);
  }

  /** The receipt of an earlier attempt, if there was one. @throws InputError where that was of another request */
  async #known(id: string, args: Arguments, options: WriteOptions): Promise<Receipt | null> {
    const request = this.#requestOf(args, options);
    const receipt = request ? await this.#store.findReceipt(id, request.key) : null;
    return receipt && sameRequest(receipt, request);
  }

  /** `args` is what a repetition must be equal in. */
  async #write(
    id: string,
    intent: Intent,
    options: WriteOptions,
    args: Arguments = { ...intent } as Arguments,
  ): Promise<Exclude<Written, { kind: 'missing' | 'conflict' }>> {
    const condition = startOf({ version: options.expectedVersion, cursor: options.expectedCursor });
    const request = this.#requestOf(args, options);
    const written = await this.#writerOf(id).write({ intent, condition, request });
    if (written.kind === 'missing') throw new ContextNotFoundError(id);
    if (written.kind === 'conflict') {
      this.#tally.conflicts += 1;
      throw await this.#conflict(id, condition, written.current);
    }
    if (written.kind === 'moved') this.#tally.commits[intent.verb] += 1;
    if (written.kind === 'repeated') sameRequest(written.receipt, request);
    return written;
  }

  #requestOf(
    args: Arguments,
    { requestId, viewer = '', expectedVersion, expectedCursor }: WriteOptions,
  ): Write['request'] {
    if (requestId === undefined) return undefined;
    const all = { ...args, expectedVersion: expectedVersion ?? null, expectedCursor: expectedCursor ?? null };
    return { key: receiptKey(viewer, checkRequestId(requestId, this.#limits)), fingerprint: fingerprint(all) };
  }

  /** The context as it stands, with the delta that the first attempt made as long as the window holds it. */
  async #repeatChange(id: string, receipt: Receipt): Promise<ContextChange> {
    try {
      const snapshot = await this.#store.read(id);
      if (snapshot?.status === 'live') {
        return { context: fullContext(id, snapshot, snapshot.context), delta: await this.#deltaOf(id, receipt) };
      }
    } catch (error) {
      throw withOutcome(error, 'YES');
    }
    const message = `The write was applied, as version ${receipt.position.version}; the context has been deleted since.`;
    throw new ContextNotFoundError(id, { applied: 'YES', message });
  }

  async #deltaOf(id: string, { fromVersion, position }: Receipt): Promise<ContextDelta | null> {
    if (fromVersion === position.version || isEnded(position)) return null;
    const { head, entries } = await this.#store.readLog(id, fromVersion);
    const entry = entries.find(({ version, tag }) => version === position.version && tag === position.tag);
    if (head?.position.life !== position.life || !entry) return null;
    return contextDelta(id, position, fromVersion, entry.delta, entry.insertedAt);
  }

  async #conflict(id: string, condition: Start | undefined, current: Snapshot | null): Promise<VersionConflictError> {
    const live = current?.status === 'live' ? current : null;
    const delta = live && condition ? await this.#deltaBetween(id, condition, live) : null;
    const currentVersion = live?.position.version ?? 0;
    const currentCursor = current ? encodeCursor(current.position) : null;
    return new VersionConflictError({ currentVersion, currentCursor, changes: delta && renderChanges(delta) }, delta);
  }

  /** From the condition to the state that the write met, which others may have left behind since. */
  async #deltaBetween(id: string, condition: Start, head: LiveHead): Promise<Delta | null> {
    const log = await this.#store.readLog(id, versionOf(condition));
    const entries = log.entries.filter(({ version }) => version <= head.position.version);
    const decision = proveDelta(condition, { head, entries });
    return decision.kind === 'delta' ? decision.delta : null;
  }
}

/** @throws InputError where the receipt is that of another request */
function sameRequest(receipt: Receipt, request: Write['request']): Receipt {
  if (receipt.fingerprint === request?.fingerprint) return receipt;
  throw new InputError('This request id was used with other arguments.');
}
