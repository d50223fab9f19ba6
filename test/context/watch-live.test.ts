import { beforeEach, describe, expect, test } from 'vitest';
import { StoreUnavailableError } from '../../src/errors.ts';
import { type Reader, Watching } from './watching.ts';

const HEARTBEAT_MS = 10_000;

let world: Watching;
beforeEach(() => {
  world = new Watching();
});

/** A reader that knows the present, `{ n: 1 }`, and has asked for what comes next. */
async function waiting(): Promise<Reader> {
  return world.follow({ cursor: await world.count(1, 1) });
}

const delta = (fromVersion: number, version: number) => ({ kind: 'delta', fromVersion, version });

describe('a watch that waits', () => {
  test('is told every version, each once and in order', async () => {
    const reader = await waiting();
    for (let n = 2; n <= 20; n += 1) {
      await world.set({ n });
      expect(await reader.told()).toMatchObject([delta(n - 1, n)]);
    }
  });

  test('is told nothing of a write that changes nothing', async () => {
    const reader = await waiting();
    await world.set({ n: 1 });
    await world.manager.update('doc', { n: 1 });
    await world.clock.advance(HEARTBEAT_MS);
    expect(await reader.told()).toEqual([]);
  });

  test('outlives any number of deletions, each told, each next life begun whole', async () => {
    const reader = await waiting();
    for (let life = 1; life <= 3; life += 1) {
      const last = await world.count(life + 1, 5);
      await reader.told();
      const tombstone = await world.delete();
      expect(last).not.toBe(tombstone);
      expect(await reader.told()).toMatchObject([{ kind: 'deleted', cursor: tombstone, reason: 'DELETED' }]);
      await world.set({ n: life + 1 });
      const begun = { kind: 'full', version: 1, context: { n: life + 1 }, reason: 'NEW_LIFE' };
      expect(await reader.told()).toMatchObject([begun]);
    }
  });

  test('is sent the whole context where a delta would be larger than 4 KiB and than the context', async () => {
    const reader = await world.follow({ cursor: await world.set({ large: 'x'.repeat(5000) }) });
    await world.set({ small: 1 });
    const whole = { kind: 'full', version: 2, context: { small: 1 }, reason: 'SMALLER_THAN_DELTA' };
    expect(await reader.told()).toMatchObject([whole]);
  });

  test('is sent a delta, however large, where the context is larger still', async () => {
    const large = 'x'.repeat(20_000);
    const reader = await world.follow({ cursor: await world.set({ large }) });
    await world.set({ large, more: 'y'.repeat(5000) });
    expect(await reader.told()).toMatchObject([delta(1, 2)]);
  });

  test('is not woken by other contexts', async () => {
    await waiting();
    const looks = world.store.logs.passed;
    await world.manager.set('other', { a: 1 });
    await world.clock.advance(0);
    expect(world.store.logs.passed).toBe(looks);
  });
});

