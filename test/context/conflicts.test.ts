import { describe, expect, test } from 'vitest';
import type { WriteOptions } from '../../src/context/writes.ts';
import { calculate } from '../../src/delta/calculate.ts';
import { renderChanges } from '../../src/delta/changes.ts';
import type { JsonObject } from '../../src/json.ts';
import { alone, failure, two } from './processes.ts';

const changes = (from: JsonObject, to: JsonObject) => renderChanges(calculate(from, to));

async function grown(versions: number, options: Parameters<typeof alone>[0] = {}) {
  const world = alone(options);
  const cursors = [''];
  for (let n = 1; n <= versions; n += 1) cursors.push((await world.manager.set('x', { n })).context.cursor);
  const conflict = (expected: WriteOptions) => failure(world.manager.set('x', { other: true }, expected));
  return { ...world, cursors, conflict };
}

const is = (currentVersion: number, currentCursor: string | null | undefined, since: unknown) => ({
  code: 'VERSION_CONFLICT',
  applied: 'NO',
  details: { currentVersion, currentCursor, changes: since },
});

describe('a conflict tells where the context stands,', () => {
  test('and how it came there from the expected position', async () => {
    const { conflict, cursors, manager } = await grown(4);
    expect(await conflict({ expectedVersion: 2 })).toMatchObject(is(4, cursors[4], changes({ n: 2 }, { n: 4 })));
    expect(await conflict({ expectedCursor: cursors[1] })).toMatchObject(
      is(4, cursors[4], changes({ n: 1 }, { n: 4 })),
    );
    expect(await conflict({ expectedCursor: cursors[3], expectedVersion: 3 })).toMatchObject(
      is(4, cursors[4], changes({ n: 3 }, { n: 4 })),
    );
    expect(await manager.get('x')).toMatchObject({ version: 4, context: { n: 4 } });
  });

  test('for every verb', async () => {
    const { cursors, manager } = await grown(2);
    const expected = { expectedVersion: 1 };
    const told = is(2, cursors[2], changes({ n: 1 }, { n: 2 }));
    expect(await failure(manager.update('x', { n: 3 }, expected))).toMatchObject(told);
    expect(await failure(manager.delete('x', expected))).toMatchObject(told);
    expect(await failure(manager.set('x', { n: 2 }, expected))).toMatchObject(told);
  });

  test('with changes larger than the context too', async () => {
    const { conflict, manager, cursors } = await grown(1);
    await manager.set('x', { text: 'x'.repeat(10_000) });
    const last = await manager.set('x', { n: 1 });
    const between = changes({ text: 'x'.repeat(10_000) }, { n: 1 });
    expect(await conflict({ expectedVersion: 2 })).toMatchObject(is(3, last.context.cursor, between));
    expect(await conflict({ expectedCursor: cursors[1] })).toMatchObject(is(3, last.context.cursor, []));
  });

  test('without changes where the window has passed', async () => {
    const { conflict, cursors } = await grown(4, { deltaThreshold: 1 });
    expect(await conflict({ expectedVersion: 3 })).toMatchObject(is(4, cursors[4], changes({ n: 3 }, { n: 4 })));
    expect(await conflict({ expectedVersion: 2 })).toMatchObject(is(4, cursors[4], null));
  });

  test('without changes where the position is not proven', async () => {
    const { conflict, cursors, manager } = await grown(3);
    const other = (await manager.set('y', { n: 1 })).context.cursor;
    expect(await conflict({ expectedVersion: 9 })).toMatchObject(is(3, cursors[3], null));
    expect(await conflict({ expectedCursor: other })).toMatchObject(is(3, cursors[3], null));
    expect(await conflict({ expectedVersion: 0 })).toMatchObject(is(3, cursors[3], null));
    await manager.delete('x');
    const { context } = await manager.set('x', { n: 'anew' });
    const next = await manager.set('x', { n: 'and on' });
    expect(await conflict({ expectedVersion: 1 })).toMatchObject(is(2, next.context.cursor, null));
    expect(await conflict({ expectedCursor: cursors[1] })).toMatchObject(is(2, next.context.cursor, null));
    expect(await conflict({ expectedCursor: context.cursor })).toMatchObject(
      is(2, next.context.cursor, changes({ n: 'anew' }, { n: 'and on' })),
    );
  });

  test('as version 0 where there is no context, with the cursor of the tombstone if there is one', async () => {
    const { conflict, cursors, manager, clock } = await grown(2, { tombstoneTtlMs: 1000 });
    const deleted = await manager.delete('x');
    expect(await conflict({ expectedVersion: 2 })).toMatchObject(is(0, deleted.cursor, null));
    expect(await conflict({ expectedCursor: cursors[2] })).toMatchObject(is(0, deleted.cursor, null));
    clock.elapse(1000);
    expect(await conflict({ expectedVersion: 2 })).toMatchObject(is(0, null, null));
    expect(await conflict({ expectedCursor: deleted.cursor })).toMatchObject(is(0, null, null));
  });

  test('so that the write can be tried again from there', async () => {
    const { conflict, manager } = await grown(2);
    const error = (await conflict({ expectedVersion: 1 })) as { details: { currentCursor: string } };
    const again = { expectedCursor: error.details.currentCursor };
    expect(await manager.set('x', { other: true }, again)).toMatchObject({ context: { version: 3 } });
    await manager.delete('x');
    const gone = (await conflict({ expectedVersion: 3 })) as { details: { currentCursor: string } };
    expect(await manager.set('x', {}, { expectedCursor: gone.details.currentCursor })).toMatchObject({
      context: { version: 1 },
    });
  });

  test('with changes that end at the version it tells of, though others go on meanwhile', async () => {
    const { here, there } = two();
    const { context: first } = await here.manager.set('x', { n: 1 });
    const { context: second } = await here.manager.set('x', { n: 2 });
    here.line.once('readLog', async (proceed) => {
      await there.manager.update('x', { later: true });
      return proceed();
    });
    const error = await failure(here.manager.set('x', {}, { expectedCursor: first.cursor }));
    expect(error).toMatchObject(is(2, second.cursor, changes({ n: 1 }, { n: 2 })));
    expect(await here.manager.get('x')).toMatchObject({ version: 3 });
  });

  test('without changes where it has been deleted and made anew meanwhile', async () => {
    const { here, there } = two();
    await here.manager.set('x', { n: 1 });
    const { context } = await here.manager.set('x', { n: 2 });
    here.line.once('readLog', async (proceed) => {
      await there.manager.delete('x');
      for (const n of [1, 2, 3]) await there.manager.set('x', { anew: n });
      return proceed();
    });
    expect(await failure(here.manager.set('x', {}, { expectedVersion: 1 }))).toMatchObject(is(2, context.cursor, null));
  });
});

describe('a condition that holds', () => {
  test('lets one of those who share it write', async () => {
    const { here, there } = two();
    const { context } = await here.manager.set('x', { n: 1 });
    const write = ({ manager }: typeof here, by: number) =>
      manager.update('x', { by }, { expectedCursor: context.cursor });
    const results = await Promise.allSettled([1, 2, 3, 4, 5, 6].map((by) => write(by % 2 === 0 ? here : there, by)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await here.manager.get('x')).toMatchObject({ version: 2 });
  });

  test('of version 0 lets one of them begin', async () => {
    const { here, there } = two();
    const begin = ({ manager }: typeof here, by: number) => manager.set('x', { by }, { expectedVersion: 0 });
    const results = await Promise.allSettled([1, 2, 3, 4].map((by) => begin(by % 2 === 0 ? here : there, by)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});
