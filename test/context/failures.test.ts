import { describe, expect, test } from 'vitest';
import { StoreUnavailableError } from '../../src/errors.ts';
import { alone, failure, two } from './processes.ts';

const r = { requestId: 'r' };
const cut = new Error('connect ECONNREFUSED 10.1.2.3:6379, password hunter2');

/** Stores fail before they do anything, or after. */
const refuse = async (): Promise<never> => {
  throw cut;
};
const swallow = async (proceed: () => Promise<unknown>): Promise<never> => {
  await proceed();
  throw cut;
};

describe('a commit whose answer is lost', () => {
  test('may have been applied, and says so', async () => {
    const { manager, line } = alone();
    line.once('commit', swallow);
    expect(await failure(manager.set('x', { n: 1 }))).toMatchObject({ applied: 'UNKNOWN' });
    expect(await manager.get('x')).toMatchObject({ version: 1, context: { n: 1 } });
  });

  test('leaves writes that were not part of it their turn', async () => {
    const { manager, line } = alone();
    await manager.set('x', { n: 0 });
    line.once('commit', swallow);
    // A deletion stands alone in its commit, so it was not in the one that was cut.
    const [update, deletion] = await Promise.allSettled([manager.update('x', { n: 1 }), manager.delete('x')]);
    expect(update).toMatchObject({ status: 'rejected', reason: { applied: 'UNKNOWN' } });
    expect(deletion).toMatchObject({ status: 'fulfilled', value: { version: 2 } });
  });

  test('is settled by the same request: it had been applied, and is not again', async () => {
    const { manager, line } = alone();
    await manager.set('x', { n: 0 });
    for (const write of [
      () => manager.update('x', { n: 1 }, { requestId: 'a' }),
      () => manager.update('x', { n: 2 }, { requestId: 'b', expectedVersion: 2 }),
      () => manager.set('x', { n: 3 }, { requestId: 'c', expectedVersion: 3 }),
    ]) {
      line.once('commit', swallow);
      expect(await failure(write())).toMatchObject({ applied: 'UNKNOWN' });
      const settled = await write();
      expect(settled.delta).not.toBeNull();
      expect(await write()).toEqual(settled);
    }
    expect(await manager.get('x')).toMatchObject({ version: 4, context: { n: 3 } });
  });

  test('is settled by the same request: it had not been applied, and is now', async () => {
    const { manager, line } = alone();
    await manager.set('x', { n: 0 });
    line.once('commit', refuse);
    expect(await failure(manager.update('x', { n: 1 }, r))).toMatchObject({ applied: 'UNKNOWN' });
    expect(await manager.get('x')).toMatchObject({ version: 1 });
    expect(await manager.update('x', { n: 1 }, r)).toMatchObject({
      context: { version: 2 },
      delta: { fromVersion: 1 },
    });
  });

  test('is settled for a deletion too, from another process', async () => {
    const { here, there } = two();
    await here.manager.set('x', {});
    here.line.once('commit', swallow);
    expect(await failure(here.manager.delete('x', r))).toMatchObject({ applied: 'UNKNOWN' });
    const deleted = await there.manager.delete('x', r);
    expect(deleted).toMatchObject({ kind: 'deleted', version: 1 });
    expect(await here.manager.delete('x', r)).toEqual(deleted);
  });

  test('leaves the same uncertainty to every write that went with it', async () => {
    const { manager, line } = alone();
    await manager.set('x', {});
    line.once('commit', swallow);
    const errors = await Promise.all([1, 2, 3].map((n) => failure(manager.update('x', { [`k${n}`]: n }))));
    for (const error of errors) expect(error).toMatchObject({ applied: 'UNKNOWN' });
    expect(await manager.update('x', { after: true })).toMatchObject({ context: { version: 5 } });
  });
});

