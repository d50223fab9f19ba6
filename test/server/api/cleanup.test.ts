import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../../src/store/memory-store.ts';
import { Api } from '../../helpers/api.ts';
import { eventually } from '../../helpers/eventually.ts';
import { cleanup, startCleanupServer, stopCleanupServer, updateCleanupServer } from '../../helpers/operations.ts';
import { transports } from '../../helpers/transports.ts';

/** Seconds that are moved by hand. A pass takes a move of less than a minute for an ordinary one. */
function movedTime() {
  const time = { now: 1_700_000_000 };
  return { time, timeProvider: () => time.now };
}

describe.each(transports)('A cleanup over $name', ({ open }) => {
  it('ends the contexts past contextTtl, those that waited longest first, no more than its limit', async () => {
    const { time, timeProvider } = movedTime();
    const api = new Api((await open({ timeProvider, contextAutoDelete: true, contextTtl: 30 })).client);
    for (const id of ['a', 'b', 'c', 'd']) {
      await api.set(id, {});
      time.now += 1;
    }
    time.now += 29;
    await api.update('d', { kept: true });
    const report = await api.cleanup({ limit: 2 });
    expect(report).toEqual({ contextsDeleted: 2, deltasDeleted: 0, startedAt: time.now, finishedAt: time.now });
    expect((await api.list()).nodes).toEqual([{ contextId: 'c' }, { contextId: 'd' }]);
    expect((await api.cleanup({ limit: null })).contextsDeleted).toBe(1);
    expect((await api.cleanup()).contextsDeleted).toBe(0);
    expect((await api.list()).nodes).toEqual([{ contextId: 'd' }]);
  });

  it('tells subscribers that a context expired', async () => {
    const api = new Api(
      (await open({ timeUnit: 'millisecond', contextAutoDelete: true, contextTtl: 1, deltaTtl: 3_600_000 })).client,
    );
    const { context } = await api.set('a', { n: 1 });
    const watch = api.watch('a', { cursor: context.cursor });
    const event = watch.next();
    await eventually(async () => expect((await api.cleanup()).contextsDeleted).toBe(1));
    expect(await event).toMatchObject({ __typename: 'ContextDeleted', version: 1, endReason: 'EXPIRED' });
    expect(await api.read('a')).toBeNull();
    const next = await api.set('a', { n: 2 });
    expect(await watch.next()).toEqual({ ...next.context, reason: 'NEW_LIFE' });
  });

  it('drops the deltas past deltaTtl, and ends no context unless contextAutoDelete is on', async () => {
    const { time, timeProvider } = movedTime();
    const api = new Api((await open({ timeProvider, contextTtl: 1, deltaTtl: 30 })).client);
    await api.set('a', { n: 1 });
    await api.update('a', { n: 2 });
    time.now += 20;
    await api.update('a', { n: 3 });
    time.now += 15;
    expect(await api.cleanup()).toMatchObject({ contextsDeleted: 0, deltasDeleted: 2 });
    expect(await api.sync('a', { version: 1 })).toMatchObject({ __typename: 'FullContext', reason: 'WINDOW_PASSED' });
    expect(await api.sync('a', { version: 2 })).toMatchObject({ __typename: 'Delta', fromVersion: 2, version: 3 });
  });

  it('deletes nothing where the time has jumped, and goes on once it runs steadily', async () => {
    const { time, timeProvider } = movedTime();
    const api = new Api((await open({ timeProvider, contextAutoDelete: true, contextTtl: 30 })).client);
    await api.set('a', {});
    time.now += 3600;
    expect(await api.cleanup()).toMatchObject({ contextsDeleted: 0, deltasDeleted: 0 });
    expect(await api.read('a')).not.toBeNull();
    expect(await api.cleanup()).toMatchObject({ contextsDeleted: 1 });
  });

  it.each([0, -1, 2 ** 31, 1.5, '1'])('refuses the limit %s, and does nothing', async (limit) => {
    const { time, timeProvider } = movedTime();
    const { client, logged } = await open({ timeProvider, contextAutoDelete: true, contextTtl: 30 });
    const api = new Api(client);
    await api.set('a', {});
    time.now += 31;
    const refusal = { code: 'BAD_USER_INPUT', details: { applied: 'NO' } };
    expect(await api.failure(cleanup, { limit: limit as number })).toMatchObject(refusal);
    expect(await api.read('a')).not.toBeNull();
    expect(logged).toEqual([]);
  });
});

