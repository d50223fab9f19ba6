import { beforeEach, describe, expect, test } from 'vitest';
import { Watching } from './watching.ts';

let world: Watching;
beforeEach(() => {
  world = new Watching();
});

const DONE = { done: true, value: undefined };

describe('leaving a watch leaves nothing behind', () => {
  test('before the first event was asked for: then nothing was even begun', async () => {
    const reader = world.watch({ version: 0 });
    await reader.leave();
    expect([world.feed.gate.passed, world.store.logs.passed, world.leftovers]).toEqual([0, 0, 0]);
    expect(await reader.iterator.next()).toEqual(DONE);
  });

  test('and neither does a watch that is never asked nor left', async () => {
    world.watch({ version: 0 });
    await world.clock.advance(0);
    expect([world.feed.gate.passed, world.store.logs.passed, world.leftovers]).toEqual([0, 0, 0]);
  });

  test('while listening is under way', async () => {
    await world.set({ a: 1 });
    world.feed.gate.shut();
    const reader = await world.follow({ version: 0 });
    const left = reader.leave();
    world.feed.gate.open();
    await left;
    expect(await reader.told()).toEqual([]);
    expect([reader.isDone, world.leftovers]).toEqual([true, 0]);
  });

  test('while listening is under way that will fail', async () => {
    world.feed.gate.shut();
    world.feed.gate.isFailing = true;
    const reader = await world.follow({ version: 0 });
    const left = reader.leave();
    world.feed.gate.open();
    await left;
    await world.clock.advance(0);
    expect([reader.isDone, world.leftovers]).toEqual([true, 0]);
  });

  test('while the log is being read', async () => {
    const cursor = await world.count(1, 1);
    await world.count(2, 2);
    world.store.logs.shut();
    const reader = await world.follow({ cursor });
    const left = reader.leave();
    world.store.logs.open();
    await left;
    expect(await reader.told()).toEqual([]);
    expect([reader.isDone, world.leftovers]).toEqual([true, 0]);
  });

  test('while the whole context is being fetched', async () => {
    await world.count(1, 2);
    world.store.wholes.shut();
    const reader = await world.follow({ version: 0 });
    const left = reader.leave();
    world.store.wholes.open();
    await left;
    expect(await reader.told()).toEqual([]);
    expect([reader.isDone, world.leftovers]).toEqual([true, 0]);
  });

  test('while it waits: at once, without time passing', async () => {
    await world.set({ a: 1 });
    const reader = await world.follow();
    expect([world.feed.size, world.clock.size]).toEqual([1, 1]);
    await reader.leave();
    await world.clock.advance(0);
    expect([reader.isDone, world.leftovers]).toEqual([true, 0]);
  });

  test('while it waits to try a failing store again', async () => {
    world.store.logs.isFailing = true;
    const reader = await world.follow({ version: 0 });
    await reader.leave();
    await world.clock.advance(0);
    expect([reader.isDone, world.leftovers]).toEqual([true, 0]);
  });

  test('while the reader holds an event', async () => {
    await world.set({ a: 1 });
    const reader = world.watch({ version: 0 });
    reader.ask();
    expect(await reader.told()).toHaveLength(1);
    expect(world.feed.size).toBe(1);
    await reader.leave();
    expect(world.leftovers).toBe(0);
  });

  test('by `break` out of a loop', async () => {
    await world.set({ a: 1 });
    for await (const event of world.manager.watch('doc', { version: 0 })) {
      expect(event.kind).toBe('full');
      break;
    }
    expect(world.leftovers).toBe(0);
  });

  test('at any number of promises after the first event was asked for', async () => {
    for (let ticks = 0; ticks < 40; ticks += 1) {
      const some = new Watching();
      await some.count(1, 2);
      const reader = some.watch({ version: 0 });
      reader.ask();
      for (let i = 0; i < ticks; i += 1) await null;
      await reader.leave();
      await some.clock.advance(0);
      expect(some.leftovers).toBe(0);
      expect(await reader.iterator.next()).toEqual(DONE);
    }
  });
});

describe('after leaving', () => {
  test('nothing is told any more, and leaving again is no harm', async () => {
    const reader = await world.follow({ cursor: await world.count(1, 1) });
    await reader.leave();
    await reader.leave();
    await world.count(2, 2);
    expect(await reader.iterator.next()).toEqual(DONE);
    expect(await reader.told()).toEqual([]);
  });

  test('whoever else watches the context goes on', async () => {
    const cursor = await world.count(1, 1);
    const [leaving, staying] = [await world.follow({ cursor }), await world.follow({ cursor })];
    await leaving.leave();
    await world.count(2, 2);
    expect(await staying.told()).toMatchObject([{ kind: 'delta', fromVersion: 1, version: 2 }]);
    expect(await leaving.told()).toEqual([]);
  });

  test('a cursor of the last event leads on from there', async () => {
    const reader = await world.follow({ version: 0 });
    await world.count(1, 2);
    const last = (await reader.told()).at(-1);
    await reader.leave();
    await world.count(3, 4);
    const back = await world.follow({ cursor: last?.cursor });
    expect(await back.told()).toMatchObject([{ kind: 'delta', fromVersion: 2, version: 4 }]);
  });
});

describe('events that are asked for before the one before has come', () => {
  test('are answered one after the other', async () => {
    const cursor = await world.count(1, 1);
    const { iterator } = world.watch({ cursor });
    const asked = [iterator.next(), iterator.next(), iterator.next()];
    for (let n = 2; n <= 4; n += 1) {
      await world.count(n, n);
      expect(await asked[n - 2]).toMatchObject({
        done: false,
        value: { kind: 'delta', fromVersion: n - 1, version: n },
      });
      await world.clock.advance(0);
    }
  });

  test('are all answered when the watch is left', async () => {
    await world.set({ a: 1 });
    const { iterator } = world.watch();
    const asked = [iterator.next(), iterator.next(), iterator.next()];
    await world.clock.advance(0);
    await iterator.return?.();
    expect(await Promise.all(asked)).toEqual([DONE, DONE, DONE]);
    expect(world.leftovers).toBe(0);
  });
});
