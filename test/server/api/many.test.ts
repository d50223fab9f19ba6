import { describe, expect, it } from 'vitest';
import { Api } from '../../helpers/api.ts';
import { transports } from '../../helpers/transports.ts';

interface Told {
  readonly cursor: string;
  readonly event: { readonly __typename: string; readonly contextId: string; readonly version: number };
}

const CHANGED = `subscription ($ids: [ID!], $prefix: String, $cursor: Cursor, $whole: Boolean) {
  contextsChanged(ids: $ids, prefix: $prefix, cursor: $cursor, whole: $whole) {
    cursor event { __typename ... on Versioned { contextId version } }
  }
}`;

describe.each(transports)('Many contexts over $name', ({ open }) => {
  const opened = async () => {
    const { client, server } = await open();
    for (const id of ['a:1', 'a:2', 'b:1']) await server.manager.set(id, { n: 1 });
    const watch = (variables: object) => {
      const results = client.subscribe<{ contextsChanged: Told }>(CHANGED, { ...variables });
      const next = async (): Promise<string> => {
        const { value } = await results.next();
        expect(value?.errors).toBeUndefined();
        const { event, cursor } = value.data.contextsChanged;
        last = cursor;
        return `${event.contextId} ${event.__typename} ${event.version}`;
      };
      let last = '';
      return { results, next, cursor: () => last, leave: () => results.return?.() };
    };
    return { client, manager: server.manager, watch };
  };

  it('are one stream, resumed by one cursor', async () => {
    const { manager, watch } = await opened();
    const first = watch({ ids: ['a:1', 'b:1', 'c'], whole: true });
    expect([await first.next(), await first.next()].toSorted()).toEqual(['a:1 FullContext 1', 'b:1 FullContext 1']);
    await first.leave();
    await manager.set('a:1', { n: 2 });
    await manager.delete('b:1');
    await manager.set('c', {});
    await manager.set('a:2', { n: 2 });
    const second = watch({ ids: ['a:1', 'b:1', 'c'], cursor: first.cursor() });
    const told = [await second.next(), await second.next(), await second.next()];
    expect(told.toSorted()).toEqual(['a:1 Delta 2', 'b:1 ContextDeleted 1', 'c FullContext 1']);
    await manager.set('a:1', { n: 3 });
    expect(await second.next()).toBe('a:1 Delta 3');
    await second.leave();
  });

  it('are found by their prefix, those that come later too', async () => {
    const { manager, watch } = await opened();
    const stream = watch({ prefix: 'a:', whole: true });
    expect([await stream.next(), await stream.next()].toSorted()).toEqual(['a:1 FullContext 1', 'a:2 FullContext 1']);
    await manager.set('a:3', {});
    expect(await stream.next()).toBe('a:3 FullContext 1');
    await manager.delete('a:3');
    expect(await stream.next()).toBe('a:3 ContextDeleted 1');
    await stream.leave();
  });

  it('are synced at once', async () => {
    const { client, manager } = await opened();
    await manager.set('a:1', { n: 2 });
    const query = `{ syncMany(positions: [{ id: "a:1", version: 1 }, { id: "none" }, { id: "b:1" }]) {
      __typename ... on Versioned { contextId version } } }`;
    expect((await client.run(query, {})).data).toEqual({
      syncMany: [
        { __typename: 'Delta', contextId: 'a:1', version: 2 },
        null,
        { __typename: 'FullContext', contextId: 'b:1', version: 1 },
      ],
    });
  });

  it('are no more by one operation, however often it asks', async () => {
    const { client } = await opened();
    const positions = (n: number) =>
      JSON.stringify(Array.from({ length: 60 }, (_, i) => `${n}:${i}`)).replaceAll(/"([^"]+)"/g, '{ id: "$1" }');
    const query = `{ one: syncMany(positions: ${positions(1)}) { __typename } two: syncMany(positions: ${positions(2)}) { __typename } }`;
    const { errors } = await client.run(query, {});
    expect(errors).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED' } }]);
  });

  it.each([
    [{}, 'BAD_USER_INPUT'],
    [{ ids: ['a'], prefix: 'a' }, 'BAD_USER_INPUT'],
    [{ ids: ['a'], cursor: 'x' }, 'BAD_USER_INPUT'],
    [{ ids: Array.from({ length: 101 }, (_, n) => `${n}`) }, 'LIMIT_EXCEEDED'],
  ])('named by %j are refused', async (variables, code) => {
    const { watch, client } = await opened();
    const { value } = await watch(variables).results.next();
    expect(value.errors).toMatchObject([{ extensions: { code } }]);
    const tooMany = { positions: Array.from({ length: 101 }, (_, n) => ({ id: `${n}` })) };
    const { code: refused } = await new Api(client).failure(
      'query ($positions: [ContextPosition!]!) { syncMany(positions: $positions) { __typename } }',
      tooMany,
    );
    expect(refused).toBe('LIMIT_EXCEEDED');
  });
});
