import { describe, expect, it } from 'vitest';
import type { DeltaFormatter } from '../../../src/delta/formats.ts';
import { Api } from '../../helpers/api.ts';
import { contextChanged, setContext, syncContext } from '../../helpers/operations.ts';
import { transports } from '../../helpers/transports.ts';

const SECRET = 'hunter2';

/** Says all that it is told, paths dotted. */
const telling: DeltaFormatter = (changes, { contextId, fromVersion, version, insertedAt }) => ({
  contextId,
  fromVersion,
  version,
  insertedAt,
  changed: changes.map(({ path, action }) => `${action} ${path.join('.')}`).sort(),
});

function throwing(): never {
  throw new RangeError(SECRET);
}

const masked = (...path: readonly string[]) => ({
  message: 'Unexpected error.',
  locations: expect.anything(),
  path,
  extensions: { code: 'INTERNAL_SERVER_ERROR' },
});

describe.each(transports)('A delta formatter over $name', ({ open }) => {
  it('renders what setContext, updateContext, sync and contextChanged tell without a format', async () => {
    const api = new Api((await open({ deltaFormatter: telling, timeProvider: () => 7 })).client);
    const created = await api.set('a', { x: 1 });
    const watch = api.watch('a', { cursor: created.context.cursor });
    expect(created.delta?.configured).toEqual({
      contextId: 'a',
      fromVersion: 0,
      version: 1,
      insertedAt: 7,
      changed: ['added x'],
    });
    const { delta } = await api.update('a', { y: { z: 2 } }, { remove: [['x']] });
    const configured = { ...(created.delta?.configured as object), fromVersion: 1, version: 2 };
    expect(delta?.configured).toEqual({ ...configured, changed: ['added y.z', 'removed x'] });
    expect(await watch.next()).toEqual(delta);
    await api.update('a', { y: { z: 3 } });
    const synced = await api.sync('a', { cursor: created.context.cursor });
    const merged = { ...configured, version: 3, changed: ['added y.z', 'removed x'] };
    expect(synced).toMatchObject({ __typename: 'Delta', fromVersion: 1, configured: merged });
  });

  it('has no part in the formats that have a name, in changes and in the changes of a conflict', async () => {
    let calls = 0;
    const counting: DeltaFormatter = () => ++calls;
    const { client } = await open({ deltaFormatter: counting });
    const api = new Api(client);
    await api.set('a', { x: 1 });
    const { delta } = await api.update('a', { x: 2 });
    expect(delta?.nested).toEqual({ x: { action: 'modified', oldValue: 1, value: 2 } });
    expect(delta?.flat).toMatchObject({ version: 2 });
    expect(delta?.jsonPatch).toEqual([{ op: 'replace', path: '/x', value: 2 }]);
    expect(calls).toBe(2);
    const { details } = await api.failure(setContext, { id: 'a', context: {}, expectedVersion: 1 });
    expect(details['changes']).toEqual([{ path: ['x'], action: 'MODIFIED', oldValue: 1, value: 2 }]);
    const query = '{ sync(id: "a", version: 1) { ... on Delta { delta(format: null) } } }';
    expect(await client.run(query, {})).toEqual({ data: { sync: { delta: 3 } } });
  });

  it('that throws fails its field with a masked error, logged once; the write stands', async () => {
    const { client, logged } = await open({ deltaFormatter: throwing });
    const document = `mutation {
      told: setContext(id: "a", context: { x: 1 }) { context { version } delta { delta } }
      listed: setContext(id: "a", context: { x: 2 }) { delta { version changes { path } delta(format: FLAT) } }
    }`;
    const { data, errors } = await client.run(document, {});
    expect(errors).toEqual([masked('told', 'delta', 'delta')]);
    expect(data).toMatchObject({
      told: { context: { version: 1 }, delta: null },
      listed: { delta: { version: 2, changes: [{ path: ['x'] }] } },
    });
    expect(logged).toHaveLength(1);
    expect(JSON.stringify([errors, logged])).not.toContain(SECRET);
    expect(await new Api(client).read('a')).toMatchObject({ version: 2, context: { x: 2 } });
  });

  it('that throws is asked again for a repeated request, which counts once all the same', async () => {
    let fails = true;
    const deltaFormatter: DeltaFormatter = () => (fails ? throwing() : 'fine');
    const { client } = await open({ deltaFormatter });
    const write = { id: 'a', context: { x: 1 }, requestId: 'r' };
    expect((await client.run(setContext, write)).errors).toHaveLength(1);
    fails = false;
    const { data } = await client.run(setContext, write);
    expect(data?.setContext).toMatchObject({ context: { version: 1 }, delta: { version: 1, configured: 'fine' } });
  });

  it('that throws on one event leaves the subscription running', async () => {
    const deltaFormatter: DeltaFormatter = (_, { version }) => (version === 2 ? throwing() : version);
    const { client, logged } = await open({ deltaFormatter });
    const api = new Api(client);
    await api.set('a', { n: 1 });
    const events = client.subscribe(contextChanged, { id: 'a', version: 1 });
    await client.run('mutation { updateContext(id: "a", changes: { n: 2 }) { context { version } } }', {});
    expect((await events.next()).value.errors).toEqual([masked('contextChanged', 'configured')]);
    expect(logged).toHaveLength(1);
    const { delta } = await api.update('a', { n: 3 });
    expect((await events.next()).value).toEqual({ data: { contextChanged: delta } });
    expect((await client.run(syncContext, { id: 'a', version: 2 })).errors).toBeUndefined();
  });

  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  it.each<readonly [string, () => unknown]>([
    ['a BigInt', () => ({ [SECRET]: 1n })],
    ['a cycle', () => ({ [SECRET]: cycle })],
    ['a function', () => throwing],
    ['nothing', () => undefined],
    ['null', () => null],
    ['NaN', () => Number.NaN],
    ['a promise that rejects', () => Promise.reject(new Error(SECRET))],
  ])('that returns %s fails its field alone, and no connection', async (_, format) => {
    const { client, logged } = await open({ deltaFormatter: format as DeltaFormatter });
    const { data, errors } = await client.run(
      'mutation { setContext(id: "a", context: { x: 1 }) { context { version } delta { delta } } }',
      {},
    );
    expect(data).toEqual({ setContext: { context: { version: 1 }, delta: null } });
    expect(errors).toEqual([masked('setContext', 'delta', 'delta')]);
    expect(logged).toHaveLength(1);
    expect(logged[0]).not.toContain(SECRET);
  });
});
