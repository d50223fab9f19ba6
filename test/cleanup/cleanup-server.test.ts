import { describe, expect, test } from 'vitest';
import { CleanupServer } from '../../src/cleanup/cleanup-server.ts';
import { CleanupPass } from '../../src/cleanup/pass.ts';
import { ContextManager } from '../../src/context/manager.ts';
import { MemoryFeed } from '../../src/feed/memory-feed.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import type { Store } from '../../src/store/store.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import { PassThrough } from '../store/pass-through.ts';

const DAY = 24 * 3_600_000;

/** Some processes on one store, by one clock. */
function world(processes: number, wrap: (store: Store) => Store = (store) => store) {
  const clock = new FakeClock();
  const feed = new MemoryFeed();
  const store = wrap(new MemoryStore({ clock, tell: feed.tell }));
  const manager = new ContextManager({ store, feed, clock });
  const failures: unknown[] = [];
  const servers = Array.from({ length: processes }, (_, i) => {
    const pass = new CleanupPass(store, clock, () => `~end${i}`, { contextAutoDelete: true });
    return new CleanupServer(store, clock, pass, (error) => failures.push(error));
  });
  /** Second by second, what each second starts run to its end. */
  const elapse = async (seconds: number): Promise<void> => {
    for (let i = 0; i < seconds; i += 1) {
      clock.elapse(1000);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { clock, manager, servers: servers as [CleanupServer, ...CleanupServer[]], failures, elapse };
}

describe('the cleanup server', () => {
  test('stands still until it is started', async () => {
    const { servers, elapse, clock } = world(1);
    const [server] = servers;
    expect(await server.status()).toEqual({ running: false, intervalMs: null, limit: null, lastReport: null });
    server.join();
    await elapse(200);
    expect((await server.status()).lastReport).toBeNull();
    await server.close();
    expect(clock.waiting).toBe(0);
  });

  test('cleans up once an interval, and remembers its last report', async () => {
    const { servers, elapse, clock, manager } = world(1);
    const [server] = servers;
    await manager.set('a', {});
    clock.elapse(DAY);
    expect(await server.start({ intervalMs: 5000 })).toMatchObject({ running: true, intervalMs: 5000, limit: null });
    await elapse(4);
    expect((await server.status()).lastReport).toBeNull();
    await elapse(3);
    expect((await server.status()).lastReport).toMatchObject({ contextsDeleted: 1 });
    await elapse(5);
    expect((await server.status()).lastReport).toMatchObject({ contextsDeleted: 0 });
    await server.close();
  });

  test('one record holds for all processes: started, changed and stopped in any of them', async () => {
    const { servers, elapse, manager, clock } = world(3);
    const [one, two, three] = servers as [CleanupServer, CleanupServer, CleanupServer];
    for (const server of servers) server.join();
    for (const id of ['a', 'b', 'c', 'd']) await manager.set(id, {});
    clock.elapse(DAY);
    await one.start({ intervalMs: 3000 });
    expect(await three.update({ limit: 1 })).toMatchObject({ running: true, intervalMs: 3000, limit: 1 });
    await elapse(5);
    expect((await manager.list()).contexts).toHaveLength(3);
    await elapse(3);
    expect((await manager.list()).contexts).toHaveLength(2);
    expect(await two.stop()).toMatchObject({ running: false, intervalMs: 3000, limit: 1 });
    await elapse(20);
    expect((await manager.list()).contexts).toHaveLength(2);
    for (const server of servers) await server.close();
  });

  test('of several processes one runs each pass', async () => {
    const { servers, elapse, clock } = world(4);
    for (const server of servers) server.join();
    await servers[0].start({ intervalMs: 2000 });
    await elapse(21);
    const { lastReport } = await servers[0].status();
    // Passes begin no closer than the interval, so no two processes ran one at the same time.
    expect(lastReport?.startedAt).toBeGreaterThanOrEqual(clock.now() - 3);
    for (const server of servers) await server.close();
    expect(clock.waiting).toBe(0);
  });

  test('a process that ends holds nobody up', async () => {
    const { servers, elapse, manager, clock } = world(2);
    for (const server of servers) server.join();
    await servers[0].start({ intervalMs: 2000 });
    await manager.set('a', {});
    await servers[0].close();
    clock.elapse(DAY);
    await elapse(5);
    expect((await manager.list()).contexts).toHaveLength(0);
    await servers[1]?.close();
  });

  test('a store that fails is told of, and tried again', async () => {
    class Failing extends PassThrough {
      isDown = false;

      override async readRecord(name: string) {
        if (this.isDown) throw new Error('down');
        return super.readRecord(name);
      }
    }
    let store: Failing | undefined;
    const { servers, elapse, failures, manager, clock } = world(1, (inner) => {
      store = new Failing(inner);
      return store;
    });
    await manager.set('a', {});
    await servers[0].start({ intervalMs: 1000 });
    clock.elapse(DAY);
    if (store) store.isDown = true;
    await elapse(3);
    expect(failures.length).toBeGreaterThan(0);
    if (store) store.isDown = false;
    await elapse(4);
    expect((await manager.list()).contexts).toHaveLength(0);
    await servers[0].close();
  });

  test('started unless it was ever set, it starts once, also where the store fails at first', async () => {
    class Failing extends PassThrough {
      failures = 2;

      override async readRecord(name: string) {
        if (this.failures-- > 0) throw new Error('down');
        return super.readRecord(name);
      }
    }
    const { servers, elapse, failures } = world(2, (inner) => new Failing(inner));
    const [one, two] = servers as [CleanupServer, CleanupServer];
    await one.startUnlessSet({ intervalMs: 5000 });
    expect(failures).toHaveLength(1);
    await elapse(3);
    expect(await one.status()).toMatchObject({ running: true, intervalMs: 5000 });
    await one.stop();
    await two.startUnlessSet({ intervalMs: 7000 });
    await elapse(3);
    expect(await two.status()).toMatchObject({ running: false, intervalMs: 5000 });
    for (const server of servers) await server.close();
  });

  test('settings that are missing stay, null takes a limit away, and nonsense is refused', async () => {
    const { servers } = world(1);
    const [server] = servers;
    await server.start({ intervalMs: 1000, limit: 7 });
    expect(await server.update({})).toMatchObject({ intervalMs: 1000, limit: 7, running: true });
    expect(await server.start()).toMatchObject({ intervalMs: 1000, limit: 7 });
    expect(await server.update({ limit: null })).toMatchObject({ limit: null });
    for (const settings of [
      { intervalMs: 0 },
      { intervalMs: 1.5 },
      { intervalMs: 2 ** 31 },
      { limit: 0 },
      { limit: -1 },
    ]) {
      await expect(server.update(settings)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
      await expect(server.start(settings)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    }
    await expect(server.pass(0)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await server.close();
  });
});
