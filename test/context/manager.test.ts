import { describe, expect, test } from 'vitest';
import { apply } from '../../src/delta/apply.ts';
import { ContextNotFoundError, ContextTooLargeError, InputError, VersionConflictError } from '../../src/errors.ts';
import type { JsonObject } from '../../src/json.ts';
import { alone, failure } from './processes.ts';

describe('set', () => {
  test('makes a context at version 1, with all of it added', async () => {
    const { manager } = alone();
    const { context, delta } = await manager.set('x', { a: { b: 1 } });
    expect(context).toMatchObject({ kind: 'full', contextId: 'x', version: 1, context: { a: { b: 1 } }, reason: null });
    expect(delta).toMatchObject({ fromVersion: 0, version: 1, delta: { a: { action: 'added', value: { b: 1 } } } });
    expect(delta).toMatchObject({ life: context.life, cursor: context.cursor, insertedAt: context.insertedAt });
    expect(await manager.get('x')).toEqual(context);
  });

  test('of {} makes a context too, with an empty delta', async () => {
    const { manager, told } = alone();
    expect(await manager.set('x', {})).toMatchObject({ context: { version: 1, context: {} }, delta: { delta: {} } });
    expect(told).toEqual(['x']);
  });

  test('replaces the whole context', async () => {
    const { manager } = alone();
    await manager.set('x', { a: 1, b: 1 });
    const { context, delta } = await manager.set('x', { b: 2 });
    expect(context).toMatchObject({ version: 2, context: { b: 2 } });
    expect(delta).toMatchObject({
      fromVersion: 1,
      delta: { a: { action: 'removed', oldValue: 1 }, b: { action: 'modified', oldValue: 1, value: 2 } },
    });
  });
});

describe('update', () => {
  test('merges objects, replaces everything else, then removes', async () => {
    const { manager } = alone();
    await manager.set('x', { keep: { a: 1, b: [1, 2] }, gone: true, none: 1 });
    const changes = { keep: { b: [3], c: {} }, none: null };
    const { context } = await manager.update('x', changes, { remove: [['gone'], ['keep', 'c'], ['never', 'there']] });
    expect(context.context).toEqual({ keep: { a: 1, b: [3] }, none: null });
  });

  test('of what is not there fails, whatever the condition', async () => {
    const { manager, told } = alone();
    for (const options of [{}, { expectedVersion: 0 }, { expectedVersion: 3 }, { requestId: 'r' }]) {
      const error = await failure(manager.update('x', { a: 1 }, options));
      expect(error).toBeInstanceOf(ContextNotFoundError);
      expect(error).toMatchObject({ code: 'CONTEXT_NOT_FOUND', applied: 'NO', contextId: 'x' });
    }
    expect(told).toEqual([]);
  });
});

describe('a write that changes nothing', () => {
  test('Chord fault 11: makes no version, tells nobody and answers as any other', async () => {
    const { manager, told, line } = alone();
    const { context } = await manager.set('x', { a: 1, b: { c: [] } });
    const noOps = [
      () => manager.set('x', { b: { c: [] }, a: 1 }),
      () => manager.update('x', { a: 1 }),
      () => manager.update('x', {}),
      () => manager.update('x', { b: {} }, { remove: [['d'], ['a', 'b'], ['b', 'c', '0']] }),
      () => manager.update('x', { d: 1 }, { remove: [['d']] }),
      () => manager.set('x', { a: 1, b: { c: [] } }, { expectedVersion: 1 }),
      () => manager.set('x', { a: 1, b: { c: [] } }, { expectedCursor: context.cursor }),
    ];
    for (const noOp of noOps) expect(await noOp()).toEqual({ context, delta: null });
    expect(told).toEqual(['x']);
    expect(line.count().commit).toBe(1);
  });

  test('still has to meet its condition', async () => {
    const { manager } = alone();
    await manager.set('x', { a: 1 });
    for (const expectedVersion of [0, 2]) {
      const error = await failure(manager.set('x', { a: 1 }, { expectedVersion }));
      expect(error).toBeInstanceOf(VersionConflictError);
    }
  });
});

describe('delete', () => {
  test('ends the life with its last version, and is told', async () => {
    const { manager, told, clock } = alone();
    await manager.set('x', { a: 1 });
    const { context } = await manager.set('x', { a: 2 });
    const deleted = await manager.delete('x');
    expect(deleted).toMatchObject({
      kind: 'deleted',
      contextId: 'x',
      version: 2,
      life: context.life,
      reason: 'DELETED',
    });
    expect(deleted.deletedAt).toBe(clock.now());
    expect(deleted.cursor).not.toBe(context.cursor);
    expect(await manager.get('x')).toBeNull();
    expect(told).toEqual(['x', 'x', 'x']);
  });

  test('Chord fault 11: of what is not there fails, also the second time', async () => {
    const { manager } = alone();
    expect(await failure(manager.delete('x'))).toBeInstanceOf(ContextNotFoundError);
    await manager.set('x', {});
    await manager.delete('x');
    expect(await failure(manager.delete('x'))).toMatchObject({ code: 'CONTEXT_NOT_FOUND', applied: 'NO' });
  });

  test('is conditional like any write', async () => {
    const { manager } = alone();
    await manager.set('x', {});
    const { context } = await manager.set('x', { a: 1 });
    expect(await failure(manager.delete('x', { expectedVersion: 1 }))).toMatchObject({ code: 'VERSION_CONFLICT' });
    expect(await manager.delete('x', { expectedCursor: context.cursor, expectedVersion: 2 })).toMatchObject({
      version: 2,
    });
  });
});

