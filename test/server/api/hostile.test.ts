import { describe, expect, it } from 'vitest';
import { Api } from '../../helpers/api.ts';
import { setContext, updateContext } from '../../helpers/operations.ts';
import { rawJson, transports } from '../../helpers/transports.ts';

const LONE = '\ud83d';
const COMPOSED = '\u00e9';
const DECOMPOSED = 'e\u0301';

const hostileKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '',
  'a.b',
  'a/b~c',
  '0',
  '-1',
  'action',
  'value',
  'oldValue',
  '\n',
  '\u0000',
  '*',
  '{}',
  '\u{1F600}',
  LONE,
  COMPOSED,
  DECOMPOSED,
];

/** Own keys only: a literal with `__proto__` would set the prototype. */
function objectOf(keys: readonly string[], value: (i: number) => unknown): Record<string, unknown> {
  return JSON.parse(`{${keys.map((key, i) => `${JSON.stringify(key)}:${JSON.stringify(value(i))}`).join(',')}}`);
}

describe.each(transports)('Hostile keys and ids over $name', ({ open }) => {
  it('are keys like any other: set, read, updated, synced and removed', async () => {
    const api = new Api((await open()).client);
    const inner = objectOf(hostileKeys, (i) => i);
    const text = JSON.stringify(objectOf(hostileKeys, () => inner));
    expect(JSON.stringify((await api.set('a', JSON.parse(text))).context.context)).toBe(text);
    expect(JSON.stringify((await api.read('a'))?.context)).toBe(text);
    // Large enough for the deltas to be the smaller answer.
    const { context } = await api.update('a', { bulk: 'x'.repeat(50_000) });
    const watch = api.watch('a', { cursor: context.cursor });
    const changes = objectOf(hostileKeys, () => objectOf(hostileKeys, (i) => -1 - i));
    const { delta } = await api.update('a', changes);
    expect(delta?.changes).toHaveLength(hostileKeys.length ** 2);
    expect(await watch.next()).toEqual(delta);
    const remove = hostileKeys.map((key) => [key, '__proto__']);
    const removed = await api.update('a', {}, { remove });
    expect(removed.delta?.changes.map(({ path }) => path)).toEqual(expect.arrayContaining(remove));
    expect(removed.delta?.changes).toHaveLength(hostileKeys.length);
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
    expect(({} as Record<string, unknown>)['0']).toBeUndefined();
  });

  it('name contexts of their own, each found under exactly its id', async () => {
    const api = new Api((await open()).client);
    const ids = [...hostileKeys.filter((key) => key !== '' && key !== LONE), 'x:y', '..', ' ', 'null', 'NaN'];
    for (const id of ids) await api.set(id, { id });
    for (const id of ids) expect(await api.read(id)).toMatchObject({ contextId: id, version: 1, context: { id } });
    const { nodes } = await api.list();
    expect(new Set(nodes.map(({ contextId }) => contextId))).toEqual(new Set(ids));
    await api.delete(COMPOSED);
    expect(await api.read(DECOMPOSED)).not.toBeNull();
  });

  it('can be told by literals too', async () => {
    const { client } = await open();
    const literal = '{ __proto__: { x: 1 }, constructor: [ENUM, true, null, 1.5, "text", """block"""] }';
    const { errors } = await client.run(
      `mutation { setContext(id: "a", context: ${literal}) { context { version } } }`,
      {},
    );
    expect(errors).toBeUndefined();
    expect(JSON.stringify((await new Api(client).read('a'))?.context)).toBe(
      '{"__proto__":{"x":1},"constructor":["ENUM",true,null,1.5,"text","block"]}',
    );
  });

  it('are no ids where they are empty or no well-formed Unicode', async () => {
    const api = new Api((await open()).client);
    for (const id of ['', LONE, `a${LONE}b`]) {
      expect(await api.failure(setContext, { id, context: {} })).toMatchObject({
        code: 'BAD_USER_INPUT',
        details: { applied: 'NO' },
      });
    }
    expect((await api.list()).nodes).toEqual([]);
  });

  it('are numbers too where an id is a number', async () => {
    const api = new Api((await open()).client);
    await api.set('7', { x: 1 });
    expect((await api.client.run('{ context(id: 7) { version } }', {})).data).toEqual({ context: { version: 1 } });
  });
});

