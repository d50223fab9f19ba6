import { beforeEach, describe, expect, test } from 'vitest';
import type { ContextEvent } from '../../../src/context/model.ts';
import { ANYWHERE, NOWHERE, type Place } from '../../../src/server/fanout/place.ts';
import type { Follower } from '../../../src/server/fanout/shared-watch.ts';
import { SharedWatches } from '../../../src/server/fanout/shared-watches.ts';
import { Watching } from '../../context/watching.ts';

const HEARTBEAT_MS = 10_000;

class Noting implements Follower {
  readonly events: ContextEvent[] = [];
  readonly stands: Place[] = [];
  isOver = false;
  error: unknown;
  onEvent = (): void => {};

  onStand = (): void => {};

  stand(at: Place): void {
    this.stands.push(at);
    this.onStand();
  }

  tell(event: ContextEvent): void {
    this.events.push(event);
    this.onEvent();
  }

  end(error?: unknown): void {
    this.error = error;
    this.isOver = true;
  }
}

let world: Watching;
let watches: SharedWatches;
beforeEach(() => {
  world = new Watching();
  watches = new SharedWatches(world.manager);
});

async function follow(at: Place, isResumed = false): Promise<Noting> {
  const follower = new Noting();
  watches.follow('doc', at, isResumed, follower);
  await world.clock.advance(0);
  return follower;
}

const delta = (fromVersion: number, version: number) => ({ kind: 'delta', fromVersion, version });

