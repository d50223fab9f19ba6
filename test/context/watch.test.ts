import { beforeEach, describe, expect, test } from 'vitest';
import { decodeCursor, encodeCursor } from '../../src/context/cursor.ts';
import { applyChanges, renderChanges } from '../../src/delta/changes.ts';
import { InputError } from '../../src/errors.ts';
import { Watching } from './watching.ts';

let world: Watching;
beforeEach(() => {
  world = new Watching();
});

/** A cursor to the same life and version that the store never made. */
function forged(cursor: string, changes: { life?: string; version?: number } = {}): string {
  return encodeCursor({ ...decodeCursor(cursor), tag: 'forged', ...changes });
}

describe('without a position', () => {
  test('a watch tells each later change, and nothing of what stood when it began', async () => {
    await world.count(1, 2);
    const reader = await world.follow();
    expect(await reader.told()).toEqual([]);
    await world.count(3, 3);
    expect(await reader.told()).toMatchObject([{ kind: 'delta', fromVersion: 2, version: 3 }]);
  });

  test('a watch begins when the first event is asked for', async () => {
    const reader = world.watch();
    await world.count(1, 2);
    reader.ask();
    expect(await reader.told()).toEqual([]);
  });

  test('a watch of no context tells its beginning whole, as INITIAL', async () => {
    const reader = await world.follow();
    await world.set({ a: 1 });
    expect(await reader.told()).toMatchObject([{ kind: 'full', version: 1, context: { a: 1 }, reason: 'INITIAL' }]);
  });

  test('a watch of a tombstone says nothing of the deletion, and tells the next life as NEW_LIFE', async () => {
    await world.set({ a: 1 });
    await world.delete();
    const reader = await world.follow();
    expect(await reader.told()).toEqual([]);
    await world.set({ a: 2 });
    expect(await reader.told()).toMatchObject([{ kind: 'full', version: 1, reason: 'NEW_LIFE' }]);
  });

  test('a watch that the window passes has fallen behind, since it has nothing to catch up with', async () => {
    await world.count(1, 1);
    const reader = await world.follow();
    world.feed.isSilent = true;
    await world.count(2, 5);
    await world.clock.advance(10_000);
    expect(await reader.told()).toMatchObject([{ kind: 'full', version: 5, reason: 'FELL_BEHIND' }]);
  });
});

describe('from version 0', () => {
  test('a watch tells the context whole, as INITIAL', async () => {
    await world.count(1, 5);
    const reader = await world.follow({ version: 0 });
    expect(await reader.told()).toMatchObject([{ kind: 'full', version: 5, context: { n: 5 }, reason: 'INITIAL' }]);
  });

  test('a watch of no context tells nothing until there is one', async () => {
    const reader = await world.follow({ version: 0 });
    expect(await reader.told()).toEqual([]);
    await world.set({});
    expect(await reader.told()).toMatchObject([{ kind: 'full', version: 1, context: {}, reason: 'INITIAL' }]);
  });

  test('a watch of a tombstone tells nothing until there is a context again', async () => {
    await world.count(1, 3);
    await world.delete();
    const reader = await world.follow({ version: 0 });
    expect(await reader.told()).toEqual([]);
    await world.set({ a: 1 });
    expect(await reader.told()).toMatchObject([{ kind: 'full', version: 1, reason: 'INITIAL' }]);
  });
});

