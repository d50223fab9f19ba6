import { describe, expect, test } from 'vitest';
import { alone, failure, two } from './processes.ts';

const MINUTES = 60 * 1000;
const r = { requestId: 'r' };

describe('a request repeated', () => {
  test('counts once and returns the first outcome', async () => {
    const { manager, told } = alone();
    await manager.set('x', { n: 0 });
    const first = await manager.update('x', { n: 1 }, r);
    expect(await manager.update('x', { n: 1 }, r)).toEqual(first);
    expect(await manager.update('x', { n: 1 }, r)).toEqual(first);
    expect(await manager.get('x')).toMatchObject({ version: 2 });
    expect(told).toHaveLength(2);
  });

  test('counts once where its outcome has been overwritten since, and returns the context as it stands', async () => {
    const { manager } = alone();
    await manager.set('x', { n: 0 });
    const first = await manager.update('x', { n: 1 }, r);
    const { context } = await manager.update('x', { n: 2 });
    expect(await manager.update('x', { n: 1 }, r)).toEqual({ context, delta: first.delta });
    expect(await manager.get('x')).toEqual(context);
  });

  test('that made the context returns its first delta', async () => {
    const { manager } = alone();
    const first = await manager.set('x', { n: 1 }, r);
    expect(await manager.set('x', { n: 1 }, r)).toEqual(first);
    expect(first.delta).toMatchObject({ fromVersion: 0, version: 1 });
  });

  test('has no delta any more once that is trimmed', async () => {
    const { manager } = alone({ deltaThreshold: 2 });
    const { delta } = await manager.set('x', { n: 1 }, r);
    await manager.set('x', { n: 2 });
    expect(await manager.set('x', { n: 1 }, r)).toMatchObject({ context: { version: 2 }, delta });
    await manager.set('x', { n: 3 });
    expect(await manager.set('x', { n: 1 }, r)).toMatchObject({ context: { version: 3 }, delta: null });
  });

  test('that changed nothing the first time changes nothing ever after', async () => {
    const { manager, told } = alone();
    await manager.set('x', { n: 1 });
    expect(await manager.set('x', { n: 1 }, r)).toMatchObject({ delta: null });
    expect(told).toHaveLength(1);
    const { context } = await manager.set('x', { n: 2 });
    expect(await manager.set('x', { n: 1 }, r)).toEqual({ context, delta: null });
  });

  test('that deleted returns the deletion, whatever has come after', async () => {
    const { manager, clock, told } = alone();
    await manager.set('x', { n: 1 });
    const deleted = await manager.delete('x', r);
    clock.elapse(1 * MINUTES);
    expect(await manager.delete('x', r)).toEqual(deleted);
    const { context } = await manager.set('x', { n: 2 });
    expect(await manager.delete('x', r)).toEqual(deleted);
    expect(await manager.get('x')).toEqual(context);
    expect(told).toHaveLength(3);
  });

  test('that deleted returns the same time of deletion, though the clock went on while it was written', async () => {
    const { manager, clock } = alone();
    await manager.set('x', {});
    const now = clock.now.bind(clock);
    clock.now = () => {
      clock.jump(1);
      return now();
    };
    const deleted = await manager.delete('x', r);
    expect(await manager.delete('x', r)).toEqual(deleted);
  });

  test('after its context was deleted says that it was applied, and that there is no context', async () => {
    const { manager } = alone();
    await manager.set('x', { n: 1 }, r);
    await manager.delete('x');
    expect(await failure(manager.set('x', { n: 1 }, r))).toMatchObject({ code: 'CONTEXT_NOT_FOUND', applied: 'YES' });
    expect(await manager.get('x')).toBeNull();
  });

  test('in the next life changes nothing there, and has no delta of it', async () => {
    const { manager } = alone();
    await manager.set('x', { n: 1 }, r);
    await manager.delete('x');
    const { context } = await manager.set('x', { n: 2 });
    expect(await manager.set('x', { n: 1 }, r)).toEqual({ context, delta: null });
  });

  test('under a condition that held the first time returns the first outcome and no conflict', async () => {
    const { manager } = alone();
    const { context } = await manager.set('x', { n: 0 });
    const byVersion = { expectedVersion: 1, requestId: 'version' };
    const first = await manager.update('x', { n: 1 }, byVersion);
    expect(await manager.update('x', { n: 1 }, byVersion)).toEqual(first);
    const byCursor = { expectedCursor: first.context.cursor, requestId: 'cursor' };
    const second = await manager.update('x', { n: 2 }, byCursor);
    expect(await manager.update('x', { n: 2 }, byCursor)).toEqual(second);
    expect(await manager.update('x', { n: 1 }, byVersion)).toEqual({ ...second, delta: first.delta });
    const newcomer = { expectedVersion: 0, requestId: 'new' };
    const made = await manager.set('y', {}, newcomer);
    expect(await manager.set('y', {}, newcomer)).toEqual(made);
    expect(context.version).toBe(1);
  });

  test('under a condition, as a deletion, returns the deletion', async () => {
    const { manager } = alone();
    await manager.set('x', { n: 0 });
    const options = { expectedVersion: 1, requestId: 'r' };
    const deleted = await manager.delete('x', options);
    expect(await manager.delete('x', options)).toEqual(deleted);
  });

  test('that has since become too large returns the first outcome', async () => {
    const { manager } = alone({ limits: { contextBytes: 40 } });
    await manager.set('x', {});
    const first = await manager.update('x', { a: 'aaaaaaaaaa' }, r);
    await manager.set('x', { other: 'xxxxxxxxxxxxxxxxxx' });
    expect(await manager.update('x', { a: 'aaaaaaaaaa' }, r)).toMatchObject({ delta: first.delta });
  });

  test('with its keys in another order is the same request', async () => {
    const { manager } = alone();
    const first = await manager.set('x', { a: 1, b: { c: 1, d: 1 } }, r);
    expect(await manager.set('x', { b: { d: 1, c: 1 }, a: 1 }, r)).toEqual(first);
  });

  test('is known to every process', async () => {
    const { here, there, told } = two();
    await here.manager.set('x', {});
    const first = await here.manager.update('x', { n: 1 }, r);
    expect(await there.manager.update('x', { n: 1 }, r)).toEqual(first);
    const deleted = await there.manager.delete('x', { requestId: 'd' });
    expect(await here.manager.delete('x', { requestId: 'd' })).toEqual(deleted);
    expect(told).toHaveLength(3);
  });
});

