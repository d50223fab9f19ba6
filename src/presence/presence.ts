import type { Clock } from '../clock.ts';
import type { ContextManager } from '../context/manager.ts';
import { ContextNotFoundError, InputError, VersionConflictError } from '../errors.ts';
import { equal, isObject, type JsonObject } from '../json.ts';

export interface PresenceOptions {
  readonly manager: Pick<ContextManager, 'get' | 'set' | 'update' | 'delete' | 'list'>;
  readonly clock: Clock;
  /** What the ids of presence contexts begin with: who watches `a` is in `PREFIXa`. */
  readonly prefix: string;
  /** This process' name, which no other has. */
  readonly process: string;
  /** Told of what could not be written; it is tried again with the next beat, unless it never can be. */
  readonly onFailure: (error: unknown) => void;
}

/** How long those who come and go are gathered before they are told of, in milliseconds. */
const GATHER_MS = 100;
const PAGE = 1000;

/** How many subscriptions each viewer has, by name. */
type Watchers = { readonly [viewer: string]: number };

/**
 * Who watches a context, as a context: for each process, under its name, how many subscriptions of which viewers it serves. What a process tells of
 * itself is its own to change; when it is gone without a word, the others take it away.
 */
export class Presence {
  readonly #options: PresenceOptions;
  /** Those who are there, by context. */
  readonly #watchers = new Map<string, Map<string, number>>();
  /** What is in the store of this process, as far as it knows. */
  readonly #written = new Map<string, Watchers>();
  readonly #dirty = new Set<string>();
  #others: ReadonlySet<string> | undefined;
  #cancel: (() => void) | undefined;
  #work: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  /** A subscription begins; the returned function is called at its end. */
  enter(id: string, viewer: string): () => void {
    if (id.startsWith(this.#options.prefix)) return () => {};
    this.#count(id, viewer, 1);
    let isThere = true;
    return () => {
      if (isThere) this.#count(id, viewer, -1);
      isThere = false;
    };
  }

  /**
   * To be called every now and then with the processes that live. `isBack`: the others have taken this one for gone meanwhile, and taken away what it
   * had told.
   */
  beat(living: ReadonlySet<string>, isBack: boolean): void {
    if (isBack) {
      for (const id of this.#written.keys()) this.#dirty.add(id);
      this.#written.clear();
    }
    const isSomebodyGone = !this.#others || [...this.#others].some((name) => !living.has(name));
    this.#others = living;
    this.#do(async () => {
      await this.#tell();
      if (isSomebodyGone) await this.#sweep(living);
    });
  }

  /** Takes leave of every context, as far as the store can be reached. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel?.();
    this.#watchers.clear();
    for (const id of this.#written.keys()) this.#dirty.add(id);
    this.#do(() => this.#tell());
    await this.#work;
  }

  #count(id: string, viewer: string, by: 1 | -1): void {
    if (this.#isClosed) return;
    const watchers = this.#watchers.get(id) ?? new Map<string, number>();
    const count = (watchers.get(viewer) ?? 0) + by;
    if (count > 0) watchers.set(viewer, count);
    else watchers.delete(viewer);
    if (watchers.size > 0) this.#watchers.set(id, watchers);
    else this.#watchers.delete(id);
    this.#dirty.add(id);
    this.#cancel ??= this.#options.clock.after(GATHER_MS, () => {
      this.#cancel = undefined;
      // Before the first beat nobody knows of this process, and what it told would be taken away.
      if (this.#others) this.#do(() => this.#tell());
    });
  }

  /** One thing after the other. */
  #do(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch(this.#options.onFailure);
  }

  async #tell(): Promise<void> {
    for (const id of [...this.#dirty]) {
      this.#dirty.delete(id);
      try {
        await this.#write(id);
      } catch (error) {
        // What no context can hold (an id or a name that is too long) will not be held the next time.
        if (error instanceof InputError) this.#options.onFailure(error);
        else {
          this.#dirty.add(id);
          throw error;
        }
      }
    }
  }

  async #write(id: string): Promise<void> {
    const { process, prefix, manager } = this.#options;
    const watchers: Watchers = Object.fromEntries(this.#watchers.get(id) ?? []);
    const written = this.#written.get(id) ?? {};
    if (equal(watchers, written)) return;
    const context = `${prefix}${id}`;
    if (Object.keys(watchers).length === 0) {
      await this.#remove(context, [process]);
      this.#written.delete(id);
      return;
    }
    const remove = Object.keys(written)
      .filter((viewer) => !Object.hasOwn(watchers, viewer))
      .map((viewer) => [process, viewer]);
    for (;;) {
      try {
        await manager.update(context, { [process]: watchers }, { remove });
        break;
      } catch (error) {
        if (!(error instanceof ContextNotFoundError)) throw error;
      }
      try {
        await manager.set(context, { [process]: watchers }, { expectedVersion: 0 });
        break;
      } catch (error) {
        // Another process was the first.
        if (!(error instanceof VersionConflictError)) throw error;
      }
    }
    this.#written.set(id, watchers);
  }

  /** Takes away what processes have told, and with the last of it the context. */
  async #remove(context: string, processes: readonly string[]): Promise<void> {
    const { manager } = this.#options;
    try {
      const left = await manager.update(context, {}, { remove: processes.map((name) => [name]) });
      if (Object.keys(left.context.context).length > 0) return;
      await manager.delete(context, { expectedCursor: left.context.cursor });
    } catch (error) {
      // Gone already, or somebody has come.
      if (!(error instanceof ContextNotFoundError || error instanceof VersionConflictError)) throw error;
    }
  }

  /** Takes away what those have told who are no more. */
  async #sweep(living: ReadonlySet<string>): Promise<void> {
    const { manager, prefix } = this.#options;
    let after: string | undefined;
    for (;;) {
      const { contexts, hasNextPage } = await manager.list({
        prefix,
        first: PAGE,
        ...(after !== undefined && { after }),
      });
      for (const { contextId } of contexts) {
        const context: JsonObject = (await manager.get(contextId))?.context ?? {};
        const gone = Object.keys(context).filter((name) => !living.has(name) && isObject(context[name]));
        if (gone.length > 0) await this.#remove(contextId, gone);
      }
      after = contexts.at(-1)?.contextId;
      if (!hasNextPage || after === undefined) return;
    }
  }
}