describe.each(transports)('Hostile values over $name', ({ open }) => {
  it('are refused where JSON does not carry them exactly, in variables and in literals', async () => {
    const { client } = await open();
    const api = new Api(client);
    const refused = { code: 'BAD_USER_INPUT', details: { applied: 'NO' } };
    for (const number of ['1e400', '-1e400', '9007199254740993', '9007199254740992', '-9007199254740992', '1e16']) {
      const deep = { list: [{ number: rawJson(number) }] };
      expect(await api.failure(setContext, { id: 'a', context: deep })).toMatchObject(refused);
      const literal = `mutation { setContext(id: "a", context: { list: [{ number: ${number} }] }) { context { version } } }`;
      expect(await api.failure(literal, {})).toMatchObject(refused);
    }
    expect(await api.read('a')).toBeNull();
    await api.set('a', {});
    expect(await api.failure(updateContext, { id: 'a', changes: { n: rawJson('1e400') } })).toMatchObject(refused);
    expect((await api.read('a'))?.version).toBe(1);
  });

  it('are kept where it does, negative zero as zero', async () => {
    const { client } = await open();
    const api = new Api(client);
    const numbers = [rawJson('-0'), rawJson('-0.0'), 9007199254740991, -9007199254740991, 1e-320, 0.1, 1.5e10];
    const { context } = await api.set('a', { numbers });
    expect(context.context).toEqual({ numbers: [0, 0, 9007199254740991, -9007199254740991, 1e-320, 0.1, 1.5e10] });
    expect((await api.set('a', { numbers: [0, ...numbers.slice(1)] })).delta).toBeNull();
    const literal = 'mutation { updateContext(id: "a", changes: { zero: -0 }) { context { context } } }';
    const { data } = await client.run(literal, {});
    expect(JSON.stringify(data)).toContain('"zero":0');
  });

  it('are kept as they are where strings hold a lone surrogate; in a literal that is a syntax error', async () => {
    const api = new Api((await open()).client);
    const context = { text: `a${LONE}b`, [LONE]: [LONE], pair: '\u{1F600}', nul: '\u0000\u2028' };
    await api.set('a', context);
    expect((await api.read('a'))?.context).toEqual(context);
    const literal = 'mutation { setContext(id: "b", context: { x: "\\ud83d" }) { context { version } } }';
    expect(await api.failure(literal, {})).toMatchObject({ code: 'GRAPHQL_PARSE_FAILED' });
    expect(await api.read('b')).toBeNull();
  });

  it('are told apart from deltas even where they look like one', async () => {
    const api = new Api((await open()).client);
    const looksLikeOne = { x: { action: 'removed', oldValue: 1 }, y: { action: 'added', value: { action: 'within' } } };
    const { context } = await api.set('a', looksLikeOne);
    const { delta } = await api.update('a', { x: { action: 'added' } });
    expect(context.context).toEqual(looksLikeOne);
    expect(delta?.jsonPatch).toEqual([{ op: 'replace', path: '/x/action', value: 'added' }]);
  });

  it('are refused where they are of another type than the argument', async () => {
    const api = new Api((await open()).client);
    const wrong = [
      { id: 'a', context: [] },
      { id: 'a', context: 'text' },
      { id: 'a', context: 5 },
      { id: 'a', context: null },
      { id: 'a' },
      { id: null, context: {} },
      { id: ['a'], context: {} },
      { id: 1.5, context: {} },
      { id: 'a', context: {}, expectedVersion: -1 },
      { id: 'a', context: {}, expectedVersion: 1.5 },
      { id: 'a', context: {}, expectedVersion: '1' },
      { id: 'a', context: {}, expectedVersion: 2 ** 53 },
      { id: 'a', context: {}, expectedCursor: 5 },
      { id: 'a', context: {}, requestId: {} },
    ];
    for (const variables of wrong) {
      const result = await api.client.run(setContext as never, variables);
      expect(result.errors?.[0]?.extensions, JSON.stringify(variables)).toMatchObject({ code: 'BAD_USER_INPUT' });
    }
    expect((await api.list()).nodes).toEqual([]);
  });
});
