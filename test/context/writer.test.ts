import { describe, expect, test } from 'vitest';
import { apply } from '../../src/delta/apply.ts';
import type { JsonObject } from '../../src/json.ts';
import { alone, failure, two, world } from './processes.ts';

const keys = (count: number, prefix = 'k') => Array.from({ length: count }, (_, n) => `${prefix}${n}`);

describe('of concurrent writes none is lost', () => {
  test('Chord fault 1: 1,000 concurrent updates leave 1,000 keys and version 1,001', async () => {
    const { manager } = alone();
    await manager.set('x', {});
    const results = await Promise.all(keys(1000).map((key) => manager.update('x', { [key]: true })));
    const end = await manager.get('x');
    expect(Object.keys(end?.context ?? {})).toHaveLength(1000);
    expect(end?.version).toBe(1001);
    expect(results.map(({ context }) => context.version)).toEqual(keys(1000).map((_, n) => n + 2));
    for (const [n, { context, delta }] of results.entries()) {
      expect(delta?.fromVersion).toBe(n + 1);
      expect(Object.keys(context.context)).toHaveLength(n + 1);
    }
  });

  test('Chord fault 1: nor when four processes make them, through lines of their own', async () => {
    const { open, store } = world();
    const processes = Array.from({ length: 4 }, open);
    for (const { line } of processes) {
      line.pass = async (_call, proceed) => {
        await new Promise((resolve) => setImmediate(resolve));
        const answer = await proceed();
        await new Promise((resolve) => setImmediate(resolve));
        return answer;
      };
    }
    await processes[0]!.manager.set('x', {});
    const writes = processes.flatMap(({ manager }, p) =>
      keys(250, `${p}-`).map((key) => manager.update('x', { [key]: p })),
    );
    const results = await Promise.all(writes);
    const versions = results.map(({ context }) => context.version).sort((a, b) => a - b);
    expect(versions).toEqual(keys(1000).map((_, n) => n + 2));
    const end = await store.read('x');
    expect(Object.keys(end?.status === 'live' ? end.context : {})).toHaveLength(1000);
  });

  test('nor are any doubled: one key counted up ends at the number of writes', async () => {
    const { here, there } = two();
    await here.manager.set('x', { n: 0 });
    const countUp = async (manager: typeof here.manager): Promise<void> => {
      for (let left = 50; left > 0; ) {
        const context = await manager.get('x');
        const n = (context?.context['n'] as number) + 1;
        try {
          await manager.set('x', { n }, { expectedCursor: context?.cursor });
          left -= 1;
        } catch (error) {
          expect(error).toMatchObject({ code: 'VERSION_CONFLICT' });
        }
      }
    };
    await Promise.all([countUp(here.manager), countUp(there.manager), countUp(here.manager)]);
    expect(await there.manager.get('x')).toMatchObject({ version: 151, context: { n: 150 } });
  });
});

