import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject } from '../../src/json.ts';
import type { Changes } from './changes.ts';

/** A server that tells the subscribers of one context, `chat`, of its changes. */
export interface Side {
  /** Of its WebSocket. */
  readonly url: string;
  /** Resolves to the version that the last of so many updates, all under way together, has made. */
  update(count: number): Promise<number>;
  /** The context as it stands; a peer keeps none. */
  state?(): Promise<JsonObject | null>;
}

export type Start = (changes: Changes) => Promise<Side>;

/** What the peers tell of an update. */
export interface Event {
  readonly version: number;
  readonly delta: unknown;
}

/** The peers have nothing but what the benchmark needs. */
export const PEER_SCHEMA = `
  scalar JSON
  type Event { version: Int! delta: JSON! }
  type Query { nothing: Int }
  type Subscription { contextChanged(id: ID!): Event! }
`;

/** An update of a peer is its event, told; nothing is kept. */
export function telling(changes: Changes, tell: (event: Event) => void): Side['update'] {
  return async (count) => {
    let version = 0;
    for (let n = 0; n < count; n += 1) {
      const { number, delta } = changes();
      version = number;
      tell({ version, delta });
    }
    return version;
  };
}

/** The URL of the server's WebSocket, once it listens. */
export async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}