describe('sync', () => {
  test('gives what the position needs', async () => {
    const { manager } = alone({ deltaThreshold: 2 });
    const first = await manager.set('x', { n: 1 });
    for (const n of [2, 3, 4]) await manager.set('x', { n });
    const head = await manager.get('x');
    expect(await manager.sync('x')).toEqual({ ...head, reason: 'INITIAL' });
    expect(await manager.sync('x', { version: 0 })).toEqual({ ...head, reason: 'INITIAL' });
    expect(await manager.sync('x', { version: 1 })).toEqual({ ...head, reason: 'WINDOW_PASSED' });
    expect(await manager.sync('x', { cursor: first.context.cursor })).toEqual({ ...head, reason: 'WINDOW_PASSED' });
    expect(await manager.sync('x', { version: 5 })).toEqual({ ...head, reason: 'POSITION_UNKNOWN' });
    const { life, version, cursor } = head!;
    expect(await manager.sync('x', { cursor })).toEqual({ kind: 'noChange', contextId: 'x', life, version, cursor });
    const delta = await manager.sync('x', { version: 2 });
    expect(delta).toMatchObject({ kind: 'delta', fromVersion: 2, version: 4, cursor, insertedAt: head?.insertedAt });
    expect(apply(delta.kind === 'delta' ? delta.delta : {}, { n: 2 })).toEqual({ n: 4 });
  });

  test('of what is not there fails, tombstone or not', async () => {
    const { manager } = alone();
    expect(await failure(manager.sync('x', { version: 1 }))).toBeInstanceOf(ContextNotFoundError);
    const { context } = await manager.set('x', {});
    await manager.delete('x');
    expect(await failure(manager.sync('x', { cursor: context.cursor }))).toBeInstanceOf(ContextNotFoundError);
  });

  test('fails where the context goes between its two reads', async () => {
    const { manager, line, store } = alone();
    await manager.set('x', {});
    line.once('read', async () => store.read('gone'));
    expect(await failure(manager.sync('x'))).toBeInstanceOf(ContextNotFoundError);
  });
});

describe('list', () => {
  test('pages by code point, and says whether there is more', async () => {
    const { manager } = alone();
    for (const id of ['b', 'a:🧩', 'a:\ue000', 'a:é', 'a']) await manager.set(id, { id });
    await manager.delete('b');
    const ids = async (options: object) => (await manager.list(options)).contexts.map(({ contextId }) => contextId);
    expect(await ids({})).toEqual(['a', 'a:é', 'a:\ue000', 'a:🧩']);
    expect(await ids({ prefix: 'a:' })).toEqual(['a:é', 'a:\ue000', 'a:🧩']);
    expect(await manager.list({ prefix: 'a:', first: 2, after: 'a:é' })).toMatchObject({ hasNextPage: false });
    expect(await manager.list({ prefix: 'a:', first: 1, after: 'a:é' })).toMatchObject({
      contexts: [{ contextId: 'a:\ue000', version: 1, bytes: Buffer.byteLength('{"id":"a:\ue000"}') }],
      hasNextPage: true,
    });
    expect(await manager.list({ first: 0 })).toEqual({ contexts: [], hasNextPage: true });
  });
});

describe('what is handed out', () => {
  function vandalise(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, member] of Object.entries(value)) {
      vandalise(member);
      Reflect.set(value, key, 'changed');
    }
    Reflect.set(value, 'added', true);
  }

  test('can be changed by whoever holds it without any harm', async () => {
    const { manager } = alone();
    const mine = { a: { b: [1] }, c: 1 };
    const first = await manager.set('x', mine);
    const given = { version: 1, life: first.context.life, cursor: first.context.cursor };
    vandalise(mine);
    vandalise(first);
    const second = await manager.update('x', { a: { d: { e: 1 } }, c: 2 });
    vandalise(second);
    vandalise(await manager.get('x'));
    vandalise(await manager.sync('x', { cursor: given.cursor }));
    vandalise(await manager.list());
    expect((await manager.get('x'))?.context).toEqual({ a: { b: [1], d: { e: 1 } }, c: 2 });
    const delta = await manager.sync('x', { cursor: given.cursor });
    const before: JsonObject = { a: { b: [1] }, c: 1 };
    expect(apply(delta.kind === 'delta' ? delta.delta : {}, before)).toEqual({ a: { b: [1], d: { e: 1 } }, c: 2 });
  });
});

test('an error says what kind of mistake it was', async () => {
  const { manager } = alone({ limits: { contextBytes: 10 } });
  expect(await failure(manager.set('', {}))).toBeInstanceOf(InputError);
  expect(await failure(manager.set('x', { long: 'x'.repeat(10) }))).toBeInstanceOf(ContextTooLargeError);
  await manager.set('x', {});
  expect(await failure(manager.set('x', {}, { expectedVersion: 2 }))).toBeInstanceOf(VersionConflictError);
  expect(await failure(manager.set('x', {}, { expectedCursor: 'x' }))).toMatchObject({
    code: 'BAD_USER_INPUT',
    applied: 'NO',
  });
});
