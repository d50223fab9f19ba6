import { GraphQLError } from 'graphql';
import { InputError } from '../../../src/errors.ts';

/**
 * Something behind the resolvers that answers whatever it is asked: values of the domain in which anything may be missing, an error, a
 * promise, or fail when it is looked at. Two of one seed answer the same, as long as they are asked the same in the same order.
 */
export class RandomWorld {
  readonly calls: string[] = [];
  readonly context: { readonly [name: string]: unknown };
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
    const receiver = (name: string): unknown =>
      new Proxy(
        {},
        {
          get:
            (_, verb) =>
            (...args: unknown[]) =>
              this.#call(`${name}.${String(verb)}`, args),
        },
      );
    this.context = { manager: receiver('manager'), cleanup: receiver('cleanup') };
  }

  #call(name: string, args: readonly unknown[]): unknown {
    this.calls.push(`${name} ${JSON.stringify(args)}`);
    switch (name) {
      case 'manager.watch':
        return this.#chance(5) ? this.#strange('watch') : this.#events();
      case 'manager.sync':
        return this.#loose(
          this.#pick([this.#full(), this.#delta(), this.#versioned('noChange'), this.#versioned('other')]),
        );
      case 'manager.list':
        return this.#later(this.#spoilt({ contexts: [this.#item(), this.#item()], hasNextPage: true }));
      case 'manager.set':
      case 'manager.update':
        return this.#loose(this.#spoilt({ context: this.#full(), delta: this.#pick([null, this.#delta()]) }));
      case 'manager.delete':
        return this.#loose(this.#versioned('deleted', { reason: 'DELETED', deletedAt: 5 }));
      case 'manager.get':
      case 'manager.restore':
        return this.#loose(this.#full());
      case 'manager.export':
        return this.#loose(this.#spoilt({ contextId: 'x', version: 1, exportedAt: 3 }));
      default: {
        const report = this.#spoilt({ contextsDeleted: 1, deltasDeleted: 2 ** 40, startedAt: 1, finishedAt: 2 });
        return this.#loose(
          this.#spoilt({ ...{ running: true, intervalMs: 1.5, limit: 3 }, lastReport: report, ...report }),
        );
      }
    }
  }

  async *#events(): AsyncGenerator<unknown> {
    for (let i = 0; i < 3; i += 1) {
      yield this.#pick([
        this.#full(),
        this.#delta(),
        this.#versioned('deleted', { reason: 'LOST', deletedAt: 1 }),
        null,
      ]);
    }
    if (this.#chance(20)) throw new Error('the source has failed');
  }

  #full(): unknown {
    return this.#versioned('full', {
      context: { a: { toJSON: 1 }, b: [null] },
      reason: this.#pick([null, 'INITIAL', 'NONE']),
    });
  }

  #delta(): unknown {
    const delta = {
      a: { action: 'added', value: 1 },
      b: { action: 'within', delta: { c: { action: 'removed', oldValue: [2] } } },
    };
    return this.#versioned('delta', { fromVersion: 1, delta });
  }

  #versioned(kind: string, more: object = {}): unknown {
    return {
      kind,
      ...this.#spoilt({ contextId: 7, life: 'l', version: 1, cursor: 'c', insertedAt: 4, bytes: 9, ...more }),
    };
  }

  #item(): unknown {
    return this.#spoilt({ contextId: 7, life: 'l', version: 1, cursor: 'c', insertedAt: 4, bytes: 9 }, true);
  }

  /** Each property is decided now, and happens when it is read. */
  #spoilt(value: object, isItem = false): object {
    const spoilt = {};
    for (const [key, each] of Object.entries(value)) {
      const isStrange = this.#chance(12);
      const get = (): unknown =>
        isStrange ? this.#strange(key, isItem) : Array.isArray(each) ? this.#list(each) : each;
      Object.defineProperty(spoilt, key, { enumerable: true, get });
    }
    return spoilt;
  }

  /** All at once or all later: of items that are partly under way when another fails, graphql-js leaves the failures unhandled. */
  #list(values: readonly unknown[]): readonly unknown[] {
    const items = values.map((value) =>
      this.#chance(10) ? this.#pick([null, {}, new Error('the item has failed')]) : value,
    );
    const failure = new Error('the item is not to be had');
    if (this.#chance(50)) return items;
    return items.map((item) => (this.#chance(10) ? this.#later(failure, true) : this.#later(item)));
  }

  #loose(value: unknown): unknown {
    if (this.#chance(10)) return this.#strange('value');
    return this.#chance(50) ? this.#later(value) : value;
  }

  #strange(name: string, isAtOnce = false): unknown {
    const error = this.#pick([
      new Error(`${name} has failed`),
      new InputError(`${name} is no input`),
      new GraphQLError(`${name} is no GraphQL`, { extensions: { code: 'CODE', http: { status: 418 } } }),
      'no error at all',
    ]);
    const kind = this.#next() % 7;
    if (kind === 0) throw error;
    if (kind === 1) return isAtOnce ? error : this.#later(error, true);
    return [error, null, undefined, isAtOnce ? null : this.#later(null), {}][kind - 2];
  }

  /** Some turns later. */
  #later(value: unknown, isFailure = false): Promise<unknown> {
    const turns = this.#next() % 4;
    const promise = (async () => {
      for (let turn = 0; turn < turns; turn += 1) await undefined;
      if (isFailure) throw value;
      return value;
    })();
    // Nobody need look at it.
    promise.catch(() => {});
    return promise;
  }

  #chance(percent: number): boolean {
    return this.#next() % 100 < percent;
  }

  #pick<T>(values: readonly T[]): T {
    return values[this.#next() % values.length] as T;
  }

  /** An xorshift. */
  #next(): number {
    let x = this.#state || 1;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return x >>> 0;
  }
}
