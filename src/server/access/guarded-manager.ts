import type { Action } from '../../access/policy.ts';
import type { Range } from '../../access/ranges.ts';
import type { Rights } from '../../access/rights.ts';
import { type Blame, findBlame } from '../../context/blame.ts';
import type { HistoryOptions, HistoryPage } from '../../context/history.ts';
import type { ContextWrite, ContextWritten } from '../../context/joint-writes.ts';
import type { ListOptions } from '../../context/manager-options.ts';
import type { ContextsEvent, ManyGiven } from '../../context/many.ts';
import type {
  ContextChange,
  ContextDeleted,
  ContextDelta,
  ContextEvent,
  ContextExport,
  ContextPage,
  ContextSummary,
  FullContext,
  SyncResult,
} from '../../context/model.ts';
import type { RequestOptions } from '../../context/requests.ts';
import type { Given } from '../../context/start.ts';
import { type GivenOf, syncEach } from '../../context/sync-many.ts';
import type { RestoreOptions, UpdateOptions, WriteOptions } from '../../context/writes.ts';
import type { Path } from '../../delta/deep-update.ts';
import { type Hidden, patchTouches, touches } from '../../delta/hide.ts';
import { ArpeggioError, aboutWrite, ContextNotFoundError, ForbiddenError, withOutcome } from '../../errors.ts';
import type { Json, JsonObject } from '../../json.ts';
import type { Contexts } from '../../schema/builder.ts';
import { mapped } from '../mapped.ts';
import { AuthorizedWatch } from './authorized-watch.ts';
import { hideChange, hideFailure, hideRead, hideTold, hideWritten } from './hiding.ts';
import type { Rechecks } from './rechecks.ts';

/** The contexts as one viewer sees them. What it may not read it is told of as `nothing`, which holds none, tells of it. */
export class GuardedManager implements Contexts {
  readonly #all: Contexts;
  readonly #nothing: Contexts;
  readonly #rights: Rights;
  readonly #rechecks: Rechecks;

  constructor(all: Contexts, nothing: Contexts, rights: Rights, rechecks: Rechecks) {
    this.#all = all;
    this.#nothing = nothing;
    this.#rights = rights;
    this.#rechecks = rechecks;
  }

