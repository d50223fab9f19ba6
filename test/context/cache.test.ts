import { describe, expect, test } from 'vitest';
import type { Log } from '../../src/store/store.ts';
import { two } from './processes.ts';

const CACHE = { cacheBytes: 100_000 };

describe('a process that has written to a context', () => {
  test('writes again without a read before', async () => {
    const { here } = two(CACHE);
    await here.manager.set('x', { n: 1 });
    here.line.count();
    await here.manager.update('x', { n: 2 });
    await here.manager.update('x', { m: 3 });
    expect(here.line.count()).toEqual({ commit: 2 });
    expect(await here.manager.get('x')).toMatchObject({ version: 3, context: { n: 2, m: 3 } });
  });

  test('reads of it what others have changed since, and no more', async () => {
    const { here, there } = two(CACHE);
    await here.manager.set('x', { n: 1 });
    await there.manager.update('x', { m: 2 });
    here.line.count();
    expect(await here.manager.get('x')).toMatchObject({ version: 2, context: { n: 1, m: 2 } });
    expect(await here.manager.sync('x')).toMatchObject({ kind: 'full', version: 2 });
    expect(here.line.count()).toEqual({ readLog: 2 });
  });

  test('loses a race that it did not know of once, and then writes on what stands', async () => {
    const { here, there } = two(CACHE);
    await here.manager.set('x', { n: 1 });
    await there.manager.update('x', { m: 2 });
    here.line.count();
    expect(await here.manager.update('x', { n: 3 })).toMatchObject({
      context: { version: 3, context: { n: 3, m: 2 } },
      delta: { fromVersion: 2 },
    });
    expect(here.line.count()).toEqual({ commit: 2 });
  });

  test.each([
    ['a deletion', async (there: ReturnType<typeof two>['there']) => void (await there.manager.delete('x')), null],
    [
      'another life',
      async (there: ReturnType<typeof two>['there']) => {
        await there.manager.delete('x');
        await there.manager.set('x', { other: true });
      },
      { version: 1, context: { other: true } },
    ],
  ])('notices %s behind its back', async (_what, change, after) => {
    const { here, there } = two(CACHE);
    await here.manager.set('x', { n: 1 });
    await change(there);
    const found = await here.manager.get('x');
    if (after === null) expect(found).toBeNull();
    else expect(found).toMatchObject(after);
    await expect(here.manager.update('x', { n: 2 }, { expectedVersion: 2 })).rejects.toMatchObject({
      code: after === null ? 'CONTEXT_NOT_FOUND' : 'VERSION_CONFLICT',
    });
  });

  test.each([
    ['do not start from its states', 0],
    ['do not follow from each other', 1],
  ])('reads the whole from a store whose deltas %s', async (_what, emptied) => {
    const { here, there } = two(CACHE);
    await here.manager.set('x', { n: 1 });
    await there.manager.update('x', { a: 1 });
    await there.manager.update('x', {}, { remove: [['a']] });
    if (emptied === 1) await there.manager.update('x', { a: 2 });
    here.line.once('readLog', async (proceed) => {
      const { head, entries } = (await proceed()) as Log;
      return { head, entries: entries.map((entry, i) => (i === emptied ? { ...entry, delta: {} } : entry)) };
    });
    expect(await here.manager.get('x')).toMatchObject({ context: emptied === 1 ? { n: 1, a: 2 } : { n: 1 } });
    expect(here.line.count()).toMatchObject({ readLog: 1, read: 2 });
  });

  test('believes no condition and no absence of change without asking', async () => {
    const { here, there } = two(CACHE);
    await here.manager.set('x', { n: 1 });
    await there.manager.update('x', { n: 2 });
    expect(await here.manager.update('x', { n: 1 })).toMatchObject({ context: { version: 3, context: { n: 1 } } });
    await there.manager.update('x', { n: 4 });
    expect(await here.manager.update('x', { n: 5 }, { expectedVersion: 4 })).toMatchObject({ context: { version: 5 } });
  });
});

describe('what is kept has a bound', () => {
  const written = async (ids: readonly string[], cacheBytes: number) => {
    const { here } = two({ cacheBytes });
    for (const id of ids) await here.manager.set(id, { text: 'x'.repeat(1000) });
    /** Whether an update of a context begins with a read. */
    return async (id: string): Promise<boolean> => {
      here.line.count();
      await here.manager.update(id, { n: 1 });
      return here.line.count().read === 1;
    };
  };

  // Each counts as some 2,000 bytes.
  test('past which the context goes that was left alone for longest', async () => {
    const reads = await written(['a', 'b', 'a', 'c'], 5000);
    expect([await reads('a'), await reads('c'), await reads('b')]).toEqual([false, false, true]);
  });

  test('by which one that is larger than all of it is not kept, and the others are', async () => {
    const { here } = two({ cacheBytes: 5000 });
    for (const id of ['a', 'b']) await here.manager.set(id, { text: 'x'.repeat(1000) });
    await here.manager.set('large', { text: 'x'.repeat(4000) });
    here.line.count();
    for (const id of ['a', 'b']) await here.manager.update(id, { n: 1 });
    expect(here.line.count()).toEqual({ commit: 2 });
    await here.manager.update('large', { n: 1 });
    expect(here.line.count()).toEqual({ read: 1, commit: 1 });
  });

  test('and 0 keeps nothing', async () => {
    const reads = await written(['a', 'b'], 0);
    expect([await reads('b'), await reads('b'), await reads('a')]).toEqual([true, true, true]);
  });

  test('also where what is kept has grown behind its back, and was read', async () => {
    const { here, there } = two({ cacheBytes: 5000 });
    for (const id of ['a', 'b']) await here.manager.set(id, { n: 1 });
    await there.manager.update('a', { text: 'x'.repeat(10_000) });
    await here.manager.get('a');
    here.line.count();
    await here.manager.update('a', { n: 2 });
    expect(here.line.count()).toEqual({ read: 1, commit: 1 });
  });

  test('but whoever is at work stays, so that who comes later waits for it', async () => {
    const { here } = two({ cacheBytes: 3000 });
    await here.manager.set('a', { text: 'x'.repeat(1000) });
    let answer = (): void => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    here.line.once('commit', async (proceed) => {
      await answered;
      return proceed();
    });
    const first = here.manager.update('a', { n: 1 });
    await here.manager.set('b', { text: 'x'.repeat(1000) });
    here.line.count();
    const second = here.manager.update('a', { n: 2 });
    answer();
    await Promise.all([first, second]);
    expect(here.line.count()).toEqual({ commit: 1 });
  });

  test('but what is open stays', async () => {
    const { here } = two({ cacheBytes: 0 });
    const context = await here.manager.open('x');
    await context.set({ n: 1 });
    here.line.count();
    await here.manager.update('x', { n: 2 });
    expect(here.line.count()).toEqual({ commit: 1 });
    context.close();
    await here.manager.update('x', { n: 3 });
    expect(here.line.count()).toEqual({ read: 1, commit: 1 });
  });
});