describe('a slow reader', () => {
  test('is told all that it missed as one delta', async () => {
    const reader = world.watch({ cursor: await world.count(1, 1) });
    reader.ask();
    await world.count(2, 2);
    expect(await reader.told()).toMatchObject([delta(1, 2)]);
    await world.count(3, 5);
    reader.ask();
    expect(await reader.told()).toMatchObject([delta(2, 5)]);
    reader.ask();
    expect(await reader.told()).toEqual([]);
  });

  test('that the window has passed gets the whole context, as FELL_BEHIND', async () => {
    const reader = world.watch({ cursor: await world.count(1, 1) });
    reader.ask();
    await world.count(2, 2);
    await reader.told();
    await world.count(3, 6);
    reader.ask();
    expect(await reader.told()).toMatchObject([{ kind: 'full', version: 6, context: { n: 6 }, reason: 'FELL_BEHIND' }]);
  });

  test('that missed a deletion and a new life gets the new life alone', async () => {
    const reader = world.watch({ cursor: await world.count(1, 3) });
    reader.ask();
    await world.count(4, 4);
    await reader.told();
    await world.delete();
    await world.set({ n: 1 });
    reader.ask();
    expect(await reader.told()).toMatchObject([{ kind: 'full', version: 1, reason: 'NEW_LIFE' }]);
  });

  test('that comes when all trace of the deletion is gone is told LOST, once, at its own position', async () => {
    const reader = world.watch({ cursor: await world.count(1, 1) });
    reader.ask();
    await world.count(2, 2);
    const [{ life } = { life: '' }] = await reader.told();
    await world.delete();
    await world.clock.advance(60_000);
    reader.follow();
    expect(await reader.told()).toMatchObject([{ kind: 'deleted', life, version: 2, reason: 'LOST' }]);
    await world.clock.advance(HEARTBEAT_MS);
    expect(await reader.told()).toEqual([]);
  });

  test('costs no read and no timer until it asks again', async () => {
    const reader = world.watch({ cursor: await world.count(1, 1) });
    reader.ask();
    await world.count(2, 2);
    await reader.told();
    const looks = world.store.logs.passed;
    await world.count(3, 1000);
    await world.clock.advance(10 * HEARTBEAT_MS);
    expect([world.store.logs.passed, world.clock.size]).toEqual([looks, 0]);
  });

  test('does not hold back the others', async () => {
    const slow = world.watch({ cursor: await world.count(1, 1) });
    slow.ask();
    const fast = await world.follow({ version: 1 });
    await world.count(2, 2);
    await world.clock.advance(0);
    await world.count(3, 3);
    expect(await fast.told()).toMatchObject([delta(1, 2), delta(2, 3)]);
    expect(await slow.told()).toMatchObject([delta(1, 2)]);
  });
});

describe('notifications are hints', () => {
  test('a change whose notification is lost is found within a heartbeat', async () => {
    const reader = await waiting();
    world.feed.isSilent = true;
    await world.count(2, 2);
    await world.clock.advance(HEARTBEAT_MS - 1);
    expect(await reader.told()).toEqual([]);
    await world.clock.advance(1);
    expect(await reader.told()).toMatchObject([delta(1, 2)]);
  });

  test('a deletion whose notification is lost is found within a heartbeat', async () => {
    const reader = await waiting();
    world.feed.isSilent = true;
    await world.delete();
    await world.clock.advance(HEARTBEAT_MS);
    expect(await reader.told()).toMatchObject([{ kind: 'deleted', version: 1, reason: 'DELETED' }]);
  });

  test('doubled and false notifications tell nothing', async () => {
    const reader = await waiting();
    await world.count(2, 2);
    for (let i = 0; i < 5; i += 1) world.feed.tell('doc');
    expect(await reader.told()).toMatchObject([delta(1, 2)]);
    world.feed.tell('doc');
    expect(await reader.told()).toEqual([]);
  });

  test('many notifications at once are one look', async () => {
    await waiting();
    const looks = world.store.logs.passed;
    for (let i = 0; i < 100; i += 1) world.feed.tell('doc');
    await world.clock.advance(0);
    expect(world.store.logs.passed).toBe(looks + 1);
  });

  test('a commit while the log is being read is told without waiting for a heartbeat', async () => {
    const cursor = await world.count(1, 1);
    world.store.logs.shut();
    const reader = await world.follow({ cursor });
    await world.count(2, 2);
    world.store.logs.open();
    expect(await reader.told()).toMatchObject([delta(1, 2)]);
  });

  test('a commit while listening is under way is told without waiting for a heartbeat', async () => {
    const cursor = await world.count(1, 1);
    world.feed.gate.shut();
    const reader = await world.follow({ cursor });
    await world.count(2, 2);
    world.feed.gate.open();
    expect(await reader.told()).toMatchObject([delta(1, 2)]);
  });

  test('a commit while the reader holds an event is told without waiting for a heartbeat', async () => {
    const reader = world.watch({ version: 0 });
    await world.count(1, 1);
    reader.ask();
    await reader.told();
    await world.count(2, 2);
    reader.ask();
    expect(await reader.told()).toMatchObject([delta(1, 2)]);
  });
});

