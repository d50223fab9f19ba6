import { beforeEach, describe, expect, test } from 'vitest';
import { Watching } from './watching.ts';

const HEARTBEAT_MS = 10_000;
let world: Watching;
beforeEach(() => {
  world = new Watching();
});

describe('a feed that cannot be listened to', () => {
  test('does not keep a reader from what the store holds', async () => {
    world.feed.gate.isFailing = true;
    await world.count(1, 1);
    const reader = await world.follow({ version: 0 });
    expect(await reader.told()).toMatchObject([{ kind: 'full', version: 1 }]);
    await world.count(2, 2);
    await world.clock.advance(HEARTBEAT_MS);
    expect(await reader.told()).toMatchObject([{ kind: 'delta', version: 2 }]);
  });

  test('that never answers costs a reader a heartbeat and no more', async () => {
    world.feed.gate.shut();
    await world.count(1, 1);
    const reader = await world.follow({ version: 0 });
    await world.clock.advance(HEARTBEAT_MS);
    expect(await reader.told()).toMatchObject([{ kind: 'full', version: 1 }]);
    await world.count(2, 2);
    await world.clock.advance(HEARTBEAT_MS);
    expect(await reader.told()).toMatchObject([{ kind: 'delta', version: 2 }]);
    expect(world.feed.gate.passed).toBe(1);
    world.feed.gate.open();
    await world.count(3, 3);
    expect(await reader.told()).toMatchObject([{ kind: 'delta', version: 3 }]);
  });

  test('that never answers keeps nobody from leaving', async () => {
    world.feed.gate.shut();
    const reader = await world.follow({ version: 0 });
    await reader.leave();
    expect(world.leftovers).toBe(0);
    world.feed.gate.open();
    await world.clock.advance(0);
    expect([reader.isDone, world.leftovers]).toEqual([true, 0]);
  });
});

test('a reader that asks later than a heartbeat after its last look is not made to wait for another', async () => {
  const reader = world.watch({ version: 0 });
  await world.count(1, 1);
  reader.ask();
  await reader.told();
  world.feed.isSilent = true;
  await world.count(2, 2);
  await world.clock.advance(HEARTBEAT_MS);
  reader.ask();
  await world.clock.advance(0);
  expect(await reader.told()).toMatchObject([{ kind: 'delta', version: 2 }]);
});
