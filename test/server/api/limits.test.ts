import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../../src/limits.ts';
import { Api } from '../../helpers/api.ts';
import {
  contextChanged,
  deleteContext,
  readContext,
  setContext,
  syncContext,
  updateContext,
} from '../../helpers/operations.ts';
import { rawJson, transports } from '../../helpers/transports.ts';

const refused = { code: 'BAD_USER_INPUT', details: { applied: 'NO' } };
const tooLarge = { code: 'CONTEXT_TOO_LARGE', details: { applied: 'NO' } };

/** An object that nests `depth` levels, itself counted. */
function nested(depth: number): Record<string, unknown> {
  return depth === 1 ? {} : { a: nested(depth - 1) };
}

/** An object that is `bytes` long as JSON. */
function sized(bytes: number, key = 'a'): Record<string, string> {
  return { [key]: 'x'.repeat(bytes - JSON.stringify({ [key]: '' }).length) };
}

describe.each(transports)('The limits over $name', ({ open }) => {
  it('let an id have 512 bytes and no more, on every operation', async () => {
    const api = new Api((await open()).client);
    const longest = ['x'.repeat(512), '\u00e9'.repeat(256), '\u{1F600}'.repeat(128)];
    for (const id of longest) {
      await api.set(id, {});
      expect((await api.update(id, { x: 1 })).context.contextId).toBe(id);
      expect(await api.sync(id, { version: 2 })).toMatchObject({ __typename: 'NoChange' });
      expect(await api.watch(id, { version: 1 }).next()).toMatchObject({ contextId: id });
      await api.delete(id);
    }
    for (const id of longest.map((text) => `${text}x`)) {
      expect(await api.failure(setContext, { id, context: {} })).toMatchObject(refused);
      expect(await api.failure(updateContext, { id, changes: {} })).toMatchObject(refused);
      expect(await api.failure(deleteContext, { id })).toMatchObject(refused);
      for (const document of [readContext, syncContext]) {
        expect(await api.failure(document as typeof readContext, { id })).toMatchObject({ code: 'BAD_USER_INPUT' });
      }
      const events = api.client.subscribe(contextChanged, { id });
      expect((await events.next()).value).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    }
    expect((await api.list()).nodes).toEqual([]);
  });

  it('let a key have 1,024 bytes and no more', async () => {
    const api = new Api((await open()).client);
    const key = '\u00e9'.repeat(512);
    await api.set('a', { [key]: 1, deep: [{ [key]: 1 }] });
    const longer = `${key}x`;
    expect(await api.failure(setContext, { id: 'a', context: { [longer]: 1 } })).toMatchObject(refused);
    expect(await api.failure(setContext, { id: 'a', context: { deep: [{ [longer]: 1 }] } })).toMatchObject(refused);
    expect(await api.failure(updateContext, { id: 'a', changes: { [longer]: 1 } })).toMatchObject(refused);
    const remove = [['deep', longer]];
    expect(await api.failure(updateContext, { id: 'a', changes: {}, remove })).toMatchObject(refused);
    expect(await api.failure(updateContext, { id: 'a', changes: {}, remove: [[]] })).toMatchObject(refused);
    expect((await api.read('a'))?.version).toBe(1);
    expect((await api.update('a', {}, { remove: [[key]] })).context.version).toBe(2);
  });

  it('let a context nest 64 levels and no more', async () => {
    const api = new Api((await open()).client);
    await api.set('a', nested(64));
    expect((await api.update('a', nested(63))).delta).toBeNull();
    expect(await api.failure(setContext, { id: 'a', context: nested(65) })).toMatchObject(tooLarge);
    expect(await api.failure(updateContext, { id: 'a', changes: nested(65) })).toMatchObject(tooLarge);
    expect(await api.failure(setContext, { id: 'b', context: { list: [nested(63)] } })).toMatchObject(tooLarge);
    await api.set('b', { list: [nested(62)] });
    expect((await api.read('a'))?.version).toBe(1);
  });

  it('survive a variable that nests 100,000 levels', async () => {
    const { client } = await open();
    const api = new Api(client);
    const arrays = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const failure = await api.failure(setContext, { id: 'a', context: { x: rawJson(arrays) } });
    expect(failure).toMatchObject(tooLarge);
    expect(await api.read('a')).toBeNull();
  });

  it('let a context have 50,000 values and no more, also where an update adds them to what is there', async () => {
    const api = new Api((await open()).client);
    // The context and the array are values too.
    const list = Array.from({ length: 49_998 }, () => 0);
    await api.set('a', { list });
    expect(await api.failure(setContext, { id: 'a', context: { list: [...list, 0] } })).toMatchObject(tooLarge);
    expect(await api.failure(updateContext, { id: 'a', changes: { x: 0 } })).toMatchObject(tooLarge);
    expect(await api.read('a')).toMatchObject({ version: 1, context: { list } });
    expect((await api.update('a', { x: 0 }, { remove: [['list']] })).context.context).toEqual({ x: 0 });
  });

  it('let a context have 1 MiB of JSON and no more, also where an update adds to what is there', async () => {
    const api = new Api((await open()).client);
    await api.set('a', sized(defaultLimits.contextBytes));
    const context = sized(defaultLimits.contextBytes + 1);
    expect(await api.failure(setContext, { id: 'a', context })).toMatchObject(tooLarge);
    expect(await api.failure(updateContext, { id: 'a', changes: { b: 1 } })).toMatchObject(tooLarge);
    expect((await api.read('a'))?.version).toBe(1);
    // Bytes count as UTF-8: these are no more units, but twice the bytes.
    const accents = { a: '\u00e9'.repeat(defaultLimits.contextBytes / 2) };
    expect(await api.failure(setContext, { id: 'b', context: accents })).toMatchObject(tooLarge);
    expect(await api.read('b')).toBeNull();
  });

  it('are those that the server is given', async () => {
    const limits = { idBytes: 3, keyBytes: 3, depth: 2, nodes: 4, contextBytes: 30, pageSize: 2, requestIdBytes: 3 };
    const api = new Api((await open({ limits })).client);
    await api.set('abc', { abc: { x: 1 } }, { requestId: 'abc' });
    expect((await api.list({ first: 2 })).nodes).toHaveLength(1);
    expect(await api.failure(setContext, { id: 'abcd', context: {} })).toMatchObject(refused);
    expect(await api.failure(setContext, { id: 'a', context: { abcd: 1 } })).toMatchObject(refused);
    expect(await api.failure(setContext, { id: 'a', context: {}, requestId: 'abcd' })).toMatchObject(refused);
    expect(await api.failure(setContext, { id: 'a', context: nested(3) })).toMatchObject(tooLarge);
    expect(await api.failure(setContext, { id: 'a', context: { a: [1, 2, 3] } })).toMatchObject(tooLarge);
    expect(await api.failure(setContext, { id: 'a', context: sized(31) })).toMatchObject(tooLarge);
    expect(await api.failure('{ contexts(first: 3) { nodes { version } } }', {})).toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });
});
