import { describe, expect, test } from 'vitest';
import type { ArchivedContext } from '../../src/archive/archive.ts';
import { createArchive } from '../../src/archive/create-archive.ts';
import { ContextManager } from '../../src/context/manager.ts';
import { MemoryFeed } from '../../src/feed/memory-feed.ts';
import type { JsonObject } from '../../src/json.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';

/** A manager whose archive is a map. */
function make(restoreContext?: (id: string) => Promise<ArchivedContext | null>) {
  const kept = new Map<string, ArchivedContext>();
  const feed = new MemoryFeed();
  const store = new MemoryStore({ tell: feed.tell });
  let restores = 0;
  const archive = createArchive({
    exportContext: async ({ contextId, version, context }) => void kept.set(contextId, { version, context }),
    async restoreContext(id) {
      restores += 1;
      return restoreContext ? restoreContext(id) : (kept.get(id) ?? null);
    },
  });
  return { kept, store, manager: new ContextManager({ store, feed, archive }), restores: () => restores };
}

async function grow(manager: ContextManager, id: string, versions: number): Promise<void> {
  for (let n = 1; n <= versions; n += 1) await manager.set(id, { n });
}

describe('export', () => {
  test('hands the context as it stands to the archive, and says which version that was', async () => {
    const { manager, kept } = make();
    await grow(manager, 'a', 3);
    expect(await manager.export('a')).toMatchObject({ contextId: 'a', version: 3 });
    expect(kept.get('a')).toEqual({ version: 3, context: { n: 3 } });
  });

  test('of what does not exist, or is deleted, is not found', async () => {
    const { manager } = make();
    await expect(manager.export('a')).rejects.toMatchObject({ code: 'CONTEXT_NOT_FOUND' });
    await grow(manager, 'a', 1);
    await manager.delete('a');
    await expect(manager.export('a')).rejects.toMatchObject({ code: 'CONTEXT_NOT_FOUND' });
  });
});

describe('restore', () => {
  test('brings a context back at the archived version where nothing is live, as a new life', async () => {
    const { manager } = make();
    await grow(manager, 'a', 10);
    const before = await manager.get('a');
    await manager.export('a');
    await manager.delete('a');
    const restored = await manager.restore('a');
    expect(restored).toMatchObject({ kind: 'full', version: 10, context: { n: 10 }, reason: null });
    expect(restored.life).not.toBe(before?.life);
    expect((await manager.update('a', { m: 1 })).context.version).toBe(11);
  });

  test('over a live context is a conflict, and changes nothing', async () => {
    const { manager, kept } = make();
    kept.set('a', { version: 7, context: { old: true } });
    await grow(manager, 'a', 2);
    await expect(manager.restore('a')).rejects.toMatchObject({
      code: 'VERSION_CONFLICT',
      currentVersion: 2,
      applied: 'NO',
    });
    expect(await manager.get('a')).toMatchObject({ version: 2, context: { n: 2 } });
  });

  test.each([
    [7, 8],
    [2, 3],
    [1, 3],
  ])('forced over version 2, version %i of the archive becomes version %i, above both', async (archived, version) => {
    const { manager, kept } = make();
    kept.set('a', { version: archived, context: { old: true } });
    await grow(manager, 'a', 2);
    expect(await manager.restore('a', { force: true })).toMatchObject({ version, context: { old: true } });
  });

  test('Chord fault 10: leaves no delta of the old life behind, and no position of it counts', async () => {
    const { manager, kept } = make();
    kept.set('a', { version: 3, context: { old: true } });
    await grow(manager, 'a', 5);
    const old = await manager.get('a');
    await manager.delete('a');
    await manager.restore('a');
    expect(await manager.sync('a', { cursor: old?.cursor })).toMatchObject({ kind: 'full', reason: 'NEW_LIFE' });
    for (const version of [2, 3, 4, 5]) expect(await manager.sync('a', { version })).toMatchObject({ kind: 'full' });
    await manager.update('a', { m: 1 });
    expect(await manager.sync('a', { version: 3 })).toMatchObject({ kind: 'full', reason: 'POSITION_UNKNOWN' });
  });

  test('watchers get the full context, as of a new life, though its version may be lower', async () => {
    const { manager, kept } = make();
    kept.set('a', { version: 2, context: { old: true } });
    await grow(manager, 'a', 5);
    const watch = manager.watch('a', { version: 0 });
    await watch.next();
    await manager.delete('a');
    expect((await watch.next()).value).toMatchObject({ kind: 'deleted', version: 5 });
    await manager.restore('a');
    expect((await watch.next()).value).toMatchObject({ kind: 'full', version: 2, reason: 'NEW_LIFE' });
    await manager.restore('a', { force: true });
    expect((await watch.next()).value).toMatchObject({ kind: 'full', version: 3, reason: 'NEW_LIFE' });
    await watch.return?.();
  });

  test('with a request id counts once, and asks the archive once', async () => {
    const { manager, kept, restores } = make();
    kept.set('a', { version: 4, context: { old: true } });
    const first = await manager.restore('a', { force: true, requestId: 'r' });
    const again = await manager.restore('a', { force: true, requestId: 'r' });
    expect(again).toEqual(first);
    expect(restores()).toBe(1);
    await expect(manager.restore('a', { requestId: 'r' })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  test('concurrently, of two without force one is a conflict', async () => {
    const { manager, kept } = make();
    kept.set('a', { version: 4, context: {} });
    const outcomes = await Promise.allSettled([manager.restore('a'), manager.restore('a')]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await manager.get('a')).toMatchObject({ version: 4 });
  });

  const deep = JSON.parse(`${'{"a":'.repeat(100)}1${'}'.repeat(100)}`) as JsonObject;
  test.each([
    ['throws', (): Promise<null> => Promise.reject(new Error('no')), 'RESTORE_FAILED'],
    ['holds nothing', async (): Promise<null> => null, 'RESTORE_FAILED'],
    ['holds what is too deep', async () => ({ version: 1, context: deep }), 'RESTORE_FAILED'],
    ['holds numbers that JSON has not', async () => ({ version: 1, context: { x: Number.NaN } }), 'RESTORE_FAILED'],
    ['holds too much', async () => ({ version: 1, context: { x: 'x'.repeat(2 ** 20) } }), 'CONTEXT_TOO_LARGE'],
  ] as const)('from an archive that %s leaves the store untouched and names its failure', async (_, load, code) => {
    const { manager, store } = make(load);
    await expect(manager.restore('a')).rejects.toMatchObject({ code, applied: 'NO' });
    expect(await store.read('a')).toBeNull();
    await grow(manager, 'a', 2);
    await expect(manager.restore('a', { force: true })).rejects.toMatchObject({ code, applied: 'NO' });
    expect(await manager.get('a')).toMatchObject({ version: 2, context: { n: 2 } });
  });

  test('without an archive is not configured', async () => {
    const manager = new ContextManager({ store: new MemoryStore(), feed: new MemoryFeed() });
    await expect(manager.restore('a')).rejects.toMatchObject({ code: 'RESTORE_NOT_CONFIGURED' });
    await manager.set('a', {});
    await expect(manager.export('a')).rejects.toMatchObject({ code: 'EXPORT_NOT_CONFIGURED' });
  });
});
