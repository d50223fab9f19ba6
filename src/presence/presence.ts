import type { Clock } from '../clock.ts';
import type { ContextManager } from '../context/manager.ts';
import { ArpeggioError, ContextNotFoundError, VersionConflictError } from '../errors.ts';
import { equal, isObject, type JsonObject } from '../json.ts';
import { pointerOf } from '../pointer.ts';

export interface PresenceOptions {
  readonly manager: Pick<ContextManager, 'get' | 'set' | 'update' | 'patch' | 'delete' | 'list'>;
  readonly clock: Clock;
  /** What the ids of presence contexts begin with: who watches `a` is in `PREFIXa`. */
  readonly prefix: string;
  /** This process' name, which no other has. */
  readonly process: string;
  /** The processes that live, as it is now. */
  readonly living: () => Promise<ReadonlySet<string>>;
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
  /** Those of which it does not know: a write went without an answer, or others may have taken away what it had told. */
  readonly #inDoubt = new Set<string>();
  readonly #dirty = new Set<string>();
  #others: ReadonlySet<string> | undefined;
  /** Whether somebody may have left something behind. */
  #mustSweep = true;
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
      for (const id of this.#written.keys()) {
        this.#dirty.add(id);
        this.#inDoubt.add(id);
      }
    }
    if ([...(this.#others ?? [])].some((name) => !living.has(name))) this.#mustSweep = true;
    this.#others = living;
    this.#do(() => this.#tell());
    if (this.#mustSweep) this.#do(() => this.#sweep());
  }

  /** Takes leave of every context, as far as the store can be reached. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel?.();
    this.#watchers.clear();
    for (const id of [...this.#written.keys(), ...this.#inDoubt]) this.#dirty.add(id);
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

  /** What can't be written for one context holds up none of the others. */
  async #tell(): Promise<void> {
    for (const id of [...this.#dirty]) {
      this.#dirty.delete(id);
      try {
        await this.#write(id);
      } catch (error) {
        this.#inDoubt.add(id);
        // What no context can hold (a name that is too long, what its schema forbids) will not be held the next time.
        if (!(error instanceof ArpeggioError) || error.code === 'STORE_UNAVAILABLE') this.#dirty.add(id);
        this.#options.onFailure(error);
      }
    }
  }

  async #write(id: string): Promise<void> {
    const { process, prefix } = this.#options;
    const watchers: Watchers = Object.fromEntries(this.#watchers.get(id) ?? []);
    if (!this.#inDoubt.has(id) && equal(watchers, this.#written.get(id) ?? {})) return;
    const context = `${prefix}${id}`;
    if (Object.keys(watchers).length === 0) {
      await this.#remove(context, [process]);
      this.#written.delete(id);
    } else {
      await this.#replace(context, watchers);
      this.#written.set(id, watchers);
    }
    this.#inDoubt.delete(id);
  }

  /** All of what this process tells, whatever of it is there. */
  async #replace(context: string, watchers: Watchers): Promise<void> {
    const { process, manager } = this.#options;
    for (;;) {
      try {
        await manager.patch(context, [{ op: 'add', path: pointerOf([process]), value: watchers }]);
        return;
      } catch (error) {
        if (!(error instanceof ContextNotFoundError)) throw error;
      }
      try {
        await manager.set(context, { [process]: watchers }, { expectedVersion: 0 });
        return;
      } catch (error) {
        // Another process was the first.
        if (!(error instanceof VersionConflictError)) throw error;
      }
    }
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
  async #sweep(): Promise<void> {
    const { manager, prefix, living } = this.#options;
    let after: string | undefined;
    this.#mustSweep = false;
    try {
      for (;;) {
        const { contexts, hasNextPage } = await manager.list({
          prefix,
          first: PAGE,
          ...(after !== undefined && { after }),
        });
        for (const { contextId } of contexts) await this.#sweepOne(contextId, living);
        after = contexts.at(-1)?.contextId;
        if (!hasNextPage || after === undefined) return;
      }
    } catch (error) {
      this.#mustSweep = true;
      throw error;
    }
  }

  async #sweepOne(context: string, living: () => Promise<ReadonlySet<string>>): Promise<void> {
    const told: JsonObject = (await this.#options.manager.get(context))?.context ?? {};
    const names = Object.keys(told).filter((name) => isObject(told[name]));
    if (names.every((name) => this.#others?.has(name))) return;
    // Behind the reading: whoever had told by then lives by then.
    const alive = await living();
    const gone = names.filter((name) => !alive.has(name));
    if (gone.length > 0) await this.#remove(context, gone);
  }
}
