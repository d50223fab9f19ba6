import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { eventually } from '../../helpers/eventually.ts';
import { DISTINCT, type Subscriber, world } from './world.ts';

const told = ({ pipe }: Subscriber): unknown[] =>
  pipe.written.map((payload) => {
    const { fromVersion, version } = JSON.parse(payload).data.contextChanged;
    return [fromVersion, version];
  });

/** Holds the next reads of a log until a test lets each go. */
class HeldReads {
  readonly held: (() => void)[] = [];
  toHold: number;

  constructor(toHold: number) {
    this.toHold = toHold;
  }

  readonly onRead = (): Promise<void> | undefined => {
    if (this.toHold === 0) return undefined;
    this.toHold -= 1;
    return new Promise((resolve) => this.held.push(resolve));
  };
}

/** Nobody hears of anything until a test lets them. */
function deafen({ feed }: ReturnType<typeof world>): () => void {
  let isDeaf = true;
  const heard: (() => void)[] = [];
  const { listen } = feed;
  feed.listen = (id, ring) => listen.call(feed, id, () => (isDeaf ? heard.push(ring) : ring()));
  return () => {
    isDeaf = false;
    for (const ring of heard) ring();
  };
}

it('A look that ends after its member has come by what it looked for another way does not move it back', async () => {
  const reads = new HeldReads(0);
  const all = world(reads);
  await all.manager.set('a', { n: 1 });
  await all.subscribe({ id: 'a' });
  await all.settle();
  // The group looks, and so does who has come from there already.
  reads.toHold = 2;
  const { cursor } = (await all.manager.update('a', { n: 2 })).context;
  await all.settle();
  const member = await all.subscribe({ id: 'a', cursor });
  await all.settle();
  expect(reads.held).toHaveLength(2);
  reads.held.shift()?.();
  await all.settle();
  await all.manager.update('a', { n: 3 });
  await all.settle();
  reads.held.shift()?.();
  await all.settle();
  member.pipe.isFree = false;
  await all.manager.update('a', { n: 4 });
  await all.settle();
  member.pipe.free();
  await all.settle();
  expect(told(member)).toEqual([
    [2, 3],
    [3, 4],
  ]);
});

it('Who begins anywhere is told nothing from before, though the others are still to be told', async () => {
  const all = world();
  const listenAgain = deafen(all);
  await all.manager.set('a', { n: 1 });
  const first = await all.subscribe({ id: 'a' });
  await all.settle();
  await all.manager.update('a', { n: 2 });
  const newcomer = await all.subscribe({ id: 'a' });
  await all.settle();
  listenAgain();
  await all.settle();
  expect([told(first), told(newcomer)]).toEqual([[[1, 2]], []]);
  await all.manager.update('a', { n: 3 });
  await all.settle();
  expect([told(first), told(newcomer)]).toEqual([
    [
      [1, 2],
      [2, 3],
    ],
    [[2, 3]],
  ]);
  expect(all.running).toBe(1);
});

it('Who comes when the window is over has not fallen behind, though the others stand there still and have', async () => {
  const all = world();
  const listenAgain = deafen(all);
  const { cursor } = (await all.manager.set('a', { n: 1 })).context;
  const first = await all.subscribe({ id: 'a' });
  await all.settle();
  for (let n = 2; n < 9; n += 1) await all.manager.update('a', { n });
  const [second, ...distinct] = DISTINCT;
  const newcomers = [await all.subscribe({ id: 'a', cursor }), await all.subscribe({ id: 'a', cursor }, second)];
  for (const document of [...distinct, ...distinct]) {
    newcomers.push(await all.subscribe({ id: 'a', cursor }, document));
  }
  await all.settle();
  listenAgain();
  await all.settle();
  const reasons = ({ pipe }: Subscriber) => pipe.written.map((payload) => /"reason":"(\w+)"/.exec(payload)?.[1]);
  expect(reasons(first)).toEqual(['FELL_BEHIND']);
  for (const newcomer of newcomers) expect(reasons(newcomer)).toEqual(['WINDOW_PASSED']);
  await all.manager.update('a', { n: 10 });
  await all.settle();
  for (const each of [first, ...newcomers]) expect(each.pipe.written.at(-1)).toContain('"fromVersion":8');
  expect(all.running).toBe(1);
});

it('Who leaves while backed up waits no more', async () => {
  const all = world();
  await all.manager.set('a', { n: 1 });
  const subscriber = await all.subscribe({ id: 'a' });
  await all.settle();
  subscriber.pipe.isFree = false;
  await all.manager.update('a', { n: 2 });
  await all.settle();
  expect(subscriber.pipe.waiting).toBe(1);
  await subscriber.leave();
  expect(subscriber.pipe.waiting).toBe(0);
});

it('What was made for those who lag is kept no longer than any do', async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const all = world();
  await all.manager.set('a', { n: 1 });
  const [first, second] = [await all.subscribe({ id: 'a' }), await all.subscribe({ id: 'a' })];
  await all.settle();
  second.pipe.isFree = false;
  for (let n = 2; n <= 4; n += 1) await all.manager.update('a', { n });
  await all.settle();
  const merged: WeakRef<Buffer>[] = [];
  const { pipe } = second;
  pipe.write = (payload) => void merged.push(new WeakRef(payload as Buffer));
  pipe.free();
  await all.settle();
  expect(merged).toHaveLength(1);
  await eventually(() => {
    collect();
    expect(merged[0]?.deref()).toBe(undefined);
  });
  expect(told(first).at(-1)).toEqual([3, 4]);
  expect(all.running).toBe(1);
});

it('Who begins anywhere shares no look that began before it came', async () => {
  const reads = new HeldReads(1);
  const all = world(reads);
  await all.manager.set('a', { n: 1 });
  const first = await all.subscribe({ id: 'a' });
  await all.settle();
  expect(reads.held).toHaveLength(1);
  await all.manager.update('a', { n: 2 });
  const newcomer = await all.subscribe({ id: 'a' });
  await all.settle();
  reads.held[0]?.();
  await all.settle();
  await all.manager.update('a', { n: 3 });
  await all.settle();
  expect([told(first), told(newcomer)]).toEqual([
    [
      [1, 2],
      [2, 3],
    ],
    [[2, 3]],
  ]);
});
