import { expect, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { type ArpeggioClient, type ClientOptions, type ContextWatch, createClient } from '../../src/client/index.ts';
import { systemTime, type Time } from '../../src/client/time.ts';
import { eventually } from '../helpers/eventually.ts';

/** A client that comes back at once, closed when the test ends. */
export function connect(url: string, options: Partial<ClientOptions> = {}, time: Time = systemTime): ArpeggioClient {
  const retry = { minMs: 1, maxMs: 10 };
  const client = createClient({ url, webSocketImpl: WebSocket, retry, lingerMs: 0, ...options }, time);
  onTestFinished(() => client.close());
  return client;
}

/** The same watch, once it is live. */
export async function live<T extends object>(watch: ContextWatch<T>): Promise<ContextWatch<T>> {
  await eventually(() => expect(watch.state.status).toBe('live'));
  return watch;
}

/** Time as it passes, that can be set forward. */
export class JumpingTime implements Time {
  #jumpedBy = 0;
  readonly after = systemTime.after;
  readonly random = systemTime.random;

  now(): number {
    return systemTime.now() + this.#jumpedBy;
  }

  jump(ms: number): void {
    this.#jumpedBy += ms;
  }
}