describe('while the whole context is being fetched', () => {
  /** A reader that is about to be sent the whole context, at version 5. */
  async function fetching(): Promise<Reader> {
    const cursor = await world.count(1, 1);
    await world.count(2, 5);
    world.store.wholes.shut();
    return world.follow({ cursor });
  }

  test('it may move on: then the newer state is told, and the next delta starts there', async () => {
    const open = await world.manager.open('doc');
    const reader = await fetching();
    await open.set({ n: 6 });
    world.store.wholes.open();
    expect(await reader.told()).toMatchObject([
      { kind: 'full', version: 6, context: { n: 6 }, reason: 'WINDOW_PASSED' },
    ]);
    await open.set({ n: 7 });
    expect(await reader.told()).toMatchObject([delta(6, 7)]);
  });

  test('it may be deleted: then the deletion is told', async () => {
    const open = await world.manager.open('doc');
    const reader = await fetching();
    await open.delete();
    world.store.wholes.open();
    expect(await reader.told()).toMatchObject([{ kind: 'deleted', version: 5, reason: 'DELETED' }]);
  });

  test('it may be deleted and forgotten: then it is LOST', async () => {
    const open = await world.manager.open('doc');
    const reader = await fetching();
    await open.delete();
    await world.clock.advance(60_000);
    world.store.wholes.open();
    expect(await reader.told()).toMatchObject([{ kind: 'deleted', version: 1, reason: 'LOST' }]);
  });

  test('it may be made anew: then the next life is told, as NEW_LIFE', async () => {
    const open = await world.manager.open('doc');
    const reader = await fetching();
    await open.delete();
    await open.set({ n: 0 });
    world.store.wholes.open();
    expect(await reader.told()).toMatchObject([{ kind: 'full', version: 1, context: { n: 0 }, reason: 'NEW_LIFE' }]);
  });

  test('it may be deleted before a reader who holds nothing saw it: then nothing is told', async () => {
    const open = await world.manager.open('doc');
    await open.set({ n: 1 });
    world.store.wholes.shut();
    const reader = await world.follow({ version: 0 });
    await open.delete();
    world.store.wholes.open();
    expect(await reader.told()).toEqual([]);
  });
});

describe('a failing store or feed', () => {
  test.each(['feed', 'store'])('is reported, tried again within a heartbeat, and costs no event: %s', async (which) => {
    const gate = which === 'feed' ? world.feed.gate : world.store.logs;
    gate.isFailing = true;
    const reader = await world.follow({ cursor: await world.count(1, 1) });
    expect(world.failures).toEqual([expect.any(StoreUnavailableError)]);
    await world.clock.advance(HEARTBEAT_MS);
    expect(world.failures).toHaveLength(2);
    world.feed.isSilent = true;
    await world.count(2, 3);
    gate.isFailing = false;
    await world.clock.advance(HEARTBEAT_MS);
    expect(await reader.told()).toMatchObject([delta(1, 3)]);
    expect(world.failures).toHaveLength(2);
  });

  test('loses nothing between the look and the whole context', async () => {
    const cursor = await world.count(1, 1);
    await world.count(2, 5);
    world.store.wholes.isFailing = true;
    const reader = await world.follow({ cursor });
    expect(await reader.told()).toEqual([]);
    world.store.wholes.isFailing = false;
    await world.clock.advance(HEARTBEAT_MS);
    expect(await reader.told()).toMatchObject([{ kind: 'full', version: 5, reason: 'WINDOW_PASSED' }]);
  });

  test('is tried again at once when a notification comes', async () => {
    const cursor = await world.count(1, 1);
    world.store.logs.isFailing = true;
    const reader = await world.follow({ cursor });
    world.store.logs.isFailing = false;
    await world.count(2, 2);
    expect(await reader.told()).toMatchObject([delta(1, 2)]);
  });
});
