import type { Address } from '../../src/server/create-server.ts';
import { initSocket } from './raw-socket.ts';
import { RawStream } from './raw-stream.ts';

/** What a replica needs of each event. */
const query = `subscription ($id: ID!) {
  contextChanged(id: $id, version: 0) {
    __typename
    ... on Versioned { life version cursor }
    ... on FullContext { context reason }
    ... on Delta { fromVersion changes { path action value } }
  }
}`;

/** A subscriber that has not read a word yet. */
export interface Reader {
  read(): Promise<void>;
  /** The results read so far. */
  readonly results: readonly unknown[];
}

export interface Way {
  readonly name: string;
  subscribe(address: Address, id: string): Promise<Reader>;
}

export const ways: readonly Way[] = [
  {
    name: 'WebSocket',
    async subscribe(address, id) {
      const raw = await initSocket(address);
      raw.socket.pause();
      raw.subscribe('1', query, { id });
      return {
        read: async () => raw.socket.resume(),
        get results() {
          return raw.received.flatMap(({ type, payload }) => (type === 'next' ? [payload] : []));
        },
      };
    },
  },
  {
    name: 'SSE',
    async subscribe(address, id) {
      const stream = new RawStream(address, query, { id });
      return {
        read: () => stream.read(),
        get results() {
          return stream.events;
        },
      };
    },
  },
];
