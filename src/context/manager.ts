import { noArchive } from '../archive/archive.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Path } from '../delta/deep-update.ts';
import { InputError, StoreUnavailableError, withOutcome } from '../errors.ts';
import type { Feed } from '../feed/feed.ts';
import type { Json, JsonObject } from '../json.ts';
import { defaultLimits, type Limits, withDefaults } from '../limits.ts';
import type { ContextStore } from '../store/store.ts';
import { Archived } from './archived.ts';
import { type Blame, findBlame } from './blame.ts';
import { checkId, checkListing, checkPath, checkPrefix } from './checks.ts';
import { encodeCursor, randomTag } from './cursor.ts';
import { History, type HistoryOptions, type HistoryPage } from './history.ts';
import type { LiveWrite } from './intents.ts';
import { type ContextWrite, type ContextWritten, JointWrites } from './joint-writes.ts';
import { Listings, listed } from './listings.ts';
import type { ContextManagerOptions, ListOptions, ManyHooks, WatchHooks } from './manager-options.ts';
import { type ContextsEvent, checkCount, type ManyGiven, startsOf } from './many.ts';
import {
  type ContextChange,
  type ContextDeleted,
  type ContextDelta,
  type ContextEvent,
  type ContextExport,
  type ContextPage,
  contextSummary,
  type FullContext,
  fullContext,
  type SyncResult,
} from './model.ts';
import { OpenContext } from './open-context.ts';
import { Reads } from './reads.ts';
import type { RequestOptions } from './requests.ts';
import { type Given, startOf } from './start.ts';
import { type GivenOf, syncEach } from './sync-many.ts';
import { noTally, type Tally } from './tally.ts';
import { type WatchOptions, watchContext } from './watch.ts';
import { watchContexts } from './watch-many.ts';
import { Writer } from './writer.ts';
import { Writers } from './writers.ts';
import { type RestoreOptions, type UpdateOptions, type WriteOptions, Writes } from './writes.ts';

/**
 * Contexts and everything that can be done with them. Stateless: any number of managers, in any number of processes, may share a
 * store; `open` is the stateful way.
 *
 * Every verb throws InputError for malformed arguments and StoreUnavailableError where the store does not answer; errors of writes
 * say by `applied` what became of the write. One that would break the context's rule throws what the rule says.
 */
export class ContextManager {
  readonly #store: ContextStore;
  readonly #feed: Feed;
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #heartbeatMs: number;
  readonly #onFailure: (error: unknown) => void;
  readonly #writers: Writers;
  readonly #archived: Archived;
  readonly #history: History;
  /** What ends each watch that has begun. */
  readonly #watches = new Set<() => void>();
  #isClosed = false;
  readonly #listings: Listings;
  readonly #reads: Reads;
  readonly #writes: Writes;
  readonly #jointWrites: JointWrites;
  readonly #tally: Tally;