describe('a write that the store surely did not take', () => {
  test('was not applied, where the store says so', async () => {
    const { manager, line } = alone();
    line.once('commit', async () => {
      throw new StoreUnavailableError({ applied: 'NO' });
    });
    const error = await failure(manager.set('x', {}));
    expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE', applied: 'NO' });
    expect(await manager.get('x')).toBeNull();
  });

  test('was not applied, where it could not even be read', async () => {
    const { manager, line } = alone();
    line.once('read', refuse);
    expect(await failure(manager.set('x', {}))).toMatchObject({ applied: 'NO' });
    line.once('read', async () => {
      throw new StoreUnavailableError();
    });
    expect(await failure(manager.set('x', {}))).toMatchObject({ code: 'STORE_UNAVAILABLE', applied: 'NO' });
    expect(await manager.get('x')).toBeNull();
  });

  test('was not applied, where its receipt could not be looked for', async () => {
    const { manager, line } = alone();
    line.once('findReceipt', refuse);
    expect(await failure(manager.update('x', {}, r))).toMatchObject({ applied: 'NO' });
  });

  test('was not applied, where it conflicted and then the store could not be read', async () => {
    const { here, there } = two({ deltaThreshold: 1 });
    await here.manager.set('x', { n: 0 });
    here.line.once('read', (proceed) => proceed());
    here.line.once('read', refuse);
    here.line.once('commit', async (proceed) => {
      await there.manager.set('x', { n: 1 });
      await there.manager.set('x', { n: 2 });
      return proceed();
    });
    expect(await failure(here.manager.update('x', { m: 1 }))).toMatchObject({ applied: 'NO' });
    expect(await there.manager.get('x')).toMatchObject({ version: 3, context: { n: 2 } });
  });

  test("was not applied, where a conflict's changes could not be read", async () => {
    const { manager, line } = alone();
    await manager.set('x', {});
    line.once('readLog', refuse);
    expect(await failure(manager.set('x', {}, { expectedVersion: 5 }))).toMatchObject({ applied: 'NO' });
  });
});

test('a repeated request was applied, though its outcome cannot be read now', async () => {
  const { manager, line } = alone();
  const first = await manager.set('x', { n: 1 }, r);
  line.once('read', (proceed) => proceed());
  line.once('read', refuse);
  expect(await failure(manager.set('x', { n: 1 }, r))).toMatchObject({ applied: 'YES' });
  expect(await manager.set('x', { n: 1 }, r)).toEqual(first);
});

test('an error of the store is kept as the cause and not told', async () => {
  const { manager, line } = alone();
  for (const call of ['read', 'commit'] as const) {
    line.once(call, refuse);
    const error = (await failure(manager.set('x', { secret: 1 }))) as Error;
    expect(error).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', cause: cut });
    expect(error.message).not.toMatch(/10\.1|hunter2|secret/);
  }
});

test('a store that fails a while is used again when it answers', async () => {
  const { manager, line, told } = alone();
  const context = await manager.open('x');
  await context.set({ n: 0 });
  line.pass = refuse;
  for (const write of [context.update({ a: 1 }), context.set({}), context.delete()]) await failure(write);
  line.pass = (_call, proceed) => proceed();
  expect(await context.update({ b: 1 })).toMatchObject({ context: { version: 2, context: { n: 0, b: 1 } } });
  expect(told).toHaveLength(2);
});

test('writes that come in while one fails are not lost with it', async () => {
  const { manager, line } = alone();
  const later: Promise<unknown>[] = [];
  line.once('commit', async () => {
    later.push(manager.set('x', { later: true }));
    throw cut;
  });
  await failure(manager.set('x', { first: true }));
  expect(await later[0]).toMatchObject({ context: { version: 1, context: { later: true } } });
});

test('reading fails as the store does', async () => {
  const { manager, line } = alone();
  await manager.set('x', {});
  line.pass = async () => {
    throw new StoreUnavailableError();
  };
  for (const read of [manager.get('x'), manager.sync('x'), manager.list(), manager.open('x')]) {
    const error = await failure(read);
    expect(error).toBeInstanceOf(StoreUnavailableError);
    expect(error).toMatchObject({ applied: undefined });
  }
});
