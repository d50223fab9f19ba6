import type { Path } from '../delta/deep-update.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Snapshot } from '../store/store.ts';
import type { Blame } from './blame.ts';
import type { HistoryOptions, HistoryPage } from './history.ts';
import {
  type ContextChange,
  type ContextDeleted,
  type ContextDelta,
  type ContextEvent,
  type ContextExport,
  type FullContext,
  fullContext,
  type SyncResult,
} from './model.ts';
import type { Given } from './start.ts';
import type { Writer } from './writer.ts';
import type { RestoreOptions, UpdateOptions, WriteOptions } from './writes.ts';

/** The manager's verbs that an open context passes on, each for an id. */
export interface ContextVerbs {
  set(id: string, context: JsonObject, options?: WriteOptions): Promise<ContextChange>;
  update(id: string, changes: JsonObject, options?: UpdateOptions): Promise<ContextChange>;
  delete(id: string, options?: WriteOptions): Promise<ContextDeleted>;
  export(id: string): Promise<ContextExport>;
  restore(id: string, options?: RestoreOptions): Promise<FullContext>;
  sync(id: string, given?: Given): Promise<SyncResult>;
  watch(id: string, given?: Given): AsyncIterableIterator<ContextEvent>;
  get(id: string, version?: number): Promise<FullContext | null>;
  history(id: string, options?: HistoryOptions): Promise<HistoryPage>;
  diff(id: string, from: number, to: number): Promise<ContextDelta>;
  blame(id: string, path: Path): Promise<Blame | null>;
  patch(id: string, patch: readonly Json[], options?: WriteOptions): Promise<ContextChange>;
  revert(id: string, toVersion: number, options?: WriteOptions): Promise<ContextChange>;
}

/**
 * One context as an actor in this process: the same verbs as the manager's, with the last state at hand. As long as it is open, a
 * write needs no read before it, and `get` reads only what has changed.
 */
export class OpenContext {
  readonly id: string;
  readonly #verbs: ContextVerbs;
  readonly #writer: Writer;
  #release: (() => void) | undefined;

  /** @internal use `ContextManager.open` */
  constructor(id: string, verbs: ContextVerbs, writer: Writer, release: () => void) {
    this.id = id;
    this.#verbs = verbs;
    this.#writer = writer;
    this.#release = release;
  }

  /** The state that this process saw last, at no cost; another process may have gone on since. */
  peek(): FullContext | null {
    return this.#asContext(this.#writer.lastSeen.peek());
  }

  /** The context as it stands, verified with the store; null where there is none. */
  async get(): Promise<FullContext | null> {
    return this.#asContext(await this.#writer.lastSeen.refresh());
  }

  set(context: JsonObject, options?: WriteOptions): Promise<ContextChange> {
    return this.#verbs.set(this.id, context, options);
  }

  update(changes: JsonObject, options?: UpdateOptions): Promise<ContextChange> {
    return this.#verbs.update(this.id, changes, options);
  }

  delete(options?: WriteOptions): Promise<ContextDeleted> {
    return this.#verbs.delete(this.id, options);
  }

  export(): Promise<ContextExport> {
    return this.#verbs.export(this.id);
  }

  restore(options?: RestoreOptions): Promise<FullContext> {
    return this.#verbs.restore(this.id, options);
  }

  sync(given?: Given): Promise<SyncResult> {
    return this.#verbs.sync(this.id, given);
  }

  watch(given?: Given): AsyncIterableIterator<ContextEvent> {
    return this.#verbs.watch(this.id, given);
  }

  /** The context as it was at a retained version. */
  at(version: number): Promise<FullContext | null> {
    return this.#verbs.get(this.id, version);
  }

  history(options?: HistoryOptions): Promise<HistoryPage> {
    return this.#verbs.history(this.id, options);
  }

  diff(from: number, to: number): Promise<ContextDelta> {
    return this.#verbs.diff(this.id, from, to);
  }

  blame(path: Path): Promise<Blame | null> {
    return this.#verbs.blame(this.id, path);
  }

  patch(patch: readonly Json[], options?: WriteOptions): Promise<ContextChange> {
    return this.#verbs.patch(this.id, patch, options);
  }

  revert(toVersion: number, options?: WriteOptions): Promise<ContextChange> {
    return this.#verbs.revert(this.id, toVersion, options);
  }

  /** Lets go of the state once nobody else has the context open. Closing twice is closing once. */
  close(): void {
    this.#release?.();
    this.#release = undefined;
  }

  #asContext(snapshot: Snapshot | null | undefined): FullContext | null {
    return snapshot?.status === 'live' ? fullContext(this.id, snapshot, snapshot.context) : null;
  }
}