describe('writes that wait for one another', () => {
  test('go together in one commit, each with its own version and delta', async () => {
    const { manager, line, told, store } = alone();
    await manager.set('x', {});
    line.count();
    await Promise.all(keys(1000).map((key) => manager.update('x', { [key]: 1 })));
    expect(line.count()).toEqual({ read: 1, commit: 4 });
    expect(told).toHaveLength(5);
    const { entries } = await store.readLog('x', 0);
    expect(entries.map(({ version }) => version)).toEqual(keys(100).map((_, n) => n + 902));
  });

  test('are done in the order in which they came', async () => {
    const { manager } = alone();
    const results = await Promise.all([
      manager.set('x', { n: 1 }),
      manager.update('x', { n: 2 }),
      manager.delete('x'),
      failure(manager.update('x', { n: 3 })),
      manager.set('x', { n: 4 }),
      manager.set('x', { n: 4 }),
      manager.update('x', { m: 5 }, { remove: [['n']] }),
      failure(manager.set('x', {}, { expectedVersion: 1 })),
      manager.delete('x', { expectedVersion: 2 }),
    ]);
    const [one, two, end, missing, four, same, five, conflict, last] = results;
    expect(one).toMatchObject({ context: { version: 1, context: { n: 1 } }, delta: { fromVersion: 0 } });
    expect(two).toMatchObject({ context: { version: 2, context: { n: 2 } }, delta: { fromVersion: 1 } });
    expect(end).toMatchObject({ kind: 'deleted', version: 2, life: one.context.life });
    expect(missing).toMatchObject({ code: 'CONTEXT_NOT_FOUND', applied: 'NO' });
    expect(four).toMatchObject({ context: { version: 1, context: { n: 4 } } });
    expect(four.context.life).not.toBe(one.context.life);
    expect(same).toEqual({ context: four.context, delta: null });
    expect(five).toMatchObject({ context: { version: 2, context: { m: 5 } } });
    expect(conflict).toMatchObject({ code: 'VERSION_CONFLICT', details: { currentVersion: 2 } });
    expect(last).toMatchObject({ kind: 'deleted', version: 2, life: four.context.life });
    expect(await manager.get('x')).toBeNull();
  });

  test('end and begin lives by commits of their own', async () => {
    const { manager, told, store, line } = alone();
    const [, , deleted, last] = await Promise.all([
      manager.set('x', { n: 1 }),
      manager.update('x', { n: 2 }),
      manager.delete('x'),
      manager.set('x', { n: 3 }),
      manager.update('x', { n: 4 }),
    ]);
    expect(line.count().commit).toBe(3);
    expect(told).toHaveLength(3);
    const { head, entries } = await store.readLog('x', 0);
    expect(entries.map(({ version }) => version)).toEqual([1, 2]);
    expect(entries[0]?.fromTag).toBe('');
    expect(head).toMatchObject({ floor: deleted.version, position: { life: last.context.life, version: 2 } });
  });

  test('do not fail with one among them that is refused', async () => {
    const { manager } = alone({ limits: { contextBytes: 100 } });
    await manager.set('x', {});
    const results = await Promise.all([
      manager.update('x', { a: 1 }),
      failure(manager.update('x', { big: 'x'.repeat(100) })),
      manager.update('x', { b: 2 }),
      failure(manager.update('x', { c: 3 }, { expectedVersion: 9 })),
      manager.update('x', { d: 4 }),
    ]);
    expect(results[1]).toMatchObject({ code: 'CONTEXT_TOO_LARGE', applied: 'NO' });
    expect(results[3]).toMatchObject({ code: 'VERSION_CONFLICT', applied: 'NO', details: { currentVersion: 3 } });
    expect(await manager.get('x')).toMatchObject({ version: 4, context: { a: 1, b: 2, d: 4 } });
  });

  test('to different contexts do not wait for each other', async () => {
    const { manager, line } = alone();
    let letGo = (): void => {};
    line.once('commit', async (proceed) => {
      await new Promise<void>((resolve) => {
        letGo = resolve;
      });
      return proceed();
    });
    const held = manager.set('held', {});
    await manager.set('free', {});
    await manager.update('free', { n: 1 });
    expect(await manager.get('held')).toBeNull();
    letGo();
    expect(await held).toMatchObject({ context: { version: 1 } });
  });
});