describe('a watch that many follow', () => {
  test('reads the log once for all of them', async () => {
    const followers = [await follow(ANYWHERE), await follow(ANYWHERE), await follow(NOWHERE)];
    world.store.logs.passed = 0;
    await world.set({ n: 1 });
    await world.clock.advance(0);
    expect(world.store.logs.passed).toBe(1);
    for (const { events } of followers) expect(events).toMatchObject([{ kind: 'full', version: 1 }]);
    for (const follower of followers) watches.leave(follower);
    await world.clock.advance(0);
    expect([world.leftovers, watches.size]).toEqual([0, 0]);
  });

  test('finds a change whose notification is lost within a heartbeat', async () => {
    const followers = [await follow(ANYWHERE), await follow(ANYWHERE)];
    world.feed.isSilent = true;
    await world.count(1, 2);
    await world.clock.advance(HEARTBEAT_MS - 1);
    expect(followers.map(({ events }) => events.length)).toEqual([0, 0]);
    await world.clock.advance(1);
    for (const { events } of followers) expect(events).toMatchObject([{ kind: 'full', version: 2 }]);
  });

  test('tells the one who comes where it stands', async () => {
    const cursor = await world.set({ n: 1 });
    const there = [await follow(ANYWHERE), await follow(cursor)];
    for (const { stands } of there) expect(stands).toEqual([cursor]);
    const tombstone = await world.delete();
    for (const follower of there) watches.leave(follower);
    expect((await follow(NOWHERE)).stands).toEqual([NOWHERE]);
    expect((await follow(NOWHERE)).stands).toEqual([NOWHERE]);
    // Not with the one who holds nothing, though both wait.
    expect((await follow(ANYWHERE)).stands).toEqual([tombstone]);
  });

  test('becomes one with another as soon as it finds that it stands where that does', async () => {
    const cursor = await world.set({ n: 1 });
    const followers = [await follow(cursor), await follow('=1')];
    for (const { stands } of followers) expect(stands.at(-1)).toBe(cursor);
    world.store.logs.passed = 0;
    await world.count(2, 2);
    await world.clock.advance(0);
    expect(world.store.logs.passed).toBe(1);
    for (const { events } of followers) expect(events).toMatchObject([delta(1, 2)]);
  });

  test('does not become one with another that has not looked yet', async () => {
    const follower = await follow(await world.count(1, 1));
    world.feed.isSilent = true;
    const cursor = await world.count(2, 2);
    await world.clock.advance(HEARTBEAT_MS / 2);
    world.feed.gate.shut();
    const another = await follow(cursor);
    await world.clock.advance(HEARTBEAT_MS / 2);
    expect(follower.events).toMatchObject([delta(1, 2)]);
    world.feed.isSilent = false;
    await world.count(3, 3);
    await world.clock.advance(0);
    expect(follower.events).toMatchObject([delta(1, 2), delta(2, 3)]);
    expect(another.events).toEqual([]);
    world.feed.gate.open();
    await world.clock.advance(0);
    expect(another.events).toMatchObject([delta(2, 3)]);
  });

  test('ends with what it fails with', async () => {
    const failing = { next: () => Promise.reject(new Error('It fails.')), [Symbol.asyncIterator]: () => failing };
    const follower = new Noting();
    const others = new SharedWatches({ watch: () => failing });
    others.follow('doc', ANYWHERE, false, follower);
    await world.clock.advance(0);
    expect(follower.error).toMatchObject({ message: 'It fails.' });
  });

  test('is not shared, before it has looked, by who was told of the place by another and who was not', async () => {
    const cursor = await world.count(1, 1);
    await world.count(2, 9);
    const [fresh, resumed, another] = [new Noting(), new Noting(), new Noting()];
    watches.follow('doc', cursor, false, fresh);
    watches.follow('doc', cursor, true, resumed);
    watches.follow('doc', cursor, true, another);
    await world.clock.advance(0);
    expect(fresh.events).toMatchObject([{ kind: 'full', reason: 'WINDOW_PASSED' }]);
    expect(resumed.events).toMatchObject([{ kind: 'full', reason: 'FELL_BEHIND' }]);
    expect(another.events).toEqual(resumed.events);
    // Now they are one.
    world.store.logs.passed = 0;
    await world.set({ n: 10 });
    await world.clock.advance(0);
    expect(world.store.logs.passed).toBe(1);
    for (const { events } of [fresh, resumed, another]) expect(events).toMatchObject([{}, delta(9, 10)]);
  });

  test('tells whoever leaves nothing any more, and whoever comes meanwhile only what is next', async () => {
    const cursor = await world.set({ n: 1 });
    const [first, second] = [await follow(cursor), await follow(cursor)];
    const late = new Noting();
    first.onEvent = () => {
      watches.leave(second);
      watches.follow('doc', String(first.events.at(-1)?.cursor), true, late);
      first.onEvent = () => {};
    };
    await world.count(2, 2);
    await world.clock.advance(0);
    expect([first, second, late].map(({ events }) => events.length)).toEqual([1, 0, 0]);
    await world.count(3, 3);
    await world.clock.advance(0);
    expect(late.events).toMatchObject([delta(2, 3)]);
    expect(second.events).toEqual([]);
  });

  test('tells whoever leaves meanwhile no more where it stands', async () => {
    const [first, second] = [new Noting(), new Noting()];
    first.onStand = () => watches.leave(second);
    watches.follow('doc', ANYWHERE, false, first);
    watches.follow('doc', ANYWHERE, false, second);
    await world.clock.advance(0);
    expect([first, second].map(({ stands }) => stands.length)).toEqual([1, 0]);
  });

  test('is over for all of them when the contexts are closed, and refuses others', async () => {
    const followers = [await follow(ANYWHERE), await follow(NOWHERE)];
    world.manager.close();
    await world.clock.advance(0);
    expect(followers.map(({ isOver }) => isOver)).toEqual([true, true]);
    expect(() => watches.follow('doc', ANYWHERE, false, new Noting())).toThrow();
    expect(world.leftovers).toBe(0);
  });

  test('leaves nothing behind when it is left while it is set up', async () => {
    world.feed.gate.shut();
    const follower = new Noting();
    watches.follow('doc', ANYWHERE, false, follower);
    watches.leave(follower);
    world.feed.gate.open();
    await world.clock.advance(HEARTBEAT_MS);
    expect([world.leftovers, watches.size]).toEqual([0, 0]);
    expect(follower.stands).toEqual([]);
  });
});
