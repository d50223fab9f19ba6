import { beforeEach, expect, test, vi } from 'vitest';
import { MemoryFeed } from '../../src/feed/memory-feed.ts';

let feed: MemoryFeed;
beforeEach(() => {
  feed = new MemoryFeed();
});

test('whoever listens to an id hears each commit on it, from the moment that listening is confirmed', async () => {
  const hear = vi.fn();
  await feed.listen('a', hear);
  feed.tell('a');
  feed.tell('a');
  expect(hear).toHaveBeenCalledTimes(2);
});

test('nobody hears of other ids, however alike', async () => {
  const hear = vi.fn();
  for (const id of ['a', '__proto__', 'é']) await feed.listen(id, hear);
  for (const id of ['A', 'a ', 'b', '', 'constructor', 'e\u0301']) feed.tell(id);
  expect(hear).not.toHaveBeenCalled();
});

test('an id like `__proto__` is listened to as any other', async () => {
  const hear = vi.fn();
  await feed.listen('__proto__', hear);
  feed.tell('__proto__');
  expect(hear).toHaveBeenCalledOnce();
});

test('everybody who listens hears, and whoever has left hears no more', async () => {
  const [staying, leaving] = [vi.fn(), vi.fn()];
  await feed.listen('a', staying);
  const leave = await feed.listen('a', leaving);
  feed.tell('a');
  leave();
  feed.tell('a');
  expect([staying.mock.calls.length, leaving.mock.calls.length]).toEqual([2, 1]);
});

test('the same function may listen twice, and leaves each time on its own', async () => {
  const hear = vi.fn();
  const leave = await feed.listen('a', hear);
  await feed.listen('a', hear);
  feed.tell('a');
  expect(hear).toHaveBeenCalledTimes(2);
  leave();
  feed.tell('a');
  expect(hear).toHaveBeenCalledTimes(3);
});

test('leaving twice is leaving once, also where others have come to listen since', async () => {
  const leave = await feed.listen('a', vi.fn());
  leave();
  const hear = vi.fn();
  await feed.listen('a', hear);
  leave();
  feed.tell('a');
  expect(hear).toHaveBeenCalledOnce();
  expect(feed.size).toBe(1);
});

test('whoever leaves while being told keeps nobody else from hearing', async () => {
  const hear = vi.fn();
  const leave = await feed.listen('a', () => leave());
  await feed.listen('a', hear);
  feed.tell('a');
  expect(hear).toHaveBeenCalledOnce();
});

test('nothing is left of an id once its last listener has left', async () => {
  const leaves = [await feed.listen('a', vi.fn()), await feed.listen('a', vi.fn()), await feed.listen('b', vi.fn())];
  expect(feed.size).toBe(2);
  for (const leave of leaves) leave();
  expect(feed.size).toBe(0);
});

test('a closed feed tells nobody, and leaving it is no harm', async () => {
  const hear = vi.fn();
  const leave = await feed.listen('a', hear);
  await feed.close();
  feed.tell('a');
  leave();
  expect(hear).not.toHaveBeenCalled();
  expect(feed.size).toBe(0);
});