  constructor(options: ContextManagerOptions) {
    const { store, feed, clock = systemClock(), limits, heartbeatMs = 10_000, archive = noArchive } = options;
    const { onFailure = () => {}, mint = randomTag, cacheBytes = 16 * 1024 * 1024 } = options;
    const { tally = noTally() } = options;
    this.#store = store;
    this.#feed = feed;
    this.#clock = clock;
    this.#limits = withDefaults(defaultLimits, limits);
    this.#heartbeatMs = heartbeatMs;
    this.#onFailure = onFailure;
    const all = { store, clock, limits: this.#limits, mint, tally };
    const ruleFor = options.ruleFor ?? (() => undefined);
    this.#writers = new Writers((id, onIdle) => new Writer(id, { ...all, rule: ruleFor(id) }, onIdle), cacheBytes);
    this.#writes = new Writes(store, this.#limits, (id) => this.#writers.of(id), tally);
    this.#jointWrites = new JointWrites({ ...all, ruleFor }, this.#writers);
    this.#tally = tally;
    this.#listings = new Listings(store, clock);
    this.#reads = new Reads(store, this.#writers, tally);
    const read = (id: string) => this.#reads.read(id);
    this.#history = new History(store, read);
    this.#archived = new Archived(archive, this.#limits, clock, read, () => this.#mustBeOpen());
  }

  /** Replaces the whole context, or makes it, at version 1. @throws VersionConflictError, ContextTooLargeError */
  async set(id: string, context: JsonObject, options: WriteOptions = {}): Promise<ContextChange> {
    return this.#change(id, { verb: 'set', context }, options);
  }

  /**
   * Merges `changes` into the context: objects merge, everything else replaces; then the paths in `remove` go.
   *
   * @throws ContextNotFoundError, VersionConflictError, ContextTooLargeError
   */
  async update(id: string, changes: JsonObject, { remove, ...options }: UpdateOptions = {}): Promise<ContextChange> {
    return this.#change(id, { verb: 'update', changes, remove }, options);
  }

  /** Ends the context's life. @throws ContextNotFoundError, VersionConflictError */
  async delete(id: string, options: WriteOptions = {}): Promise<ContextDeleted> {
    return this.#attempt(() => this.#writes.end(checkId(id, this.#limits), { verb: 'delete' }, options));
  }

  /**
   * Applies a JSON Patch (RFC 6902), all of it or nothing; its `test` operations are conditions on the context as it stands.
   *
   * @throws ContextNotFoundError, PatchFailedError, VersionConflictError, ContextTooLargeError, LimitExceededError
   */
  async patch(id: string, patch: readonly Json[], options: WriteOptions = {}): Promise<ContextChange> {
    return this.#change(id, { verb: 'patch', patch }, options);
  }

  /**
   * Makes the context what it was at a version that is retained, by a new version.
   *
   * @throws ContextNotFoundError, VersionNotRetainedError, VersionConflictError, ContextTooLargeError
   */
  async revert(id: string, toVersion: number, options: WriteOptions = {}): Promise<ContextChange> {
    return this.#attempt(() => {
      const find = () => this.#history.at(id, toVersion);
      return this.#writes.revert(checkId(id, this.#limits), toVersion, find, options);
    });
  }

  /**
   * Several contexts whose ids share a `{group}`, each written once: all of it happens at one point, or nothing does. The answers are in
   * their order. What refuses one refuses all, and names it by `write`.
   *
   * @throws as each of them alone; InputError for ids that do not go together; LimitExceededError
   */
  async writeMany(writes: readonly ContextWrite[], options: RequestOptions = {}): Promise<readonly ContextWritten[]> {
    return this.#attempt(() => this.#jointWrites.write(writes, options));
  }

  /** The context as it stands, or as it was at a version; null where there is none. @throws VersionNotRetainedError */
  async get(id: string, version?: number): Promise<FullContext | null> {
    this.#mustBeOpen();
    checkId(id, this.#limits);
    if (version !== undefined) return this.#history.at(id, version);
    const snapshot = await this.#reads.read(id);
    return snapshot?.status === 'live' ? fullContext(id, snapshot, snapshot.context) : null;
  }

  /** The retained deltas, each from one version to the next, the newest first. @throws ContextNotFoundError, VersionNotRetainedError */
  async history(id: string, options: HistoryOptions = {}): Promise<HistoryPage> {
    this.#mustBeOpen();
    checkListing(options.first ?? 50, this.#limits);
    return this.#history.page(checkId(id, this.#limits), options);
  }

  /** What turns one retained version into another, which may be the earlier. @throws ContextNotFoundError, VersionNotRetainedError */
  async diff(id: string, from: number, to: number): Promise<ContextDelta> {
    this.#mustBeOpen();
    return this.#history.diff(checkId(id, this.#limits), from, to);
  }

  /** The version that last changed what is at a path, or below it; null where no retained one did. @throws ContextNotFoundError */
  async blame(id: string, path: Path): Promise<Blame | null> {
    return findBlame(this, id, checkPath(path, this.#limits));
  }

  /** Hands the context, as it stands, to the archive. @throws ContextNotFoundError, ArchiveError */
  async export(id: string): Promise<ContextExport> {
    this.#mustBeOpen();
    return this.#archived.export(checkId(id, this.#limits));
  }

  /**
   * Begins a new life with what the archive holds: at the archived version where nothing is live; over a live context only with
   * `force`, at a version above both.
   *
   * @throws ArchiveError, VersionConflictError, ContextTooLargeError; the store is untouched then
   */
  async restore(id: string, options: RestoreOptions = {}): Promise<FullContext> {
    return this.#attempt(() => this.#writes.restore(checkId(id, this.#limits), () => this.#archived.load(id), options));
  }

  /** The least that brings a caller from the position it gives to the present. @throws ContextNotFoundError */
  async sync(id: string, given: Given = {}): Promise<SyncResult> {
    this.#mustBeOpen();
    const start = startOf(given) ?? ({ kind: 'nothing' } as const);
    return this.#reads.sync(checkId(id, this.#limits), start);
  }

  /** A page of the contexts there are, ordered by the code points of their ids. */
  async list({ prefix = '', first = 50, after, maxAgeMs }: ListOptions = {}): Promise<ContextPage> {
    this.#mustBeOpen();
    checkPrefix(prefix, this.#limits);
    checkListing(first, this.#limits);
    const listed = await this.#listings.read({ prefix, after: after ?? null, limit: first + 1 }, maxAgeMs);
    return {
      contexts: listed.slice(0, first).map(({ id, head }) => contextSummary(id, head)),
      hasNextPage: listed.length > first,
    };
  }

  /**
   * Every change of one context from a position on, or, without one, from the first `next()` on; see `watchContext`. The iterator
   * goes on through deletions, until it is returned.
   */
  watch(
    id: string,
    given: Given = {},
    { onIdle, isResumed = false }: WatchHooks = {},
  ): AsyncIterableIterator<ContextEvent> {
    this.#mustBeOpen();
    return watchContext(checkId(id, this.#limits), startOf(given), {
      ...this.#watching,
      isResumed,
      ...(onIdle && { onIdle: (position) => onIdle(position && encodeCursor(position)) }),
    });
  }

  /**
   * One stream of the changes of many contexts, each gapless and in its own order; see `watchContexts`.
   *
   * @throws InputError, LimitExceededError, here and as the stream goes on
   */
  watchMany(given: ManyGiven, { list, may = async () => true }: ManyHooks = {}): AsyncIterableIterator<ContextsEvent> {
    this.#mustBeOpen();
    return watchContexts(startsOf(given, this.#limits), {
      ...this.#watching,
      may,
      list: (prefix, maxAgeMs) =>
        listed(
          { prefix, maxAgeMs, first: Math.min(this.#limits.contextsAtOnce + 1, this.#limits.pageSize) },
          list ?? ((options) => this.list(options)),
        ),
      most: this.#limits.contextsAtOnce,
      check: (count) => checkCount(count, this.#limits),
    });
  }

  /**
   * The same as `sync` for many, in their order; null where there is no such context. `already`: how many were asked for along with these.
   *
   * @throws LimitExceededError; InputError for an id that comes twice, of which one would be as good
   */
  async syncMany(positions: readonly GivenOf[], already = 0): Promise<readonly (SyncResult | null)[]> {
    checkCount(already + positions.length, this.#limits);
    if (new Set(positions.map(({ id }) => id)).size < positions.length)
      throw new InputError('Each context is named once.');
    return syncEach(positions, (id, given) => this.sync(id, given));
  }

  /** Ends every watch, and refuses what comes after. Whoever made the store and the feed closes them. */
  close(): void {
    this.#isClosed = true;
    for (const end of this.#watches) end();
  }

  /** One context's actor in this process: writers one after the other, the last state kept. Close it when done. */
  async open(id: string): Promise<OpenContext> {
    this.#mustBeOpen();
    const writer = this.#writers.hold(checkId(id, this.#limits));
    const context = new OpenContext(id, this, writer, () => this.#writers.release(id));
    try {
      await writer.lastSeen.refresh();
    } catch (error) {
      context.close();
      throw error;
    }
    return context;
  }

  #mustBeOpen(): void {
    if (this.#isClosed) throw new StoreUnavailableError();
  }

  get #watching(): WatchOptions {
    return {
      store: this.#store,
      feed: this.#feed,
      clock: this.#clock,
      heartbeatMs: this.#heartbeatMs,
      onFailure: this.#onFailure,
      tally: this.#tally,
      onBegin: (end) => {
        this.#watches.add(end);
        return () => this.#watches.delete(end);
      },
    };
  }

  #change(id: string, change: LiveWrite, options: WriteOptions): Promise<ContextChange> {
    return this.#attempt(() => this.#writes.change(checkId(id, this.#limits), change, options));
  }

  /** A write whose failure, unless it says otherwise, came before anything was stored. */
  async #attempt<T>(write: () => Promise<T>): Promise<T> {
    try {
      this.#mustBeOpen();
      return await write();
    } catch (error) {
      throw withOutcome(error, 'NO');
    }
  }
}
