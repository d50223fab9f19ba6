import { describe, expect, it } from 'vitest';
import type { DeltaFormatter } from '../../../src/delta/formats.ts';
import { Api } from '../../helpers/api.ts';
import { transports } from '../../helpers/transports.ts';

const before = { metadata: { theme: 'light', tag: 1 } };
const after = { metadata: { theme: 'dark', lang: 'en' } };

describe.each(transports)('A delta over $name', ({ open }) => {
  it('is written NESTED, FLAT, as JSON_PATCH and as a list of changes', async () => {
    const api = new Api((await open()).client);
    await api.set('a', before);
    const { delta } = await api.set('a', after);
    expect(delta?.nested).toEqual({
      metadata: {
        theme: { action: 'modified', oldValue: 'light', value: 'dark' },
        tag: { action: 'removed', oldValue: 1 },
        lang: { action: 'added', value: 'en' },
      },
    });
    expect(delta?.flat).toEqual({
      version: 2,
      changes: expect.toSatisfy((changes: readonly unknown[]) => changes.length === 3),
    });
    expect(delta?.flat).toMatchObject({
      changes: expect.arrayContaining([
        { path: ['metadata', 'theme'], action: 'modified', oldValue: 'light', value: 'dark' },
        { path: ['metadata', 'tag'], action: 'removed', oldValue: 1 },
        { path: ['metadata', 'lang'], action: 'added', value: 'en' },
      ]),
    });
    expect(delta?.jsonPatch).toHaveLength(3);
    expect(delta?.jsonPatch).toEqual(
      expect.arrayContaining([
        { op: 'replace', path: '/metadata/theme', value: 'dark' },
        { op: 'remove', path: '/metadata/tag' },
        { op: 'add', path: '/metadata/lang', value: 'en' },
      ]),
    );
    expect(delta?.changes).toHaveLength(3);
    expect(delta?.changes).toEqual(
      expect.arrayContaining([
        { path: ['metadata', 'theme'], action: 'MODIFIED', oldValue: 'light', value: 'dark' },
        { path: ['metadata', 'tag'], action: 'REMOVED', oldValue: 1, value: null },
        { path: ['metadata', 'lang'], action: 'ADDED', oldValue: null, value: 'en' },
      ]),
    );
  });

  it('is NESTED where no format is asked for, in the answer to a write, in sync and in a subscription', async () => {
    const api = new Api((await open()).client);
    const { context } = await api.set('a', before);
    const watch = api.watch('a', { cursor: context.cursor });
    const { delta } = await api.set('a', after);
    const synced = await api.sync('a', { cursor: context.cursor });
    for (const told of [delta, synced, await watch.next()]) {
      if (told?.__typename !== 'Delta') throw new Error('That is no delta.');
      expect(told.configured).toEqual(told.nested);
      expect(told).toEqual(delta);
    }
  });

  it('is what the configured formatter makes of it everywhere, unless a format is asked for', async () => {
    const deltaFormatter: DeltaFormatter = (changes, { contextId, fromVersion, version }) =>
      `${contextId}: ${fromVersion} to ${version} by ${changes.length}`;
    const api = new Api((await open({ deltaFormatter })).client);
    const { context } = await api.set('a', before);
    const watch = api.watch('a', { cursor: context.cursor });
    const { delta } = await api.set('a', after);
    expect(delta?.configured).toBe('a: 1 to 2 by 3');
    expect(delta?.flat).toMatchObject({ version: 2 });
    expect(await api.sync('a', { cursor: context.cursor })).toEqual(delta);
    expect(await watch.next()).toEqual(delta);
  });

  it('tells an added object leaf by leaf, an empty one as a leaf, and removed ones whole', async () => {
    const api = new Api((await open()).client);
    await api.set('a', { gone: { x: { y: 1 } } });
    const { delta } = await api.set('a', { fresh: { x: { y: 1 }, z: {} } });
    expect(delta?.changes).toEqual(
      expect.arrayContaining([
        { path: ['gone'], action: 'REMOVED', oldValue: { x: { y: 1 } }, value: null },
        { path: ['fresh', 'x', 'y'], action: 'ADDED', oldValue: null, value: 1 },
        { path: ['fresh', 'z'], action: 'ADDED', oldValue: null, value: {} },
      ]),
    );
    expect(delta?.nested).toEqual({
      gone: { action: 'removed', oldValue: { x: { y: 1 } } },
      fresh: { x: { y: { action: 'added', value: 1 } }, z: { action: 'added', value: {} } },
    });
    expect(delta?.jsonPatch).toEqual([
      { op: 'remove', path: '/gone' },
      { op: 'add', path: '/fresh', value: { x: { y: 1 }, z: {} } },
    ]);
  });

  it('is asked for in a format of the list, or refused before anything runs', async () => {
    const { client } = await open();
    const query = 'mutation { setContext(id: "a", context: {}) { delta { delta(format: YAML) } } }';
    const { errors } = await client.run(query, {});
    expect(errors?.[0]?.extensions).toEqual({ code: 'GRAPHQL_VALIDATION_FAILED', applied: 'NO' });
    expect(await new Api(client).read('a')).toBeNull();
  });
});
