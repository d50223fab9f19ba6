import { expect } from 'vitest';
import { WebSocket } from 'ws';
import { type ArpeggioClient, type ContextWatch, createClient } from '../../src/client/index.ts';
import { systemTime, type Time } from '../../src/client/time.ts';
import { systemClock } from '../../src/clock.ts';
import { MemoryFeed } from '../../src/feed/memory-feed.ts';
import { equal, type JsonObject } from '../../src/json.ts';
import { createServer, type Server } from '../../src/server/create-server.ts';
import { silentLog } from '../../src/server/log.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import type { Commit, CommitOutcome } from '../../src/store/store.ts';
import { eventually } from '../helpers/eventually.ts';
import { TcpProxy } from '../helpers/redis/tcp-proxy.ts';

/** A store that outlives its servers, and remembers each state that it ever had. */
class LastingStore extends MemoryStore {
  readonly #states = new Map<string, JsonObject>();

  override async commit(id: string, commit: Commit): Promise<CommitOutcome> {
    const outcome = await super.commit(id, commit);
    const head = await this.read(id);
    if (head?.status === 'live') {
      const { life, version } = head.position;
      this.#states.set(JSON.stringify([id, life, version]), head.context);
    }
    return outcome;
  }

  /** Undefined for a version that a commit of several went through. */
  stateAt(id: string, life: string, version: number): JsonObject | undefined {
    return this.#states.get(JSON.stringify([id, life, version]));
  }

  override async close(): Promise<void> {}
}

class LastingFeed extends MemoryFeed {
  override async close(): Promise<void> {}
}

/** A server that can be restarted, behind a stretch of network that can be broken, and a client beyond it that watches two contexts. */
export class World {
  readonly client: ArpeggioClient;
  readonly watches: readonly ContextWatch[];
  /** What the client was promised; each is settled in the end. */
  readonly writes: Promise<unknown>[] = [];
  readonly proxy: TcpProxy;
  /** Counts that the server has acknowledged. */
  counted = 0;
  readonly violations: string[] = [];
  #server: Server;
  readonly #makeServer: () => Server;
  readonly #store: LastingStore;

  private constructor(proxy: TcpProxy, server: Server, makeServer: () => Server, store: LastingStore) {
    this.proxy = proxy;
    this.#server = server;
    this.#makeServer = makeServer;
    this.#store = store;
    const url = `ws://127.0.0.1:${proxy.port}/graphql`;
    const time: Time = {
      ...systemTime,
      // That it has to be mended is a server's fault, and this one has none.
      after: (ms, run) => systemTime.after(ms, ms === 15_000 ? () => this.violations.push('out of patience') : run),
    };
    this.client = createClient({ url, webSocketImpl: WebSocket, retry: { minMs: 1, maxMs: 20 } }, time);
    this.watches = ['a', 'counter'].map((id) => this.client.watch(id));
    for (const watch of this.watches) this.#observe(watch);
  }

  static async start(): Promise<World> {
    const feed = new LastingFeed();
    const store = new LastingStore({ tell: feed.tell, clock: systemClock() });
    const makeServer = (): Server =>
      createServer({ port: 0, store: () => store, feed, archive: 'off', log: silentLog });
    const server = makeServer();
    const { port } = await server.listen();
    await server.manager.set('counter', { n: 0 });
    return new World(await TcpProxy.start(port), server, makeServer, store);
  }

  get manager(): Server['manager'] {
    return this.#server.manager;
  }

  async restart(): Promise<void> {
    const old = this.#server;
    this.#server = this.#makeServer();
    this.proxy.targetPort = (await this.#server.listen()).port;
    await old.close();
  }

  /** Once all is well again the copy is what the server has, and every write has an end. */
  async converge(): Promise<void> {
    this.proxy.heal();
    this.proxy.cut();
    await Promise.all(this.writes);
    for (const watch of this.watches) {
      await eventually(async () => {
        const there = await this.manager.get(watch.state.id);
        const { status, value, cursor, pendingWrites } = watch.state;
        expect({ status, value, cursor, pendingWrites }).toEqual({
          status: 'live',
          value: there?.context,
          cursor: there?.cursor,
          pendingWrites: 0,
        });
      });
    }
    expect((await this.manager.get('counter'))?.context).toEqual({ n: this.counted });
    expect(this.violations).toEqual([]);
  }

  async stop(): Promise<void> {
    this.client.close();
    await this.proxy.stop();
    await this.#server.close();
  }

  /** Whatever happens, what is shown was there, and time does not run backwards. */
  #observe(watch: ContextWatch): void {
    let last = watch.state;
    watch.subscribe((state) => {
      const { id, life, version, value, pendingWrites, status } = state;
      if (life === last.life && version !== undefined && last.version !== undefined && version < last.version)
        this.violations.push(`${id} went from version ${last.version} back to ${version}`);
      const there = life === undefined || version === undefined ? undefined : this.#store.stateAt(id, life, version);
      if (there && value && pendingWrites === 0 && last.pendingWrites === 0 && !equal(there, value))
        this.violations.push(`${id} at ${version} shows ${JSON.stringify(value)}, not ${JSON.stringify(there)}`);
      if (status === 'failed') this.violations.push(`${id} has failed: ${state.error?.code}`);
      if (last.value !== undefined && value !== undefined && last.value !== value && equal(last.value, value))
        this.violations.push(`${id} is another object, but the same`);
      last = state;
    });
  }
}
