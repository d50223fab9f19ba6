import { ContextManager } from '../../src/context/manager.ts';
import type { ContextManagerOptions } from '../../src/context/manager-options.ts';
import type { UpdateOptions } from '../../src/context/writes.ts';
import { ArpeggioError, InputError } from '../../src/errors.ts';
import type { Json, JsonObject } from '../../src/json.ts';
import { equal } from '../../src/json.ts';
import type { FaultyStore } from './faulty-store.ts';
import { insist } from './history.ts';
import type { Journal } from './journal.ts';
import type { Random } from './random.ts';

const KEYS = ['a', 'b', 'c', '__proto__'];
/** More bytes than a delta may have that is larger than its context. */
const LARGE = 'x'.repeat(5000);

/** Two processes that write the same contexts, at random, and compare what they are answered with what the store took. */
export class Writers {
  readonly #managers: readonly ContextManager[];
  readonly #store: FaultyStore;
  readonly #random: Random;
  readonly #journal: Journal;
  /** Some seeds have long lives, others many. */
  readonly #deletions: number;
  readonly #answers = new Map<string, string[]>();
  #underWay = 0;
  #count = 0;

  constructor(options: ContextManagerOptions, store: FaultyStore, random: Random, journal: Journal) {
    this.#managers = [new ContextManager(options), new ContextManager(options)];
    this.#store = store;
    this.#random = random;
    this.#journal = journal;
    this.#deletions = random.pick([0.2, 1.5]);
  }

  get underWay(): number {
    return this.#underWay;
  }

  /** Cursors of one context that writers were given: positions that a client may hold. */
  answersOf(id: string): readonly string[] {
    return this.#answers.get(id) ?? [];
  }

  write(id: string): void {
    this.#underWay += 1;
    this.#count += 1;
    this.#attempt(id, this.#count)
      .catch((error: unknown) => this.#journal.blame(error))
      .finally(() => {
        this.#underWay -= 1;
      });
  }

  async #attempt(id: string, count: number): Promise<void> {
    const manager = this.#random.pick(this.#managers);
    const verb = this.#random.weighted({ update: 10, set: 4, delete: this.#deletions, nothing: 1 });
    const requestId = this.#random.chance(0.2) ? `request ${count}` : undefined;
    const known = this.answersOf(id);
    const expectedCursor = known.length > 0 && this.#random.chance(0.1) ? known.at(-1) : undefined;
    const run = this.#writeOf(manager, id, verb, { requestId, expectedCursor });
    this.#journal.note(() => `write ${count}: ${verb} ${id}`);
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      try {
        const { cursor, context } = await run();
        this.#journal.check(() => this.#insistOn(id, cursor, context));
        return;
      } catch (error) {
        if (!(error instanceof ArpeggioError) || error instanceof InputError) throw error;
        this.#journal.note(() => `write ${count}: ${error.code}`);
        insist(error.code !== 'INTERNAL_SERVER_ERROR', () => `a write failed: ${String(error.cause)}`);
        if (requestId === undefined || error.applied !== 'UNKNOWN') return;
      }
    }
  }

  #writeOf(
    manager: ContextManager,
    id: string,
    verb: 'update' | 'set' | 'delete' | 'nothing',
    options: UpdateOptions,
  ): () => Promise<{ readonly cursor: string; readonly context: JsonObject | null }> {
    const random = this.#random;
    if (verb === 'delete') return async () => ({ ...(await manager.delete(id, options)), context: null });
    if (verb === 'nothing') return async () => (await manager.update(id, {}, options)).context;
    const context = this.#object(2);
    if (verb === 'set') return async () => (await manager.set(id, context, options)).context;
    const remove = random.chance(0.3) ? [[random.pick(KEYS)], [random.pick(KEYS), random.pick(KEYS)]] : [];
    return async () => (await manager.update(id, context, { ...options, remove })).context;
  }

  #insistOn(id: string, cursor: string, context: JsonObject | null): void {
    const { state } = this.#store.historyOf(id).get(cursor, 'an answer');
    const isTrue = state === null || context === null ? state === context : equal(state, context);
    insist(isTrue, () => 'a write was answered with another state than the one that the store took');
    this.#answers.set(id, [...this.answersOf(id).slice(-9), cursor]);
  }

  #object(depth: number): JsonObject {
    const keys = KEYS.filter(() => this.#random.chance(0.4));
    return Object.fromEntries(keys.map((key) => [key, this.#value(depth - 1)]));
  }

  #value(depth: number): Json {
    const kind = this.#random.weighted({
      number: 6,
      object: depth > 0 ? 4 : 0,
      list: 1,
      null: 1,
      empty: 1,
      large: 0.2,
    });
    switch (kind) {
      case 'number':
        return this.#random.below(4);
      case 'object':
        return this.#object(depth);
      case 'list':
        return [this.#random.below(3)];
      case 'null':
        return null;
      case 'empty':
        return {};
      case 'large':
        return LARGE;
    }
  }
}
