import { describe, expect, it } from 'vitest';
import { Api } from '../../helpers/api.ts';
import { deleteContext, setContext, updateContext } from '../../helpers/operations.ts';
import { transports } from '../../helpers/transports.ts';

describe.each(transports)('Conditional writes over $name', ({ open }) => {
  it('succeed at exactly the expected version', async () => {
    const api = new Api((await open()).client);
    await api.set('a', { x: 1 }, { expectedVersion: 0 });
    expect((await api.update('a', { x: 2 }, { expectedVersion: 1 })).context.version).toBe(2);
    expect((await api.set('a', { x: 3 }, { expectedVersion: 2 })).context.version).toBe(3);
    expect(await api.delete('a', { expectedVersion: 3 })).toMatchObject({ version: 3 });
  });

  it('succeed at exactly the expected cursor', async () => {
    const api = new Api((await open()).client);
    const { context } = await api.set('a', { x: 1 });
    const updated = await api.update('a', { x: 2 }, { expectedCursor: context.cursor });
    expect(updated.context.version).toBe(2);
    const deleted = await api.delete('a', { expectedCursor: updated.context.cursor });
    // Whoever knows of the deletion may begin the next life.
    expect((await api.set('a', {}, { expectedCursor: deleted.cursor })).context.version).toBe(1);
  });

  it('conflict at another version, and say what changed since the expected one', async () => {
    const api = new Api((await open()).client);
    await api.set('a', { x: 1, y: 'same' });
    const { context } = await api.update('a', { x: 2, z: null });
    const conflict = {
      code: 'VERSION_CONFLICT',
      details: {
        applied: 'NO',
        currentVersion: 2,
        currentCursor: context.cursor,
        changes: [
          { path: ['x'], action: 'MODIFIED', value: 2, oldValue: 1 },
          { path: ['z'], action: 'ADDED', value: null },
        ],
      },
    };
    const condition = { id: 'a', expectedVersion: 1 };
    expect(await api.failure(setContext, { ...condition, context: {} })).toMatchObject(conflict);
    expect(await api.failure(updateContext, { ...condition, changes: {} })).toMatchObject(conflict);
    expect(await api.failure(deleteContext, condition)).toMatchObject(conflict);
    expect(await api.read('a')).toEqual(context);
  });

  it('say the same to an expected cursor that was passed', async () => {
    const api = new Api((await open()).client);
    const first = await api.set('a', { x: 1 });
    const { context } = await api.update('a', {}, { remove: [['x']] });
    const variables = { id: 'a', changes: { y: 1 }, expectedCursor: first.context.cursor };
    expect(await api.failure(updateContext, variables)).toMatchObject({
      code: 'VERSION_CONFLICT',
      details: {
        applied: 'NO',
        currentVersion: 2,
        currentCursor: context.cursor,
        changes: [{ path: ['x'], action: 'REMOVED', oldValue: 1 }],
      },
    });
  });

  it('show no changes where the expected position is not proven', async () => {
    const api = new Api((await open({ deltaThreshold: 2 })).client);
    const first = await api.set('a', { n: 0 });
    for (let n = 1; n <= 4; n += 1) await api.update('a', { n });
    const current = { currentVersion: 5, currentCursor: (await api.read('a'))?.cursor, applied: 'NO', changes: null };
    for (const expectedVersion of [1, 6, 0, 2 ** 53 - 1]) {
      const failure = await api.failure(setContext, { id: 'a', context: {}, expectedVersion });
      expect(failure).toEqual({ message: expect.any(String), code: 'VERSION_CONFLICT', details: current });
    }
    const trimmed = await api.failure(setContext, { id: 'a', context: {}, expectedCursor: first.context.cursor });
    expect(trimmed.details).toEqual(current);
  });

  it('take version 0 to mean that there must be no such context', async () => {
    const api = new Api((await open()).client);
    const { context } = await api.set('a', { x: 1 }, { expectedVersion: 0 });
    expect(await api.failure(setContext, { id: 'a', context: {}, expectedVersion: 0 })).toMatchObject({
      code: 'VERSION_CONFLICT',
      details: { currentVersion: 1, currentCursor: context.cursor },
    });
    await api.delete('a');
    expect((await api.set('a', { y: 1 }, { expectedVersion: 0 })).context.version).toBe(1);
  });

  it('conflict where nothing is there, with version 0', async () => {
    const api = new Api((await open()).client);
    const nothing = { applied: 'NO', currentVersion: 0, currentCursor: null, changes: null };
    const failure = await api.failure(setContext, { id: 'a', context: {}, expectedVersion: 1 });
    expect(failure).toMatchObject({ code: 'VERSION_CONFLICT', details: nothing });
    expect(await api.read('a')).toBeNull();
    await api.set('a', {});
    const { cursor } = await api.delete('a');
    const ended = await api.failure(setContext, { id: 'a', context: {}, expectedVersion: 1 });
    expect(ended.details).toEqual({ ...nothing, currentCursor: cursor });
  });

  it('tell lives apart by the cursor, where a version can not', async () => {
    const api = new Api((await open()).client);
    const old = await api.set('a', { life: 1 });
    await api.delete('a');
    const { context } = await api.set('a', { life: 2 });
    const variables = { id: 'a', changes: { x: 1 }, expectedCursor: old.context.cursor };
    expect(await api.failure(updateContext, variables)).toMatchObject({
      code: 'VERSION_CONFLICT',
      details: { currentVersion: 1, currentCursor: context.cursor, changes: null },
    });
  });

  it('refuse a cursor and a version that disagree, and a cursor that is none', async () => {
    const api = new Api((await open()).client);
    const { context } = await api.set('a', { x: 1 });
    const write = { id: 'a', context: {} };
    const refused = { code: 'BAD_USER_INPUT', details: { applied: 'NO' } };
    const both = { ...write, expectedCursor: context.cursor, expectedVersion: 2 };
    expect(await api.failure(setContext, both)).toMatchObject(refused);
    for (const expectedCursor of ['', 'x', `${context.cursor}=`, `${context.cursor}A`, context.cursor.toLowerCase()]) {
      expect(await api.failure(setContext, { ...write, expectedCursor })).toMatchObject(refused);
    }
    expect((await api.read('a'))?.version).toBe(1);
    expect((await api.set('a', {}, { ...both, expectedVersion: 1 })).context.version).toBe(2);
  });

  it('are unconditional where the conditions are null', async () => {
    const api = new Api((await open()).client);
    const nothing = { expectedVersion: null, expectedCursor: null, requestId: null };
    await api.set('a', { x: 1 }, nothing);
    expect((await api.update('a', { x: 2 }, { ...nothing, remove: null })).context.version).toBe(2);
    expect((await api.delete('a', nothing)).version).toBe(2);
  });

  it('win once, of any number at the same version', async () => {
    const { client } = await open();
    const api = new Api(client);
    await api.set('a', {});
    const writers = Array.from({ length: 20 }, (_, i) => i);
    const results = await Promise.all(
      writers.map((i) => client.run(updateContext, { id: 'a', changes: { winner: i }, expectedVersion: 1 })),
    );
    expect(results.filter(({ errors }) => !errors)).toHaveLength(1);
    expect((await api.read('a'))?.version).toBe(2);
  });
});
