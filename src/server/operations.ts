import type { Context, SubscribePayload } from 'graphql-ws';

type Table = Pick<Context, 'subscriptions'>;
type Entry = Context['subscriptions'][string];

/**
 * graphql-ws knows an operation by nothing but its id. Where a client completes one and begins another of the same id before the first is
 * over, the first would take the entry of the second for its own. By what each was asked with they are told apart.
 */
export class Operations {
  readonly #entries = new WeakMap<SubscribePayload, Entry>();

  /** To be called with the entry that graphql-ws has just made. */
  begin({ subscriptions }: Table, id: string, asked: SubscribePayload): void {
    const entry = { [Symbol.asyncIterator]: nothing };
    subscriptions[id] = entry;
    this.#entries.set(asked, entry);
  }

  /** To be called with what graphql-ws makes the entry of an operation that goes on. */
  yields(results: Entry, asked: SubscribePayload): void {
    this.#entries.set(asked, results);
  }

  isReplaced({ subscriptions }: Table, id: string, asked: SubscribePayload): boolean {
    return id in subscriptions && subscriptions[id] !== this.#entries.get(asked);
  }

  /** Never resolves for an operation that is replaced: graphql-ws gets no further with it, and nothing keeps it. */
  async goOn(table: Table, id: string, asked: SubscribePayload): Promise<void> {
    if (this.isReplaced(table, id, asked)) await new Promise<never>(() => {});
  }
}

async function* nothing(): AsyncGenerator<never> {}

export type IsFull = (table: Table) => boolean;

/** Whether a connection, as it begins an operation, has more than so many. They are counted only where they may be. */
export function fullness(most: number): IsFull {
  let atMost = 0;
  return ({ subscriptions }) => {
    atMost += 1;
    if (atMost > most) atMost = Object.keys(subscriptions).length;
    return atMost > most;
  };
}
