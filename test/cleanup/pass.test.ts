import { describe, expect, test } from 'vitest';
import { type CleanupOptions, CleanupPass } from '../../src/cleanup/pass.ts';
import { ContextManager } from '../../src/context/manager.ts';
import { MemoryFeed } from '../../src/feed/memory-feed.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import type { AgeQuery, Commit, CommitOutcome, Listed } from '../../src/store/store.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import { PassThrough } from '../store/pass-through.ts';

const HOUR = 3_600_000;

function make(
  options: CleanupOptions = { contextAutoDelete: true },
  wrap = (store: MemoryStore) => new PassThrough(store),
) {
  const clock = new FakeClock();
  const feed = new MemoryFeed();
  const store = wrap(new MemoryStore({ clock, tell: feed.tell }));
  const manager = new ContextManager({ store, feed, clock });
  let ends = 0;
  const pass = new CleanupPass(store, clock, () => `~end${++ends}`, options);
  return { clock, feed, store, manager, pass };
}

const ids = async (manager: ContextManager): Promise<readonly string[]> =>
  (await manager.list()).contexts.map(({ contextId }) => contextId);

describe('a pass over contexts', () => {
  test('ends those that nobody has written to for contextTtl, six hours by default, and tells their watchers', async () => {
    const { clock, manager, pass } = make();
    await manager.set('old', { n: 1 });
    const watch = manager.watch('old', { version: 0 });
    await watch.next();
    clock.elapse(HOUR);
    await manager.set('young', { n: 1 });
    clock.elapse(5 * HOUR - 1000);
    expect(await pass.run()).toMatchObject({ contextsDeleted: 0 });
    clock.elapse(1000);
    expect(await pass.run()).toMatchObject({ contextsDeleted: 1 });
    expect(await ids(manager)).toEqual(['young']);
    expect((await watch.next()).value).toMatchObject({ kind: 'deleted', reason: 'EXPIRED', version: 1 });
    await watch.return?.();
  });

  test('a context that has expired reads as live until a pass has ended it', async () => {
    const { clock, manager, pass } = make();
    await manager.set('a', {});
    clock.elapse(48 * HOUR);
    expect(await manager.get('a')).not.toBeNull();
    await pass.run();
    expect(await manager.get('a')).toBeNull();
  });

  test('contexts live for ever unless contextAutoDelete is on', async () => {
    const { clock, manager, pass } = make({});
    await manager.set('a', {});
    clock.elapse(480 * HOUR);
    expect(await pass.run()).toMatchObject({ contextsDeleted: 0 });
  });

  test('an age counts from the last commit, and a write that changes nothing is none', async () => {
    const { clock, manager, pass } = make();
    await manager.set('updated', { n: 1 });
    await manager.set('same', { n: 1 });
    clock.elapse(5 * HOUR);
    await manager.update('updated', { n: 2 });
    await manager.update('same', { n: 1 });
    clock.elapse(HOUR);
    await pass.run();
    expect(await ids(manager)).toEqual(['updated']);
  });

  test('Chord fault 9: a pass with a limit goes on where the one before it stopped', async () => {
    const { clock, manager, pass } = make();
    for (let i = 0; i < 25; i += 1) await manager.set(`context ${i}`, {});
    clock.elapse(24 * HOUR);
    const reports = [];
    for (let i = 0; i < 4; i += 1) reports.push((await pass.run(10)).contextsDeleted);
    expect(reports).toEqual([10, 10, 5, 0]);
  });

  test('Chord fault 9: a context that is written to after it was found stays', async () => {
    class Slow extends PassThrough {
      between: () => Promise<unknown> = async () => {};

      override async listIdle(query: AgeQuery): Promise<readonly Listed[]> {
        const found = await super.listIdle(query);
        if (found.length > 0) await this.between();
        return found;
      }
    }
    const { clock, manager, pass, store } = make(undefined, (inner) => new Slow(inner));
    await manager.set('a', { n: 1 });
    clock.elapse(24 * HOUR);
    (store as Slow).between = () => manager.update('a', { n: 2 });
    expect(await pass.run()).toMatchObject({ contextsDeleted: 0 });
    expect(await manager.get('a')).toMatchObject({ context: { n: 2 } });
  });

  test('one context that can not be ended holds up no other, nor the deltas, and is told of', async () => {
    class Stuck extends PassThrough {
      override async commit(id: string, commit: Commit): Promise<CommitOutcome> {
        if (id === 'stuck' && commit.next.status === 'ended') throw new Error('WRONGTYPE');
        return super.commit(id, commit);
      }
    }
    const { clock, manager, pass } = make(undefined, (inner) => new Stuck(inner));
    await manager.set('stuck', {});
    for (let i = 0; i < 300; i += 1) await manager.set(`context ${i}`, {});
    clock.elapse(48 * HOUR);
    await expect(pass.run(10)).rejects.toThrow('WRONGTYPE');
    expect((await manager.list({ first: 1000 })).contexts).toHaveLength(291);
    await expect(pass.run()).rejects.toThrow('WRONGTYPE');
    expect(await ids(manager)).toEqual(['stuck']);
    expect(await manager.sync('stuck', { version: 1 })).toMatchObject({ kind: 'noChange' });
  });

  test('two passes at once end each context once', async () => {
    const { clock, manager, pass, store } = make();
    for (let i = 0; i < 30; i += 1) await manager.set(`context ${i}`, {});
    const other = new CleanupPass(store, clock, () => '~other', { contextAutoDelete: true });
    clock.elapse(24 * HOUR);
    const [one, two] = await Promise.all([pass.run(), other.run()]);
    expect(one.contextsDeleted + two.contextsDeleted).toBe(30);
  });
});