describe('the same request id with other arguments is refused:', () => {
  test.each<[string, (manager: ReturnType<typeof alone>['manager'], cursor: string) => Promise<unknown>]>([
    ['another value', (manager) => manager.update('x', { n: 2 }, r)],
    ['another key', (manager) => manager.update('x', { m: 1 }, r)],
    ['something to remove', (manager) => manager.update('x', { n: 1 }, { ...r, remove: [['a']] })],
    ['another verb', (manager) => manager.set('x', { n: 1 }, r)],
    ['a deletion', (manager) => manager.delete('x', r)],
    ['a condition by version', (manager) => manager.update('x', { n: 1 }, { ...r, expectedVersion: 1 })],
    ['a condition by cursor', (manager, cursor) => manager.update('x', { n: 1 }, { ...r, expectedCursor: cursor })],
  ])('%s', async (_what, other) => {
    const { manager } = alone();
    const { context } = await manager.set('x', { n: 0 });
    const first = await manager.update('x', { n: 1 }, r);
    expect(await failure(other(manager, context.cursor))).toMatchObject({ code: 'BAD_USER_INPUT', applied: 'NO' });
    expect(await manager.get('x')).toEqual(first.context);
  });
});

describe('a request id stands', () => {
  test('for one viewer alone', async () => {
    const { manager } = alone();
    await manager.set('x', { n: 0 });
    await manager.update('x', { a: 1 }, { ...r, viewer: 'ann' });
    await manager.update('x', { b: 1 }, { ...r, viewer: 'bob' });
    await manager.update('x', { c: 1 }, r);
    expect(await manager.get('x')).toMatchObject({ version: 4, context: { a: 1, b: 1, c: 1 } });
  });

  test('for one viewer alone, however names and ids are put together', async () => {
    const { manager } = alone();
    await manager.set('x', {});
    await manager.update('x', { a: 1 }, { viewer: 'a","b', requestId: 'c' });
    await manager.update('x', { b: 1 }, { viewer: 'a', requestId: 'b","c' });
    await manager.update('x', { c: 1 }, { viewer: 'd', requestId: 'ef' });
    await manager.update('x', { d: 1 }, { viewer: 'de', requestId: 'f' });
    expect(await manager.get('x')).toMatchObject({ version: 5 });
  });

  test('for one context alone', async () => {
    const { manager } = alone();
    await manager.set('x', { n: 1 }, r);
    expect(await manager.set('y', { n: 2 }, r)).toMatchObject({ context: { version: 1, context: { n: 2 } } });
  });

  test('for ten minutes', async () => {
    const { manager, clock } = alone();
    await manager.set('x', { n: 1 }, r);
    await manager.set('x', { n: 2 });
    clock.elapse(10 * MINUTES - 1);
    expect(await manager.set('x', { n: 1 }, r)).toMatchObject({ context: { version: 2 } });
    clock.elapse(1);
    expect(await manager.set('x', { n: 1 }, r)).toMatchObject({ context: { version: 3, context: { n: 1 } } });
  });

  test('until as many others as are remembered have come', async () => {
    const { manager } = alone({ receiptLimit: 2 });
    await manager.set('x', { n: 0 }, r);
    await manager.set('x', { n: 1 }, { requestId: 'a' });
    expect(await manager.set('x', { n: 0 }, r)).toMatchObject({ context: { version: 2 } });
    await manager.set('x', { n: 2 }, { requestId: 'b' });
    expect(await manager.set('x', { n: 0 }, r)).toMatchObject({ context: { version: 4 }, delta: { fromVersion: 3 } });
  });
});

