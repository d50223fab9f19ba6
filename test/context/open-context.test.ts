import { describe, expect, test, vi } from 'vitest';
import type { Log } from '../../src/store/store.ts';
import { alone, failure, two } from './processes.ts';

/** Lets everything that waits for nothing else have its turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A process that has the context open, and another that goes on behind its back. */
async function opened() {
  const world = two();
  const { here } = world;
  await here.manager.set('x', { n: 1 });
  const context = await here.manager.open('x');
  here.line.count();
  return { ...world, context };
}

describe('an open context', () => {
  test('has the state at hand, at no cost', async () => {
    const { context, here } = await opened();
    expect(context.peek()).toMatchObject({ version: 1, context: { n: 1 } });
    expect(here.line.count()).toEqual({});
  });

  test('is written without a read before', async () => {
    const { context, here } = await opened();
    await context.update({ n: 2 });
    await context.set({ n: 3 });
    await here.manager.update('x', { m: 1 });
    expect(here.line.count()).toEqual({ commit: 3 });
    expect(context.peek()).toMatchObject({ version: 4, context: { n: 3, m: 1 } });
    await context.delete();
    expect(context.peek()).toBeNull();
    expect(here.line.count()).toEqual({ commit: 1 });
  });

  test('has every verb of the manager', async () => {
    const { context } = await opened();
    expect(context.id).toBe('x');
    const { cursor } = (await context.update({ a: 1 }, { remove: [['n']] })).context;
    expect(await context.sync({ version: 1 })).toMatchObject({ kind: 'delta', fromVersion: 1, version: 2 });
    expect(await context.set({ b: 1 }, { expectedCursor: cursor })).toMatchObject({ context: { version: 3 } });
    const events = context.watch({ version: 2 });
    expect(await events.next()).toMatchObject({ value: { kind: 'delta', version: 3 } });
    await events.return?.();
    expect(await context.delete({ expectedVersion: 3 })).toMatchObject({ kind: 'deleted' });
    expect(await context.get()).toBeNull();
  });

  test('may be open where there is no context yet', async () => {
    const { manager } = alone();
    const context = await manager.open('x');
    expect(context.peek()).toBeNull();
    expect(await context.get()).toBeNull();
    await context.set({ n: 1 }, { expectedVersion: 0 });
    expect(context.peek()).toMatchObject({ version: 1 });
  });
});

