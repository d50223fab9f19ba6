import { describe, expect, it } from 'vitest';
import { Api } from '../../helpers/api.ts';
import { syncContext } from '../../helpers/operations.ts';
import { transports } from '../../helpers/transports.ts';

describe.each(transports)('Syncing over $name', ({ open }) => {
  it('gives the whole context where no position is given, null or missing', async () => {
    const api = new Api((await open()).client);
    const { context } = await api.set('a', { x: 1 });
    const whole = { ...context, reason: 'INITIAL' };
    expect(await api.sync('a')).toEqual(whole);
    expect(await api.sync('a', { version: null, cursor: null })).toEqual(whole);
    expect(await api.sync('a', { version: 0 })).toEqual(whole);
  });

  it('says that nothing changed at the current position', async () => {
    const api = new Api((await open()).client);
    const { contextId, life, version, cursor } = (await api.set('a', { x: 1 })).context;
    const current = { __typename: 'NoChange', contextId, life, version, cursor };
    expect(await api.sync('a', { cursor })).toEqual(current);
    expect(await api.sync('a', { version })).toEqual(current);
    expect(await api.sync('a', { version, cursor })).toEqual(current);
  });

  it('merges every version since into one delta', async () => {
    const api = new Api((await open()).client);
    const first = await api.set('a', { x: 1, y: 1 });
    await api.update('a', { x: 2, z: 1 });
    const { context } = await api.update('a', { x: 3 }, { remove: [['z']] });
    for (const position of [{ cursor: first.context.cursor }, { version: 1 }]) {
      const synced = await api.sync('a', position);
      expect(synced).toMatchObject({ __typename: 'Delta', life: context.life, fromVersion: 1, version: 3 });
      expect(synced).toMatchObject({ cursor: context.cursor, insertedAt: context.insertedAt });
      expect(synced).toMatchObject({ jsonPatch: [{ op: 'replace', path: '/x', value: 3 }] });
    }
  });

  it('gives the whole context once the window has passed the position, never a delta with a hole', async () => {
    const api = new Api((await open({ deltaThreshold: 3 })).client);
    const cursors: string[] = [];
    for (let n = 1; n <= 6; n += 1) cursors.push((await api.set('a', { n })).context.cursor);
    const types = await Promise.all(cursors.map((cursor) => api.sync('a', { cursor })));
    expect(types.map(({ __typename: type }) => type)).toEqual([
      'FullContext',
      'FullContext',
      'Delta',
      'Delta',
      'Delta',
      'NoChange',
    ]);
    expect(types[0]).toMatchObject({ reason: 'WINDOW_PASSED', version: 6, context: { n: 6 } });
    expect(await api.sync('a', { version: 2 })).toMatchObject({ reason: 'WINDOW_PASSED' });
  });

  it('gives the whole context for a version that has not been yet', async () => {
    const api = new Api((await open()).client);
    await api.set('a', { x: 1 });
    expect(await api.sync('a', { version: 2 })).toMatchObject({ reason: 'POSITION_UNKNOWN', version: 1 });
    expect(await api.sync('a', { version: 2 ** 53 - 1 })).toMatchObject({ reason: 'POSITION_UNKNOWN' });
  });

  it('gives the whole context to a cursor of an earlier life, and to a version that an earlier life had', async () => {
    const api = new Api((await open()).client);
    await api.set('a', { x: 1 });
    const old = await api.update('a', { x: 2 });
    await api.delete('a');
    await api.set('a', { x: 3 });
    const { context } = await api.update('a', { x: 4 });
    expect(await api.sync('a', { cursor: old.context.cursor })).toEqual({ ...context, reason: 'NEW_LIFE' });
    expect(await api.sync('a', { version: 2 })).toEqual({ ...context, reason: 'POSITION_UNKNOWN' });
    const next = await api.update('a', { x: 5 });
    expect(await api.sync('a', { version: 3 })).toMatchObject({ __typename: 'NoChange', cursor: next.context.cursor });
  });

  it('gives the whole context where the delta is larger than 4 KiB and than the context', async () => {
    const api = new Api((await open()).client);
    const first = await api.set('a', { big: 'x'.repeat(5000) });
    const second = await api.update('a', { big: null });
    const small = await api.sync('a', { cursor: first.context.cursor });
    expect(small).toEqual({ ...second.context, reason: 'SMALLER_THAN_DELTA' });
    const third = await api.set('b', { keep: 'y'.repeat(9000), big: 'x'.repeat(5000) });
    await api.update('b', { big: null });
    expect(await api.sync('b', { cursor: third.context.cursor })).toMatchObject({ __typename: 'Delta' });
    const fourth = await api.set('c', { some: 'x'.repeat(3900) });
    await api.update('c', { some: null });
    expect(await api.sync('c', { cursor: fourth.context.cursor })).toMatchObject({ __typename: 'Delta' });
  });

  it('finds no context where there is none, nor after a deletion', async () => {
    const api = new Api((await open()).client);
    const missing = { code: 'CONTEXT_NOT_FOUND', details: { contextId: 'a' } };
    expect(await api.failure(syncContext, { id: 'a' })).toMatchObject(missing);
    const { context } = await api.set('a', {});
    const { cursor } = await api.delete('a');
    for (const position of [{}, { version: 1 }, { cursor }, { cursor: context.cursor }]) {
      const failure = await api.failure(syncContext, { id: 'a', ...position });
      expect(failure).toMatchObject(missing);
      // It is no write: nothing could have been applied.
      expect(failure.details).not.toHaveProperty('applied');
    }
  });

  it('refuses a cursor and a version that disagree, and a cursor that is none', async () => {
    const api = new Api((await open()).client);
    const { cursor } = (await api.set('a', {})).context;
    for (const position of [{ cursor, version: 2 }, { cursor, version: 0 }, { cursor: '' }, { cursor: 'not one' }]) {
      expect(await api.failure(syncContext, { id: 'a', ...position })).toMatchObject({ code: 'BAD_USER_INPUT' });
    }
  });

  it('takes the cursor of another context for what it is: unknown here', async () => {
    const api = new Api((await open()).client);
    const { context } = await api.set('a', { of: 'a' });
    const other = await api.set('b', { of: 'b' });
    expect(await api.sync('a', { cursor: other.context.cursor })).toEqual({ ...context, reason: 'NEW_LIFE' });
  });
});

describe.each(transports)('Reading over $name', ({ open }) => {
  it('gives null where there is no context, and no reason where there is one', async () => {
    const api = new Api((await open()).client);
    expect(await api.read('a')).toBeNull();
    await api.set('a', { x: 1 });
    expect(await api.read('a')).toMatchObject({ reason: null, version: 1, context: { x: 1 } });
  });
});
