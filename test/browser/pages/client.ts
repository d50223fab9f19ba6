import { createClient } from '../../../src/client/index.ts';

const url = `ws://${location.host}/graphql`;
const client = createClient({ url, retry: { minMs: 1, maxMs: 20 }, storage: sessionStorage });
const refusals: string[] = [];

/** What the tests do with the page. */
const desk = {
  client,
  watches: { a: client.watch('a'), counter: client.watch<{ readonly n: number }>('counter') },
  refusals,
  update(changes: object): void {
    client.update('a', changes).catch((error) => refusals.push(error.code));
  },
  count(): void {
    client
      .update<{ readonly n: number }>('counter', ({ n }) => ({ n: n + 1 }))
      .catch((error) => refusals.push(error.code));
  },
};

export type Desk = typeof desk;

Object.assign(globalThis, { desk });