describe('a pass over deltas', () => {
  test('drops those older than deltaTtl, a day by default, and keeps the newest', async () => {
    const { clock, manager, pass } = make({});
    await manager.set('a', { n: 1 });
    await manager.update('a', { n: 2 });
    clock.elapse(24 * HOUR - 1000);
    await manager.update('a', { n: 3 });
    clock.elapse(1000);
    expect(await pass.run()).toMatchObject({ contextsDeleted: 0, deltasDeleted: 2 });
    expect(await manager.sync('a', { version: 2 })).toMatchObject({ kind: 'delta', fromVersion: 2, version: 3 });
    expect(await manager.sync('a', { version: 1 })).toMatchObject({ kind: 'full', reason: 'WINDOW_PASSED' });
  });

  test('Chord fault 5: versions are no times: a fresh window of many versions stays whole', async () => {
    const { manager, pass } = make({});
    await manager.set('a', { n: 0 });
    for (let n = 1; n < 50; n += 1) await manager.update('a', { n });
    expect(await pass.run()).toMatchObject({ deltasDeleted: 0 });
    expect(await manager.sync('a', { version: 1 })).toMatchObject({ kind: 'delta', fromVersion: 1, version: 50 });
  });

  test('a limit counts contexts', async () => {
    const { clock, manager, pass } = make({});
    for (const id of ['a', 'b', 'c']) {
      await manager.set(id, { n: 1 });
      await manager.update(id, { n: 2 });
    }
    clock.elapse(48 * HOUR);
    expect(await pass.run(2)).toMatchObject({ deltasDeleted: 4 });
    expect(await pass.run(2)).toMatchObject({ deltasDeleted: 2 });
    expect(await pass.run(2)).toMatchObject({ deltasDeleted: 0 });
  });
});

describe('a clock that jumps', () => {
  test.each([3600, -3600, 61])(
    'by %i s deletes nothing in the pass that finds it, and is forgotten by the next',
    async (jump) => {
      const { clock, manager, pass } = make();
      await manager.set('a', { n: 1 });
      clock.elapse(24 * HOUR);
      clock.jump(jump);
      expect(await pass.run()).toMatchObject({ contextsDeleted: 0, deltasDeleted: 0 });
      expect(await pass.run()).toMatchObject({ contextsDeleted: 1 });
    },
  );

  test('by less than a minute is taken for drift', async () => {
    const { clock, manager, pass } = make();
    await manager.set('a', { n: 1 });
    clock.elapse(24 * HOUR);
    clock.jump(-59);
    expect(await pass.run()).toMatchObject({ contextsDeleted: 1 });
  });

  test('a context stamped in the future holds up no other', async () => {
    const { clock, manager, pass } = make();
    clock.jump(1_000_000);
    await manager.set('future', {});
    clock.jump(-1_000_000);
    await manager.set('present', {});
    clock.elapse(24 * HOUR);
    await pass.run();
    await pass.run();
    expect(await ids(manager)).toEqual(['future']);
  });

  test('versions and deltas do not depend on it', async () => {
    const { clock, manager } = make();
    await manager.set('a', { n: 0 });
    for (let n = 1; n <= 20; n += 1) {
      clock.jump(n % 2 ? -100_000 : 70_000);
      await manager.update('a', { n });
    }
    expect(await manager.sync('a', { version: 1 })).toMatchObject({ kind: 'delta', fromVersion: 1, version: 21 });
  });
});