  async get(id: string, version?: number): Promise<FullContext | null> {
    return hideRead(await (await this.#seen(id)).get(id, version), this.#rights.hiddenIn(id));
  }

  async history(id: string, options?: HistoryOptions): Promise<HistoryPage> {
    const { deltas, hasOlder } = await (await this.#seen(id)).history(id, options);
    const hidden = this.#rights.hiddenIn(id);
    return { deltas: deltas.map((delta) => hideTold(delta, hidden)), hasOlder };
  }

  async diff(id: string, from: number, to: number): Promise<ContextDelta> {
    return hideTold(await (await this.#seen(id)).diff(id, from, to), this.#rights.hiddenIn(id));
  }

  /** By what the viewer sees of the history. */
  async blame(id: string, path: Path): Promise<Blame | null> {
    // What is malformed is refused, whatever there is to read.
    await this.#nothing.blame(id, path).catch(passNotFound);
    return findBlame(this, id, path);
  }

  async sync(id: string, given?: Given): Promise<SyncResult> {
    return hideTold(await (await this.#seen(id)).sync(id, given), this.#rights.hiddenIn(id));
  }

  async list({ prefix = '', first = 50, ...rest }: ListOptions = {}): Promise<ContextPage> {
    // What is malformed is refused, whatever there is to read.
    await this.#nothing.list({ prefix, first, ...rest });
    const found: ContextSummary[] = [];
    for (const range of this.#rights.readable(prefix)) {
      for await (const context of this.#within(range, { ...rest, first: Math.max(first, 1) })) {
        if (!(await this.#rights.may('read', context.contextId))) continue;
        found.push(context);
        if (found.length > first) return { contexts: found.slice(0, first), hasNextPage: true };
      }
    }
    return { contexts: found, hasNextPage: false };
  }

  async syncMany(positions: readonly GivenOf[], already?: number): Promise<readonly (SyncResult | null)[]> {
    // What is malformed, or too much, is refused, whatever there is to read.
    await this.#nothing.syncMany(positions, already);
    return syncEach(positions, (id, given) => this.sync(id, given));
  }

  watchMany(given: ManyGiven): AsyncIterableIterator<ContextsEvent> {
    const events = this.#all.watchMany(given, {
      list: (options) => this.list(options),
      may: (id) => this.#rights.may('read', id),
    });
    return mapped(events, ({ event, cursor }) => {
      return { event: hideTold(event, this.#rights.hiddenIn(event.contextId)), cursor };
    });
  }

  watch(id: string, given?: Given): AsyncIterableIterator<ContextEvent> {
    const hidden = this.#rights.hiddenIn(id);
    const events = this.#watch(id, given);
    return hidden.length === 0 ? events : mapped(events, (event) => hideTold(event, hidden));
  }

  #watch(id: string, given?: Given): AsyncIterableIterator<ContextEvent> {
    if (!this.#rights.canChange) return (this.#rights.mayEver('read', id) ? this.#all : this.#nothing).watch(id, given);
    const ways = { all: this.#all.watch(id, given), nothing: this.#nothing.watch(id, given) };
    return new AuthorizedWatch(ways, () => this.#rights.may('read', id), this.#rechecks);
  }

  async set(id: string, context: JsonObject, options?: WriteOptions): Promise<ContextChange> {
    await this.#checkWrite({ verb: 'set', id, context });
    return this.#all.set(id, context, this.#asked(options));
  }

  async update(id: string, changes: JsonObject, options?: UpdateOptions): Promise<ContextChange> {
    await this.#checkWrite({ verb: 'update', id, changes, remove: options?.remove });
    return this.#changed(id, this.#all.update(id, changes, this.#asked(options)));
  }

  async patch(id: string, patch: readonly Json[], options?: WriteOptions): Promise<ContextChange> {
    await this.#checkWrite({ verb: 'patch', id, patch });
    return this.#changed(id, this.#all.patch(id, patch, this.#asked(options)));
  }

  async revert(id: string, toVersion: number, options?: WriteOptions): Promise<ContextChange> {
    await this.#check('write', id);
    // What it does not see may have been otherwise then.
    if (this.#rights.hiddenIn(id).length > 0) throw new ForbiddenError({ applied: 'NO' });
    return this.#all.revert(id, toVersion, this.#asked(options));
  }

  async delete(id: string, options?: WriteOptions): Promise<ContextDeleted> {
    await this.#check('delete', id);
    return this.#told(this.#all.delete(id, this.#asked(options)), this.#rights.hiddenIn(id));
  }

  async writeMany(writes: readonly ContextWrite[], options?: RequestOptions): Promise<readonly ContextWritten[]> {
    // What is too much, or names one twice, is refused before anybody is asked about it.
    await this.#nothing.syncMany(writes.map(({ id }) => ({ id }))).catch((error) => {
      throw withOutcome(error, 'NO');
    });
    for (const [i, write] of writes.entries()) {
      await this.#checkWrite(write).catch((error) => {
        throw aboutWrite(error, i);
      });
    }
    const hidden = writes.map(({ id }) => this.#rights.hiddenIn(id));
    try {
      const written = await this.#all.writeMany(writes, this.#asked(options));
      return written.map((one, i) => hideWritten(one, hidden[i] ?? []));
    } catch (error) {
      const index = error instanceof ArpeggioError ? error.write : undefined;
      throw hideFailure(error, (index === undefined ? undefined : hidden[index]) ?? []);
    }
  }

  async export(id: string): Promise<ContextExport> {
    await this.#check('archive', id);
    return this.#all.export(id);
  }

  async restore(id: string, options?: RestoreOptions): Promise<FullContext> {
    await this.#check('archive', id);
    const hidden = this.#rights.hiddenIn(id);
    return hideTold(await this.#told(this.#all.restore(id, this.#asked(options)), hidden), hidden);
  }

  async #changed(id: string, written: Promise<ContextChange>): Promise<ContextChange> {
    const hidden = this.#rights.hiddenIn(id);
    return hideChange(await this.#told(written, hidden), hidden);
  }

  /** @throws ForbiddenError for what it may not write, whatever is there */
  async #checkWrite(write: ContextWrite): Promise<void> {
    await this.#check(write.verb === 'delete' ? 'delete' : 'write', write.id);
    if (this.#overreaches(write)) throw new ForbiddenError({ applied: 'NO' });
  }

  /** Whether a write may touch what is hidden. */
  #overreaches(write: ContextWrite): boolean {
    const hidden = this.#rights.hiddenIn(write.id);
    switch (write.verb) {
      // What it does not see it would take away.
      case 'set':
        return hidden.length > 0;
      case 'update':
        return touches(hidden, write.changes, write.remove);
      case 'patch':
        return patchTouches(hidden, write.patch);
      case 'delete':
        return false;
    }
  }

  /** What one viewer has asked under an id is no answer for another's. */
  #asked<O extends object>(options?: O): O & { readonly viewer: string } {
    return { ...(options ?? ({} as O)), viewer: this.#rights.viewer.key };
  }

  /** A write's own answer, or its failure without what is hidden. */
  async #told<T>(written: Promise<T>, hidden: Hidden): Promise<T> {
    try {
      return await written;
    } catch (error) {
      throw hideFailure(error, hidden);
    }
  }

  async #seen(id: string): Promise<Contexts> {
    return (await this.#rights.may('read', id)) ? this.#all : this.#nothing;
  }

  /** The answer of each of these, and its failure, tell of the context: they are for those only who may read it too. */
  async #check(action: Action, id: string): Promise<void> {
    try {
      if ((await this.#rights.may(action, id)) && (await this.#rights.may('read', id))) return;
    } catch (error) {
      throw withOutcome(error, 'NO');
    }
    throw new ForbiddenError({ applied: 'NO' });
  }

  async *#within(
    range: Range,
    { first, after, ...rest }: ListOptions & { readonly first: number },
  ): AsyncGenerator<ContextSummary> {
    const { prefix, isOne } = range;
    let last = after;
    for (;;) {
      const position = last === undefined ? {} : { after: last };
      const { contexts, hasNextPage } = await this.#all.list({
        ...rest,
        prefix,
        first: isOne ? 1 : first,
        ...position,
      });
      if (isOne) return yield* contexts.filter(({ contextId }) => contextId === prefix);
      yield* contexts;
      last = contexts.at(-1)?.contextId;
      if (!hasNextPage) return;
    }
  }
}

function passNotFound(error: unknown): void {
  if (!(error instanceof ContextNotFoundError)) throw error;
}
