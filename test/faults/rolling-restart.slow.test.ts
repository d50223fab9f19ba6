import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { createClient } from '../../src/client/index.ts';
import { Api } from '../helpers/api.ts';
import { eventually } from '../helpers/eventually.ts';
import { startRedis } from '../helpers/redis/server.ts';
import { httpClient } from '../helpers/transports.ts';
import { Balancer } from './balancer.ts';
import { ResumingSubscriber } from './resuming-subscriber.ts';

const IDS = ['room:1', 'room:2', 'room:3', 'room:4', 'room:5'];
const SUBSCRIBERS = 500;

/** Long enough that every delta is smaller. */
const BOARD = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`field ${n}`, 'x'.repeat(20)]));

/** Writes counts of its own, one after the other; the next once a subscriber was told of the one before. */
class Writer {
  /** Of its latest write that was acknowledged. */
  count = 0;
  #isOver = false;
  readonly #done: Promise<void>;

  constructor(write: (count: number) => Promise<unknown>, isTold: (count: number) => boolean) {
    this.#done = (async () => {
      while (!this.#isOver) {
        await write(this.count + 1);
        this.count += 1;
        await eventually(() => expect(isTold(this.count)).toBe(true));
      }
    })();
    this.#done.catch(() => {});
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#done;
  }
}

it('three processes are restarted one after the other under load: 500 subscribers miss nothing, and no acknowledged write is lost', async () => {
  const redis = await startRedis();
  const balancer = new Balancer(redis.url);
  for (let n = 0; n < 3; n += 1) await balancer.add();
  const first = new Api(httpClient(balancer.http()));
  for (const id of IDS) await first.set(id, BOARD);

  const subscribers = Array.from({ length: SUBSCRIBERS }, (_, n) => ({
    id: String(IDS[n % IDS.length]),
    subscriber: new ResumingSubscriber(String(IDS[n % IDS.length]), balancer.websocket),
  }));
  const all = subscribers.map(({ subscriber }) => subscriber);
  onTestFinished(async () => {
    await Promise.all(all.map((subscriber) => subscriber.leave()));
  });
  await eventually(() => expect(Math.min(...all.map(({ version }) => version))).toBe(1));

  const client = createClient({ url: balancer.websocket, webSocketImpl: WebSocket });
  onTestFinished(() => client.close());
  const writers = IDS.map((id, n) => {
    const told = all[n];
    const isTold = (name: string) => (count: number) =>
      told?.copy.status === 'live' && Number(told.copy.context[name]) >= count;
    return {
      id,
      // What it has sent is sent again by the client itself, under the same request id.
      socket: new Writer((count) => client.update(id, { socket: count }), isTold('socket')),
      // Each request goes wherever the balancer says; one that was under way so long that nobody listens there any more is sent again.
      http: new Writer((count) => {
        const requestId = `${id} ${count}`;
        return eventually(() => new Api(httpClient(balancer.http())).update(id, { http: count }, { requestId }));
      }, isTold('http')),
    };
  });
  const written = (): number => writers.reduce((sum, { socket, http }) => sum + socket.count + http.count, 0);

  for (let n = 0; n < 3; n += 1) {
    const before = written();
    await eventually(() => expect(written()).toBeGreaterThan(before + 100));
    await balancer.add();
    expect(await balancer.stopOldest()).toBe(0);
  }

  for (const { socket, http } of writers) await Promise.all([socket.stop(), http.stop()]);
  const last = new Api(httpClient(balancer.http()));
  for (const { id, socket, http } of writers) {
    const head = await last.read(id);
    expect(head?.context).toMatchObject({ socket: socket.count, http: http.count });
    expect(head?.version).toBe(1 + socket.count + http.count);
    const here = subscribers.filter((one) => one.id === id).map(({ subscriber }) => subscriber);
    await eventually(() => expect(here.filter(({ version }) => version !== head?.version)).toEqual([]));
    for (const { copy } of here) expect(copy).toMatchObject({ status: 'live', context: head?.context });
  }
  expect(all.flatMap(({ faults }) => faults)).toEqual([]);
  // Each of them was on a process that was stopped.
  expect(all.reduce((sum, { returns }) => sum + returns, 0)).toBeGreaterThanOrEqual(SUBSCRIBERS);
}, 240_000);
