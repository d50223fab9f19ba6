import { describe, expect, it } from 'vitest';
import { Api } from '../../helpers/api.ts';
import { deleteContext, updateContext } from '../../helpers/operations.ts';
import { transports } from '../../helpers/transports.ts';

describe.each(transports)('Writing over $name', ({ open }) => {
  it('makes a context at version 1, with one delta from nothing', async () => {
    const api = new Api((await open()).client);
    const { context, delta } = await api.set('a', { n: 1, inner: { s: 'x' } });
    expect(context).toMatchObject({ contextId: 'a', version: 1, context: { n: 1, inner: { s: 'x' } }, reason: null });
    expect(delta).toMatchObject({ contextId: 'a', life: context.life, fromVersion: 0, version: 1 });
    expect(delta?.cursor).toBe(context.cursor);
    expect(delta?.insertedAt).toBe(context.insertedAt);
    expect(await api.read('a')).toEqual(context);
  });

  it('makes an empty context at version 1 too, with an empty delta', async () => {
    const api = new Api((await open()).client);
    const { context, delta } = await api.set('a', {});
    expect(context).toMatchObject({ version: 1, context: {} });
    expect(delta).toMatchObject({ fromVersion: 0, version: 1, changes: [], nested: {}, jsonPatch: [] });
  });

  it('replaces a whole context by a set', async () => {
    const api = new Api((await open()).client);
    await api.set('a', { old: 1, kept: [1, 2] });
    const { context, delta } = await api.set('a', { kept: [1, 2], fresh: null });
    expect(context).toMatchObject({ version: 2, context: { kept: [1, 2], fresh: null } });
    expect(delta?.jsonPatch).toEqual([
      { op: 'remove', path: '/old' },
      { op: 'add', path: '/fresh', value: null },
    ]);
  });

  it('merges objects in an update and replaces everything else, arrays and null too', async () => {
    const api = new Api((await open()).client);
    await api.set('a', { deep: { x: 1, y: { z: 2 } }, list: [1, 2, 3], text: 's', gone: { a: 1 } });
    const { context } = await api.update('a', {
      deep: { y: { w: 3 } },
      list: [9],
      text: { now: 'an object' },
      gone: null,
    });
    expect(context.context).toEqual({
      deep: { x: 1, y: { z: 2, w: 3 } },
      list: [9],
      text: { now: 'an object' },
      gone: null,
    });
  });

  it('takes paths away once the changes are merged, and lets a path that is not there be', async () => {
    const api = new Api((await open()).client);
    await api.set('a', { x: { y: 1, z: 2 }, w: 3 });
    const remove = [
      ['x', 'y'],
      ['fresh', 'gone'],
      ['nothing', 'here'],
      ['w', 'no', 'object'],
    ];
    const { context } = await api.update('a', { fresh: { gone: 1, stays: 2 } }, { remove });
    expect(context).toMatchObject({ version: 2, context: { x: { z: 2 }, w: 3, fresh: { stays: 2 } } });
  });

  it('makes no version where a write changes nothing, and answers with the context as it stands', async () => {
    const api = new Api((await open()).client);
    const { context } = await api.set('a', { x: 1, y: { z: [1] } });
    expect(await api.set('a', { y: { z: [1] }, x: 1 })).toEqual({ context, delta: null });
    expect(await api.update('a', { y: { z: [1] } })).toEqual({ context, delta: null });
    expect(await api.update('a', {}, { remove: [['nothing']] })).toEqual({ context, delta: null });
  });

  it('ends a life at its last version when it deletes', async () => {
    const api = new Api((await open()).client);
    await api.set('a', { x: 1 });
    const { context } = await api.update('a', { x: 2 });
    const deleted = await api.delete('a');
    expect(deleted).toMatchObject({ contextId: 'a', life: context.life, version: 2, endReason: 'DELETED' });
    expect(deleted.cursor).not.toBe(context.cursor);
    expect(await api.read('a')).toBeNull();
  });

  it('starts another life at version 1 when a deleted context is set again', async () => {
    const api = new Api((await open()).client);
    const first = await api.set('a', { x: 1 });
    await api.delete('a');
    const { context, delta } = await api.set('a', { y: 1 });
    expect(context).toMatchObject({ version: 1, context: { y: 1 } });
    expect(context.life).not.toBe(first.context.life);
    expect(delta).toMatchObject({ fromVersion: 0, jsonPatch: [{ op: 'add', path: '/y', value: 1 }] });
  });

  it('finds no context to update or delete where there is none, nor after a deletion', async () => {
    const api = new Api((await open()).client);
    const missing = { code: 'CONTEXT_NOT_FOUND', details: { contextId: 'a', applied: 'NO' } };
    expect(await api.failure(updateContext, { id: 'a', changes: {} })).toMatchObject(missing);
    expect(await api.failure(deleteContext, { id: 'a' })).toMatchObject(missing);
    await api.set('a', {});
    await api.delete('a');
    expect(await api.failure(updateContext, { id: 'a', changes: { x: 1 } })).toMatchObject(missing);
    expect(await api.failure(deleteContext, { id: 'a' })).toMatchObject(missing);
  });

  it('tells the time of each version in seconds, or in milliseconds where so configured', async () => {
    const before = Math.floor(Date.now() / 1000);
    const { context } = await new Api((await open()).client).set('a', {});
    expect(context.insertedAt).toBeGreaterThanOrEqual(before);
    expect(context.insertedAt).toBeLessThanOrEqual(before + 3600);
    const inMs = await new Api((await open({ timeUnit: 'millisecond' })).client).set('a', {});
    expect(inMs.context.insertedAt).toBeGreaterThanOrEqual(before * 1000);
  });

  it('leaves 1,000 keys and version 1,001 after 1,000 concurrent updates of one context', async () => {
    const api = new Api((await open()).client);
    await api.set('a', {});
    const numbers = Array.from({ length: 1000 }, (_, i) => i);
    const changes = await Promise.all(numbers.map((i) => api.update('a', { [`key ${i}`]: i })));
    const versions = changes.map(({ delta }) => delta?.version ?? 0).sort((a, b) => a - b);
    expect(versions).toEqual(numbers.map((i) => i + 2));
    const after = await api.read('a');
    expect(after?.version).toBe(1001);
    expect(after?.context).toEqual(Object.fromEntries(numbers.map((i) => [`key ${i}`, i])));
  });
});