describe('from a position', () => {
  test('a watch that holds the present is told nothing first', async () => {
    const cursor = await world.count(1, 2);
    const [exact, bare] = [await world.follow({ cursor }), await world.follow({ version: 2 })];
    expect([await exact.told(), await bare.told()]).toEqual([[], []]);
    await world.count(3, 3);
    const next = [{ kind: 'delta', fromVersion: 2, version: 3 }];
    expect([await exact.told(), await bare.told()]).toMatchObject([next, next]);
  });

  test('a bare version that is the present is a position from then on, and names its life', async () => {
    await world.count(1, 2);
    const reader = await world.follow({ version: 2 });
    world.feed.isSilent = true;
    await world.delete();
    await world.count(1, 2);
    await world.clock.advance(10_000);
    expect(await reader.told()).toMatchObject([{ kind: 'full', version: 2, reason: 'NEW_LIFE' }]);
  });

  test('a watch that is behind is told one delta that leads to the present', async () => {
    const cursor = await world.set({ a: 1, b: 1 });
    await world.set({ b: 2 });
    await world.set({ b: 2, c: 3 });
    const present = await world.set({ b: 3, c: 3 });
    const [exact, bare] = [await world.follow({ cursor }), await world.follow({ version: 1 })];
    const [event, ...more] = await exact.told();
    expect(event).toMatchObject({ kind: 'delta', fromVersion: 1, version: 4, cursor: present });
    expect(more).toEqual([]);
    expect(applyChanges(event?.kind === 'delta' ? renderChanges(event.delta) : [], { a: 1, b: 1 })).toEqual({
      b: 3,
      c: 3,
    });
    expect(await bare.told()).toEqual([event]);
  });

  test('a watch that the window has passed is told the whole context, as WINDOW_PASSED', async () => {
    const cursor = await world.count(1, 1);
    await world.count(2, 5);
    const reader = await world.follow({ cursor });
    expect(await reader.told()).toMatchObject([{ kind: 'full', version: 5, reason: 'WINDOW_PASSED' }]);
  });

  test('a watch that the window passes before its first look succeeds is still catching up', async () => {
    const cursor = await world.count(1, 1);
    world.store.logs.isFailing = true;
    const reader = await world.follow({ cursor });
    await world.count(2, 5);
    world.store.logs.isFailing = false;
    await world.clock.advance(10_000);
    expect(await reader.told()).toMatchObject([{ kind: 'full', version: 5, reason: 'WINDOW_PASSED' }]);
  });

  test('a position that this life never had is answered by the whole context, as POSITION_UNKNOWN', async () => {
    const past = await world.count(1, 1);
    const present = await world.count(2, 3);
    for (const cursor of [forged(past), forged(present), forged(present, { version: 9 })]) {
      const reader = await world.follow({ cursor });
      expect(await reader.told()).toMatchObject([{ kind: 'full', version: 3, reason: 'POSITION_UNKNOWN' }]);
    }
    const ahead = await world.follow({ version: 4 });
    expect(await ahead.told()).toMatchObject([{ kind: 'full', version: 3, reason: 'POSITION_UNKNOWN' }]);
  });

  test('a cursor from an earlier life is answered by the next one, as NEW_LIFE, also where its version is lower', async () => {
    const cursor = await world.count(1, 3);
    await world.delete();
    await world.count(1, 2);
    const reader = await world.follow({ cursor });
    expect(await reader.told()).toMatchObject([{ kind: 'full', version: 2, reason: 'NEW_LIFE' }]);
  });

  test('a bare version that an earlier life had too is answered by the whole context', async () => {
    await world.count(1, 2);
    await world.delete();
    await world.count(1, 4);
    const [within, above] = [await world.follow({ version: 2 }), await world.follow({ version: 3 })];
    expect(await within.told()).toMatchObject([{ kind: 'full', version: 4, reason: 'POSITION_UNKNOWN' }]);
    expect(await above.told()).toMatchObject([{ kind: 'delta', fromVersion: 3, version: 4 }]);
  });

  test('a bare version that any earlier life had is answered by the whole context', async () => {
    for (const last of [4, 2]) {
      await world.count(1, last);
      await world.delete();
    }
    await world.count(1, 6);
    const reader = await world.follow({ version: 4 });
    expect(await reader.told()).toMatchObject([{ kind: 'full', version: 6, reason: 'POSITION_UNKNOWN' }]);
  });

  test('malformed arguments are refused at once, and not by the first event', () => {
    const refused = [{ cursor: 'no cursor' }, { cursor: '' }, { version: -1 }, { version: 1.5 }, { version: 2 ** 53 }];
    for (const given of refused) expect(() => world.manager.watch('doc', given)).toThrow(InputError);
    expect(() => world.manager.watch('')).toThrow(InputError);
  });

  test('a cursor and a version that disagree are refused at once', async () => {
    const cursor = await world.count(1, 2);
    expect(() => world.manager.watch('doc', { cursor, version: 1 })).toThrow(InputError);
    expect(() => world.manager.watch('doc', { cursor, version: 2 })).not.toThrow();
  });
});

describe('of a context that is gone', () => {
  test('a watch with a position is told of the deletion first', async () => {
    const past = await world.count(1, 1);
    const last = await world.count(2, 3);
    const tombstone = await world.delete();
    for (const given of [{ cursor: past }, { cursor: last }, { version: 1 }, { version: 3 }]) {
      const reader = await world.follow(given);
      const deletedAt = world.clock.now();
      const deletion = { kind: 'deleted', version: 3, cursor: tombstone, reason: 'DELETED', deletedAt };
      expect(await reader.told()).toMatchObject([deletion]);
    }
  });

  test("a watch from the tombstone's own cursor is told nothing until the next life", async () => {
    await world.count(1, 3);
    const cursor = await world.delete();
    const reader = await world.follow({ cursor });
    expect(await reader.told()).toEqual([]);
    await world.set({ a: 1 });
    expect(await reader.told()).toMatchObject([{ kind: 'full', version: 1, reason: 'NEW_LIFE' }]);
  });

  test('a watch from an earlier tombstone is told of the later one', async () => {
    await world.count(1, 3);
    const cursor = await world.delete();
    await world.set({ a: 1 });
    const later = await world.delete();
    const reader = await world.follow({ cursor });
    expect(await reader.told()).toMatchObject([{ kind: 'deleted', version: 1, cursor: later }]);
  });

  test('a cursor without a tombstone is answered by LOST, with its own life and version, now', async () => {
    const cursor = await world.count(1, 2);
    const { life } = decodeCursor(cursor);
    await world.delete();
    await world.clock.advance(60_000);
    const reader = await world.follow({ cursor });
    const deletedAt = world.clock.now();
    expect(await reader.told()).toMatchObject([{ kind: 'deleted', life, version: 2, reason: 'LOST', deletedAt }]);
  });

  test('whoever was told LOST and comes back with its cursor is told nothing until the next life', async () => {
    const cursor = await world.count(1, 2);
    await world.delete();
    await world.clock.advance(60_000);
    for (const given of [{ cursor }, { version: 7 }]) {
      const [lost] = await (await world.follow(given)).told();
      expect(lost).toMatchObject({ kind: 'deleted', version: given.version ?? 2, reason: 'LOST' });
      const back = await world.follow({ cursor: lost?.cursor });
      expect(await back.told()).toEqual([]);
      await world.set({ a: 1 });
      expect(await back.told()).toMatchObject([{ kind: 'full', version: 1, reason: 'NEW_LIFE' }]);
      await world.delete();
      await world.clock.advance(60_000);
    }
  });

  test('a watch from a tombstone that has been forgotten since is told nothing', async () => {
    await world.set({ a: 1 });
    const cursor = await world.delete();
    await world.clock.advance(60_000);
    const reader = await world.follow({ cursor });
    expect(await reader.told()).toEqual([]);
    expect(world.failures).toEqual([]);
  });
});