describe('a request that was refused can be repeated', () => {
  test('once its condition holds', async () => {
    const { manager } = alone();
    await manager.set('x', { n: 1 });
    const options = { expectedVersion: 2, requestId: 'r' };
    expect(await failure(manager.set('x', { n: 3 }, options))).toMatchObject({ code: 'VERSION_CONFLICT' });
    await manager.set('x', { n: 2 });
    expect(await manager.set('x', { n: 3 }, options)).toMatchObject({
      context: { version: 3 },
      delta: { fromVersion: 2 },
    });
  });

  test('once there is a context', async () => {
    const { manager } = alone();
    expect(await failure(manager.update('x', { n: 1 }, r))).toMatchObject({ code: 'CONTEXT_NOT_FOUND', applied: 'NO' });
    await manager.set('x', {});
    expect(await manager.update('x', { n: 1 }, r)).toMatchObject({ context: { version: 2 } });
  });

  test('once there is room, and with other arguments at once', async () => {
    const { manager } = alone({ limits: { contextBytes: 20 } });
    await manager.set('x', { a: 'aaaaaaa' });
    expect(await failure(manager.update('x', { b: 'bbbbb' }, r))).toMatchObject({ code: 'CONTEXT_TOO_LARGE' });
    expect(await failure(manager.update('x', { c: 'ccccc' }, r))).toMatchObject({ code: 'CONTEXT_TOO_LARGE' });
    await manager.set('x', {});
    expect(await manager.update('x', { b: 'bbbbb' }, r)).toMatchObject({ context: { version: 3 } });
  });
});

describe('a request made many times at once counts once', () => {
  test('in one process, among others', async () => {
    const { manager, store } = alone();
    await manager.set('x', {});
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, n) => [
        manager.update('x', { n: 'same' }, r),
        manager.update('x', { [`k${n}`]: n }),
      ]).flat(),
    );
    const same = results.filter((_, i) => i % 2 === 0);
    const deltas = new Set(same.map(({ delta }) => JSON.stringify(delta)));
    expect(deltas.size).toBe(1);
    expect(same[0]?.delta).toMatchObject({ fromVersion: 1, version: 2 });
    expect(await store.read('x')).toMatchObject({ position: { version: 22 } });
  });

  test('in two processes', async () => {
    const { here, there } = two();
    await here.manager.set('x', {});
    const results = await Promise.all(
      Array.from({ length: 10 }, () => [here, there].map(({ manager }) => manager.update('x', { n: 1 }, r))).flat(),
    );
    for (const result of results) expect(result).toEqual(results[0]);
    expect(await here.manager.get('x')).toMatchObject({ version: 2 });
  });

  test('as a deletion', async () => {
    const { here, there } = two();
    await here.manager.set('x', {});
    const results = await Promise.all([here, there, here, there].map(({ manager }) => manager.delete('x', r)));
    for (const result of results) expect(result).toEqual(results[0]);
  });

  test('and with other arguments among them only those are refused', async () => {
    const { manager } = alone();
    const [first, other, again] = await Promise.allSettled([
      manager.set('x', { n: 1 }, r),
      manager.set('x', { n: 2 }, r),
      manager.set('x', { n: 1 }, r),
    ]);
    expect(first).toMatchObject({ status: 'fulfilled', value: { context: { version: 1 } } });
    expect(other).toMatchObject({ status: 'rejected', reason: { code: 'BAD_USER_INPUT' } });
    expect(again).toEqual(first);
  });

  test('also where the other process did it just before this one commits, in a group of writes', async () => {
    const { here, there } = two();
    await here.manager.set('x', {});
    here.line.once('commit', async (proceed) => {
      await there.manager.update('x', { n: 1 }, r);
      return proceed();
    });
    const [a, same, b] = await Promise.all([
      here.manager.update('x', { a: 1 }),
      here.manager.update('x', { n: 1 }, r),
      here.manager.update('x', { b: 1 }),
    ]);
    expect(same.delta).toMatchObject({ fromVersion: 1, version: 2 });
    expect([a, b].map(({ context }) => context.version)).toEqual([3, 4]);
    expect(await there.manager.get('x')).toMatchObject({ version: 4, context: { a: 1, b: 1, n: 1 } });
  });
});
