import { describe, expect, test } from 'vitest';
import { alone } from './processes.ts';

/** A context whose first life reached version 3, and whose second is at version 1. */
async function reborn() {
  const world = alone();
  const { manager } = world;
  for (const n of [1, 2, 3]) await manager.set('x', { n });
  const old = await manager.get('x');
  await manager.delete('x');
  const { context } = await manager.set('x', { anew: 1 });
  return { ...world, old: old!, context };
}

describe('Chord fault 7: after deletion and a new life', () => {
  test('the new life begins at version 1, as a life of its own', async () => {
    const { old, context } = await reborn();
    expect(context.version).toBe(1);
    expect(context.life).not.toBe(old.life);
  });

  test('a client of the old one is given the whole context, by cursor and by version', async () => {
    const { manager, old, context } = await reborn();
    expect(await manager.sync('x', { cursor: old.cursor })).toEqual({ ...context, reason: 'NEW_LIFE' });
    for (const version of [1, 2, 3]) {
      expect(await manager.sync('x', { version })).toEqual({ ...context, reason: 'POSITION_UNKNOWN' });
    }
  });

  test('so it is when the new life has grown to the same version and past it', async () => {
    const { manager, old } = await reborn();
    for (const n of [2, 3, 4]) {
      await manager.set('x', { anew: n });
      expect(await manager.sync('x', { cursor: old.cursor })).toMatchObject({ kind: 'full', reason: 'NEW_LIFE' });
      for (const version of [1, 2, 3]) {
        expect(await manager.sync('x', { version })).toMatchObject({ kind: 'full', context: { anew: n } });
      }
    }
    expect(await manager.sync('x', { version: 4 })).toMatchObject({ kind: 'noChange' });
    await manager.set('x', { anew: 5 });
    expect(await manager.sync('x', { version: 4 })).toMatchObject({ kind: 'delta', fromVersion: 4, version: 5 });
  });

  test('a client of the new one is given deltas, below the floor too', async () => {
    const { manager, context } = await reborn();
    await manager.set('x', { anew: 2 });
    expect(await manager.sync('x', { cursor: context.cursor })).toMatchObject({
      kind: 'delta',
      fromVersion: 1,
      version: 2,
    });
  });

  test('a client ahead is given the whole context', async () => {
    const { manager, context } = await reborn();
    expect(await manager.sync('x', { version: 10 })).toEqual({ ...context, reason: 'POSITION_UNKNOWN' });
  });

  test('the cursor of the deletion stands for nothing that can be built on', async () => {
    const { manager } = alone();
    await manager.set('x', { n: 1 });
    const deleted = await manager.delete('x');
    await manager.set('x', { n: 2 });
    expect(await manager.sync('x', { cursor: deleted.cursor })).toMatchObject({ kind: 'full', reason: 'NEW_LIFE' });
  });

  test('a condition of the old life does not hold for the new one, by cursor', async () => {
    const { manager, old } = await reborn();
    await manager.set('x', { anew: 2 });
    await manager.set('x', { anew: 3 });
    await expect(manager.set('x', {}, { expectedCursor: old.cursor })).rejects.toMatchObject({
      code: 'VERSION_CONFLICT',
    });
    await expect(manager.delete('x', { expectedCursor: old.cursor })).rejects.toMatchObject({
      code: 'VERSION_CONFLICT',
    });
  });
});

describe("a life's floor", () => {
  test('is the highest version of all lives before it', async () => {
    const { manager, store } = alone();
    const live = async (versions: number): Promise<number | undefined> => {
      for (let n = 0; n < versions; n += 1) await manager.set('x', { n });
      const floor = (await store.read('x'))?.floor;
      await manager.delete('x');
      return floor;
    };
    expect(await live(2)).toBe(0);
    expect(await live(5)).toBe(2);
    expect(await live(1)).toBe(5);
    expect(await live(3)).toBe(5);
    expect(await live(1)).toBe(5);
  });

  test('is forgotten with the tombstone: from then on only a cursor proves a position', async () => {
    const { manager, clock } = alone({ tombstoneTtlMs: 1000 });
    const { context: old } = await manager.set('x', { n: 1 });
    await manager.delete('x');
    clock.elapse(1000);
    const { context } = await manager.set('x', { n: 2 });
    expect(await manager.sync('x', { cursor: old.cursor })).toEqual({ ...context, reason: 'NEW_LIFE' });
    // The documented limit of bare versions.
    expect(await manager.sync('x', { version: 1 })).toMatchObject({ kind: 'noChange' });
  });

  test('lasts as long as its life does, the tombstone being gone', async () => {
    const { manager, clock, context } = await reborn();
    clock.elapse(48 * 60 * 60 * 1000);
    expect(await manager.sync('x', { version: 1 })).toEqual({ ...context, reason: 'POSITION_UNKNOWN' });
  });
});