describe('behind the back of an open context', () => {
  test('peek is of the past until it is told, get is not', async () => {
    const { context, there, here } = await opened();
    await there.manager.update('x', { n: 2 });
    await there.manager.update('x', { m: 3 });
    expect(context.peek()).toMatchObject({ version: 1 });
    expect(await context.get()).toMatchObject({ version: 3, context: { n: 2, m: 3 } });
    expect(context.peek()).toMatchObject({ version: 3 });
    expect(here.line.count()).toEqual({ readLog: 1 });
    expect(await context.get()).toEqual(context.peek());
  });

  test('get reads the whole context only where the log does not lead to it, and nothing else where no log can', async () => {
    const { context, there, here } = await opened();
    await there.manager.set('x', { other: true });
    await there.manager.delete('x');
    await there.manager.set('x', { anew: true });
    expect(await context.get()).toMatchObject({ version: 1, context: { anew: true } });
    expect(here.line.count()).toEqual({ readLog: 1, read: 1 });
    await there.manager.delete('x');
    expect(await context.get()).toBeNull();
    expect(here.line.count()).toEqual({ readLog: 1 });
    await there.manager.set('x', { again: true });
    expect(await context.get()).toMatchObject({ version: 1, context: { again: true } });
    expect(here.line.count()).toEqual({ read: 1 });
  });

  test('get asks for a log that may be the head alone, and then reads the whole; sync asks for all of it', async () => {
    const { context, there, here, store } = await opened();
    await there.manager.update('x', { n: 2 });
    const readLog = vi.spyOn(store, 'readLog');
    here.line.once('readLog', async (proceed) => ({ ...((await proceed()) as Log), entries: [] }));
    expect(await context.get()).toMatchObject({ version: 2, context: { n: 2 } });
    expect(readLog).toHaveBeenLastCalledWith('x', 1, true);
    expect(here.line.count()).toEqual({ readLog: 1, read: 1 });
    await context.sync({ version: 1 });
    expect(readLog).not.toHaveBeenLastCalledWith('x', 1, true);
  });

  test('get reads the whole context where nothing is known', async () => {
    const { here, there } = two();
    const context = await here.manager.open('x');
    await there.manager.set('x', { n: 1 });
    here.line.count();
    expect(await context.get()).toMatchObject({ version: 1 });
    expect(here.line.count()).toEqual({ read: 1 });
  });

  test('gets during a look share the next, which sees all that was written before them', async () => {
    const { context, there, here } = await opened();
    let answer = (): void => {};
    here.line.once('readLog', async (proceed) => {
      const log = await proceed();
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return log;
    });
    const first = context.get();
    await turn();
    await there.manager.update('x', { n: 2 });
    const gets = [context.get(), here.manager.get('x'), context.get()];
    await turn();
    expect(here.line.count()).toEqual({ readLog: 1 });
    answer();
    expect(await first).toMatchObject({ version: 1 });
    for (const get of await Promise.all(gets)) expect(get).toMatchObject({ version: 2 });
    expect(here.line.count()).toEqual({ readLog: 1 });
  });

  test('a look that fails fails those alone who waited for it', async () => {
    const { context, here } = await opened();
    here.line.once('readLog', async () => {
      await turn();
      throw new Error('down');
    });
    const failing = [failure(context.get()), failure(context.get())];
    await Promise.resolve();
    await Promise.resolve();
    const next = context.get();
    for (const error of await Promise.all(failing)) expect(error).toMatchObject({ message: 'down' });
    expect(await next).toMatchObject({ version: 1 });
  });

  test('get is not taken in by a next life at the same version', async () => {
    const { context, there } = await opened();
    await there.manager.delete('x');
    await there.manager.set('x', { anew: true });
    expect(await context.get()).toMatchObject({ version: 1, context: { anew: true } });
  });

  test('peek never falls behind a write that was answered, however late a get comes back', async () => {
    const { context, here } = await opened();
    await context.delete();
    let answer = (): void => {};
    here.line.once('read', async (proceed) => {
      const snapshot = await proceed();
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return snapshot;
    });
    const late = context.get();
    const { context: written } = await context.set({ n: 2 });
    expect(context.peek()).toEqual(written);
    answer();
    expect(await late).toBeNull();
    expect(context.peek()).toEqual(written);
  });

  test('a context made there is not missing here', async () => {
    const { here, there } = two();
    const context = await here.manager.open('x');
    await there.manager.set('x', { n: 1 });
    expect(await context.update({ m: 1 })).toMatchObject({ context: { version: 2, context: { n: 1, m: 1 } } });
    await there.manager.set('y', {});
    const other = await here.manager.open('y');
    await there.manager.delete('y');
    await there.manager.set('y', { anew: 1 });
    expect(await other.delete()).toMatchObject({ kind: 'deleted', version: 1 });
  });

  test('a context deleted there is missing here', async () => {
    const { context, there } = await opened();
    await there.manager.delete('x');
    expect(await failure(context.update({ n: 2 }))).toMatchObject({ code: 'CONTEXT_NOT_FOUND' });
    expect(await failure(context.delete())).toMatchObject({ code: 'CONTEXT_NOT_FOUND' });
    expect(await context.set({ n: 2 }, { expectedVersion: 0 })).toMatchObject({ context: { version: 1 } });
  });

  test('a condition that holds by now is no conflict', async () => {
    const { context, there } = await opened();
    await there.manager.update('x', { n: 2 });
    expect(await context.update({ m: 1 }, { expectedVersion: 2 })).toMatchObject({ context: { version: 3 } });
    const { cursor } = (await there.manager.update('x', { n: 3 })).context;
    expect(await context.update({ m: 2 }, { expectedCursor: cursor })).toMatchObject({ context: { version: 5 } });
    await there.manager.delete('x');
    expect(await context.set({}, { expectedVersion: 0 })).toMatchObject({ context: { version: 1 } });
  });

  test('a condition that held once is a conflict, and tells of the present', async () => {
    const { context, there } = await opened();
    const { cursor } = (await there.manager.update('x', { n: 2 })).context;
    expect(await failure(context.update({ m: 1 }, { expectedVersion: 1 }))).toMatchObject({
      code: 'VERSION_CONFLICT',
      details: { currentVersion: 2, currentCursor: cursor, changes: [{ path: ['n'], oldValue: 1, value: 2 }] },
    });
  });

  test('what would have changed nothing does change something by now', async () => {
    const { context, there, told } = await opened();
    await there.manager.update('x', { n: 2 });
    expect(await context.update({ n: 1 })).toMatchObject({ context: { version: 3 }, delta: { fromVersion: 2 } });
    await there.manager.update('x', { n: 2 });
    expect(await context.set({ n: 1 }, { requestId: 'r' })).toMatchObject({ context: { version: 5 } });
    expect(told).toHaveLength(5);
  });

  test('what changes nothing any more answers with the present', async () => {
    const { context, there } = await opened();
    await there.manager.update('x', { n: 2 });
    expect(await context.update({ n: 2 })).toMatchObject({ context: { version: 2 }, delta: null });
  });

  test('a write that changes nothing is answered, though the other process never rests', async () => {
    const { context, there, here } = await opened();
    let busy = 0;
    here.line.pass = async (_call, proceed) => {
      busy += 1;
      if (busy > 10) throw new Error('It is still being asked.');
      await there.manager.update('x', { busy });
      return proceed();
    };
    expect(await context.update({ n: 1 })).toMatchObject({ context: { version: 2 }, delta: null });
    expect(here.line.count()).toEqual({ readLog: 1 });
    expect(await failure(context.set({}, { expectedVersion: 1 }))).toMatchObject({ details: { currentVersion: 3 } });
  });

  test('a write is refused by what it would make of the present', async () => {
    const { here, there } = two({ limits: { contextBytes: 30 } });
    await here.manager.set('x', { a: 'xxxxxxxxxxxxxxx' });
    const context = await here.manager.open('x');
    await there.manager.set('x', {});
    expect(await context.update({ b: 'yyyyyyyyyyyyyyy' })).toMatchObject({ context: { version: 3 } });
  });
});

