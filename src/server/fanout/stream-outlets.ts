import type { ServerResponse } from 'node:http';
import type { Outlet } from './member.ts';
import { BACKED_UP_BYTES } from './socket-outlets.ts';

/** Where the events of one response go: held until it has begun, one at most, and written to it from then on. */
export interface StreamOutlet extends Outlet {
  /** To be called once the response's head is sent. */
  begin(): void;
}

/** Writes events of an event stream, as graphql-sse's distinct connections have them, straight to node's response. */
export class StreamOutlets {
  #payload: Buffer | undefined;
  #chunk: Buffer = EMPTY;

  to(response: ServerResponse): StreamOutlet {
    let hasBegun = false;
    let held: Buffer | undefined;
    let onBegin = (): void => {};
    const isFree = (): boolean =>
      hasBegun ? !response.destroyed && response.writableLength <= BACKED_UP_BYTES : held === undefined;
    return {
      get isFree() {
        return isFree();
      },
      write: (payload) => {
        if (hasBegun) response.write(this.#chunkOf(payload));
        else held = payload;
      },
      whenFree(run) {
        void (async () => {
          if (!hasBegun) {
            await new Promise<void>((resolve) => {
              onBegin = resolve;
            });
          }
          // Of a response that ends before, there is no word.
          while (!isFree()) await new Promise((resolve) => response.once('drain', resolve));
          await run();
        })();
        // There is no more than one that waits for a response.
        return () => {};
      },
      begin: () => {
        hasBegun = true;
        if (held) response.write(this.#chunkOf(held));
        held = undefined;
        onBegin();
      },
    };
  }

  /** The same for all who are told the same, one after the other. */
  #chunkOf(payload: Buffer): Buffer {
    if (this.#payload !== payload) {
      this.#payload = payload;
      this.#chunk = Buffer.concat([PREFIX, payload, SUFFIX]);
    }
    return this.#chunk;
  }
}

const PREFIX = Buffer.from('event: next\ndata: ');
const SUFFIX = Buffer.from('\n\n');
const EMPTY = Buffer.alloc(0);