describe.each(transports)('The cleanup server over $name', ({ open }) => {
  it('is started, changed and stopped, and tells how it stands', async () => {
    const api = new Api((await open()).client);
    const initial = { running: false, intervalMs: null, limit: null, lastReport: null };
    expect(await api.cleanupServer()).toEqual(initial);
    expect(await api.stopCleanupServer()).toEqual(initial);
    expect(await api.startCleanupServer()).toEqual({ ...initial, running: true, intervalMs: 60_000 });
    const changed = { ...initial, running: true, intervalMs: 50_000, limit: 7 };
    expect(await api.updateCleanupServer({ intervalMs: 50_000, limit: 7 })).toEqual(changed);
    expect(await api.cleanupServer()).toEqual(changed);
    expect(await api.stopCleanupServer()).toEqual({ ...changed, running: false });
    expect(await api.updateCleanupServer({ intervalMs: 40_000 })).toMatchObject({ running: false, intervalMs: 40_000 });
    expect(await api.startCleanupServer()).toEqual({ ...changed, intervalMs: 40_000 });
  });

  it('keeps what is not given, and a limit goes by null', async () => {
    const api = new Api((await open()).client);
    await api.startCleanupServer({ intervalMs: 50_000, limit: 7 });
    expect(await api.updateCleanupServer({})).toMatchObject({ intervalMs: 50_000, limit: 7 });
    expect(await api.updateCleanupServer({ intervalMs: null })).toMatchObject({ intervalMs: 50_000, limit: 7 });
    expect(await api.updateCleanupServer({ limit: null })).toMatchObject({ intervalMs: 50_000, limit: null });
    await api.updateCleanupServer({ limit: 3 });
    expect(await api.startCleanupServer({})).toMatchObject({ limit: 3 });
    expect(await api.startCleanupServer({ limit: null })).toMatchObject({ intervalMs: 50_000, limit: null });
  });

  it.each([
    { intervalMs: 0 },
    { intervalMs: -1 },
    { intervalMs: 999 },
    { intervalMs: 2 ** 31 },
    { limit: 0 },
    { limit: -1 },
  ])('refuses %o, and stands as before', async (settings) => {
    const { client, logged } = await open();
    const api = new Api(client);
    const status = await api.updateCleanupServer({ intervalMs: 50_000, limit: 7 });
    const refusal = { code: 'BAD_USER_INPUT', details: { applied: 'NO' } };
    expect(await api.failure(startCleanupServer, settings)).toMatchObject(refusal);
    expect(await api.failure(updateCleanupServer, settings)).toMatchObject(refusal);
    expect(await api.cleanupServer()).toEqual(status);
    expect(logged).toEqual([]);
  });

  it('cleans up by itself once an interval, and shows its last report', async () => {
    const options = { timeUnit: 'millisecond', contextAutoDelete: true, contextTtl: 1 } as const;
    const api = new Api((await open(options)).client);
    await api.set('a', {});
    await api.startCleanupServer({ intervalMs: 1000 });
    await eventually(async () => expect(await api.read('a')).toBeNull());
    await eventually(async () => expect((await api.cleanupServer()).lastReport).not.toBeNull());
  });

  it('over a store that fails says that what was asked may have happened, and is logged without a message', async () => {
    const { client, logged } = await open({
      store: (options) =>
        new Proxy(new MemoryStore(options), {
          get(store, verb) {
            const value: unknown = Reflect.get(store, verb);
            if (typeof value !== 'function') return value;
            if (!/Record|trim/.test(String(verb))) return value.bind(store);
            return () => Promise.reject(new Error('hunter2'));
          },
        }),
    });
    const api = new Api(client);
    const failures = [
      await api.failure(cleanup, {}),
      await api.failure(startCleanupServer, {}),
      await api.failure(updateCleanupServer, {}),
      await api.failure(stopCleanupServer, {}),
    ];
    const unknown = { code: 'INTERNAL_SERVER_ERROR', details: { applied: 'UNKNOWN' } };
    for (const failure of failures) expect(failure).toMatchObject(unknown);
    expect(JSON.stringify([failures, logged])).not.toContain('hunter2');
    expect(logged.filter((line) => line.startsWith('Unexpected: '))).toHaveLength(4);
  });
});

describe.each(transports.filter(({ name }) => name !== 'fetch without a port'))('A server over $name', ({ open }) => {
  it('runs the cleanup server from its start with contextAutoDelete, as often as cleanupIntervalMs says', async () => {
    const api = new Api((await open({ contextAutoDelete: true, cleanupIntervalMs: 12_345 })).client);
    const status = { running: true, intervalMs: 12_345, limit: null, lastReport: null };
    expect(await api.cleanupServer()).toEqual(status);
  });
});