describe('a commit that another process overtook', () => {
  test('is decided anew on what that process made', async () => {
    const { here, there } = two();
    await here.manager.set('x', { a: 1, b: 1 });
    here.line.once('commit', async (proceed) => {
      await there.manager.update('x', { b: 2 }, { remove: [['a']] });
      return proceed();
    });
    const { context, delta } = await here.manager.update('x', { c: 3 });
    expect(context).toMatchObject({ version: 3, context: { b: 2, c: 3 } });
    expect(delta).toMatchObject({ fromVersion: 2, delta: { c: { action: 'added', value: 3 } } });
  });

  test('takes its context along entry by entry, without reading it whole', async () => {
    const { here, there } = two();
    await here.manager.set('x', { n: 0 });
    here.line.once('commit', async (proceed) => {
      for (const n of [1, 2, 3]) await there.manager.update('x', { n });
      return proceed();
    });
    here.line.count();
    await here.manager.update('x', { m: 1 });
    expect(here.line.count()).toEqual({ read: 1, commit: 2 });
    expect(await there.manager.get('x')).toMatchObject({ version: 5, context: { n: 3, m: 1 } });
  });

  test('reads it whole where the entries do not lead there', async () => {
    const { here, there } = two({ deltaThreshold: 2 });
    await here.manager.set('x', { n: 0 });
    here.line.once('commit', async (proceed) => {
      for (const n of [1, 2, 3]) await there.manager.update('x', { n });
      return proceed();
    });
    here.line.count();
    await here.manager.update('x', { m: 1 });
    expect(here.line.count()).toEqual({ read: 2, commit: 2 });
    expect(await there.manager.get('x')).toMatchObject({ version: 5, context: { n: 3, m: 1 } });
  });

  test('finds nothing to change where that process made the same', async () => {
    const { here, there, told } = two();
    await here.manager.set('x', { n: 1 });
    here.line.once('commit', async (proceed) => {
      await there.manager.update('x', { n: 2 });
      return proceed();
    });
    expect(await here.manager.update('x', { n: 2 })).toMatchObject({ context: { version: 2 }, delta: null });
    expect(told).toHaveLength(2);
  });

  test('finds nothing to update where that process deleted it', async () => {
    const { here, there } = two();
    await here.manager.set('x', { n: 1 });
    here.line.once('commit', async (proceed) => {
      await there.manager.delete('x');
      return proceed();
    });
    expect(await failure(here.manager.update('x', { n: 2 }))).toMatchObject({
      code: 'CONTEXT_NOT_FOUND',
      applied: 'NO',
    });
  });

  test('goes on in the next life where that process began one', async () => {
    const { here, there } = two();
    await here.manager.set('x', { old: true });
    here.line.once('commit', async (proceed) => {
      await there.manager.delete('x');
      await there.manager.set('x', { anew: true });
      return proceed();
    });
    const { context } = await here.manager.update('x', { n: 1 });
    expect(context).toMatchObject({ version: 2, context: { anew: true, n: 1 } });
  });

  test('keeps its condition', async () => {
    const { here, there } = two();
    await here.manager.set('x', { n: 1 });
    here.line.once('commit', async (proceed) => {
      await there.manager.update('x', { n: 2 });
      return proceed();
    });
    const error = await failure(here.manager.update('x', { m: 1 }, { expectedVersion: 1 }));
    expect(error).toMatchObject({ code: 'VERSION_CONFLICT', applied: 'NO', details: { currentVersion: 2 } });
    expect(await there.manager.get('x')).toMatchObject({ version: 2, context: { n: 2 } });
  });

  test('may be overtaken again and again', async () => {
    const { here, there } = two();
    await here.manager.set('x', { n: 0 });
    for (const n of [1, 2, 3, 4, 5]) {
      here.line.once('commit', async (proceed) => {
        await there.manager.update('x', { n });
        return proceed();
      });
    }
    expect(await here.manager.update('x', { m: 1 })).toMatchObject({
      context: { version: 7, context: { n: 5, m: 1 } },
    });
  });
});

test('what a writer tells of a write leads from the version before to the one it made', async () => {
  const { here, there } = two();
  let state: JsonObject = (await here.manager.set('x', {})).context.context;
  const changes = keys(60).map((key, n) => [n % 2 === 0 ? here : there, { [key]: n, last: key }] as const);
  const results = await Promise.all(changes.map(([{ manager }, change]) => manager.update('x', change)));
  for (const { context, delta } of results.toSorted((a, b) => a.context.version - b.context.version)) {
    state = apply(delta?.delta ?? {}, state);
    expect(context.context).toEqual(state);
  }
});
