import type { Json, JsonObject } from '../../../src/json.ts';
import { isObject } from '../../../src/json.ts';
import type { Random } from '../../simulation/random.ts';
import { applied } from '../order/effects.ts';
import type { Answer, Condition, DeltaTold, From, Told, Wish } from '../recording.ts';

export interface Errand {
  readonly context: string;
  readonly wish: Wish;
}

/** Where a client saw a context last. */
interface Seen {
  readonly life: string;
  /** 0 where it was gone. */
  readonly version: number;
  readonly cursor: string;
  /** Undefined where it was told of the position alone. */
  readonly state: JsonObject | undefined;
}

const LIVE_WEIGHTS = {
  updateIfUnchanged: 32,
  setIfUnchanged: 6,
  update: 16,
  remove: 5,
  nothing: 4,
  set: 4,
  make: 4,
  delete: 0.3,
  deleteIfUnchanged: 0.7,
  read: 8,
  sync: 9,
};
const GONE_WEIGHTS = { ...LIVE_WEIGHTS, updateIfUnchanged: 4, setIfUnchanged: 4, set: 20, make: 20 };

/** What one client wants next, at random, given what it has seen: often only where nobody else has written since. */
export class Wisher {
  readonly #client: string;
  readonly #contexts: readonly string[];
  readonly #random: Random;
  /** Null where it was gone, without a trace. */
  readonly #seen = new Map<string, Seen | null>();
  readonly #cursors = new Map<string, string[]>();
  #context: string;
  #count = 0;

  constructor(client: string, contexts: readonly string[], random: Random) {
    this.#client = client;
    this.#contexts = contexts;
    this.#random = random;
    this.#context = random.pick(contexts);
  }

  next(): Errand {
    this.#count += 1;
    if (this.#random.chance(0.4)) this.#context = this.#random.pick(this.#contexts);
    return { context: this.#context, wish: this.#wish() };
  }

  learn(context: string, answer: Answer): void {
    const seen = this.#after(context, answer);
    if (seen === undefined) return;
    this.#seen.set(context, seen);
    if (seen) this.#cursors.set(context, [...(this.#cursors.get(context) ?? []).slice(-20), seen.cursor]);
  }

  #wish(): Wish {
    const seen = this.#seen.get(this.#context) ?? null;
    const isGone = seen === null || seen.version === 0;
    const verb = this.#random.weighted(isGone ? GONE_WEIGHTS : LIVE_WEIGHTS);
    switch (verb) {
      case 'read':
        return { verb };
      case 'sync':
        return { verb, from: this.#from(seen) };
      case 'set':
        return { verb, context: this.#whole(seen) };
      case 'make':
        return { verb: 'set', context: this.#whole(seen), expectedVersion: 0 };
      case 'setIfUnchanged':
        return { verb: 'set', context: this.#whole(seen), ...this.#condition(seen) };
      case 'update':
        return { verb, changes: this.#part(seen), remove: [] };
      case 'updateIfUnchanged':
        return { verb: 'update', changes: this.#part(seen), remove: [], ...this.#condition(seen) };
      case 'remove':
        return { verb: 'update', changes: this.#part(null), remove: [[this.#someKey()], ['shared', this.#someKey()]] };
      case 'nothing':
        return { verb: 'update', changes: {}, remove: [['never', 'there']] };
      case 'delete':
        return { verb };
      case 'deleteIfUnchanged':
        return { verb: 'delete', ...this.#condition(seen) };
    }
  }

  /** A cursor is exact in every life; a version is Chord's way. */
  #condition(seen: Seen | null): Condition {
    if (seen === null) return { expectedVersion: 0 };
    return this.#random.chance(0.5) ? { expectedCursor: seen.cursor } : { expectedVersion: seen.version };
  }

  #from(seen: Seen | null): From {
    const cursors = this.#cursors.get(this.#context);
    switch (this.#random.weighted({ cursor: 5, older: 3, version: 2, nothing: 1 })) {
      case 'cursor':
        return seen ? { kind: 'cursor', cursor: seen.cursor } : { kind: 'nothing' };
      case 'older':
        return cursors ? { kind: 'cursor', cursor: this.#random.pick(cursors) } : { kind: 'nothing' };
      case 'version':
        return seen && seen.version > 0 ? { kind: 'version', version: seen.version } : { kind: 'nothing' };
      case 'nothing':
        return { kind: 'nothing' };
    }
  }

  /**
   * The client's own key, which nobody else writes; who was last, so that every write makes another state; and a counter that is
   * only right where nobody wrote in between.
   */
  #part(seen: Seen | null): JsonObject {
    const shared = seen?.state?.['shared'];
    const counter = isObject(shared) ? shared['counter'] : undefined;
    return {
      [this.#client]: this.#count,
      shared: {
        last: `${this.#client}#${this.#count}`,
        [this.#someKey()]: this.#value(),
        ...(typeof counter === 'number' ? { counter: counter + 1 } : {}),
      },
    };
  }

  #whole(seen: Seen | null): JsonObject {
    const kept = this.#random.chance(0.5) ? (seen?.state ?? {}) : {};
    return { ...kept, ...this.#part(null), [this.#someKey()]: this.#value() };
  }

  #someKey(): string {
    return this.#random.pick(['a', 'b', 'a.b', '', '__proto__']);
  }

  #value(): Json {
    return this.#random.pick<Json>([this.#count, null, [], {}, [this.#count], { [this.#someKey()]: this.#count }]);
  }

  /** Undefined where the answer says nothing of where the context stands. */
  #after(context: string, answer: Answer): Seen | null | undefined {
    switch (answer.kind) {
      case 'read':
        return answer.context && whole(answer.context);
      case 'changed':
        return whole(answer.context);
      case 'synced':
        if (answer.result.__typename === 'FullContext') return whole(answer.result);
        return answer.result.__typename === 'Delta' ? this.#follow(context, answer.result) : undefined;
      case 'deleted':
        return { ...answer.deleted, version: 0, state: undefined };
      case 'conflict': {
        const { currentVersion: version, currentCursor: cursor } = answer;
        return cursor === null ? null : { life: '', version, cursor, state: undefined };
      }
      case 'missing':
        return null;
      default:
        return undefined;
    }
  }

  #follow(context: string, delta: DeltaTold): Seen {
    const { life, version, cursor, fromVersion } = delta;
    const seen = this.#seen.get(context);
    const isNext = seen?.life === life && seen.version === fromVersion;
    return { life, version, cursor, state: isNext && seen.state ? applied(delta, seen.state) : undefined };
  }
}

function whole(told: Told & { readonly context: JsonObject }): Seen {
  const { life, version, cursor, context: state } = told;
  return { life, version, cursor, state };
}