describe('closing', () => {
  test('lets go of the state', async () => {
    const { context, here } = await opened();
    context.close();
    await here.manager.update('x', { n: 2 });
    await here.manager.update('x', { n: 3 });
    expect(here.line.count()).toEqual({ read: 2, commit: 2 });
  });

  test('waits for the last of those who have it open, each counted once', async () => {
    const { context, here } = await opened();
    const again = await here.manager.open('x');
    again.close();
    again.close();
    here.line.count();
    await context.update({ n: 2 });
    expect(here.line.count()).toEqual({ commit: 1 });
    context.close();
    await here.manager.update('x', { n: 3 });
    expect(here.line.count()).toEqual({ read: 1, commit: 1 });
  });

  test('loses no write that is under way', async () => {
    const { context, here } = await opened();
    const writes = [context.update({ a: 1 }), context.update({ b: 1 })];
    context.close();
    const after = here.manager.update('x', { c: 1 });
    await Promise.all([...writes, after]);
    expect(await here.manager.get('x')).toMatchObject({ version: 4, context: { n: 1, a: 1, b: 1, c: 1 } });
    here.line.count();
    await here.manager.update('x', { d: 1 });
    expect(here.line.count()).toEqual({ read: 1, commit: 1 });
  });

  test('is done by an opening that fails', async () => {
    const { manager, line } = alone();
    line.once('read', async () => {
      throw new Error('down');
    });
    await expect(manager.open('x')).rejects.toThrow('down');
    await manager.set('x', {});
    line.count();
    await manager.set('x', { n: 1 });
    expect(line.count()).toEqual({ read: 1, commit: 1 });
  });
});
