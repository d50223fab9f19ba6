import { describe, expect, it } from 'vitest';
import { Api } from '../../helpers/api.ts';
import { listContexts } from '../../helpers/operations.ts';
import { transports } from '../../helpers/transports.ts';

describe.each(transports)('Listing contexts over $name', ({ open }) => {
  it('is an empty page where there is nothing', async () => {
    const api = new Api((await open()).client);
    expect(await api.list()).toEqual({
      edges: [],
      nodes: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });

  it('tells each context with its position, time and size, but not its state', async () => {
    const api = new Api((await open()).client);
    await api.set('a', { text: 'é' });
    const { context } = await api.update('a', { n: 1 });
    const { edges } = await api.list();
    const { contextId, life, version, cursor, insertedAt } = context;
    expect(edges.map(({ node }) => node)).toEqual([
      { contextId, life, version, cursor, insertedAt, sizeInBytes: '{"text":"é","n":1}'.length + 1 },
    ]);
  });

  it('is in the order of code points, page by page, each context once', async () => {
    const api = new Api((await open()).client);
    const ids = ['', 'A', 'a', 'aa', 'b', 'é', '\u{FF5E}', '\u{1F600}'].map((rest) => `p${rest}`);
    for (const id of [...ids].reverse()) await api.set(id, {});
    await api.set('q', {});
    const found: string[] = [];
    let after: string | null = null;
    do {
      const { edges, nodes, pageInfo } = await api.list({ prefix: 'p', first: 3, after });
      expect(pageInfo.hasPreviousPage).toBe(after !== null);
      expect(pageInfo.startCursor).toBe(edges[0]?.cursor);
      expect(pageInfo.endCursor).toBe(edges.at(-1)?.cursor);
      expect(nodes.map(({ contextId }) => contextId)).toEqual(edges.map(({ node }) => node.contextId));
      found.push(...nodes.map(({ contextId }) => contextId));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after !== null);
    expect(found).toEqual(ids);
  });

  it('goes on behind an edge whose context has gone since', async () => {
    const api = new Api((await open()).client);
    for (const id of ['a', 'b', 'c']) await api.set(id, {});
    const { edges } = await api.list({ first: 2 });
    await api.delete('b');
    const { nodes } = await api.list({ after: edges[1]?.cursor });
    expect(nodes).toEqual([{ contextId: 'c' }]);
    expect((await api.list()).nodes).toEqual([{ contextId: 'a' }, { contextId: 'c' }]);
  });

  it('has 50 on a page where `first` is missing or null, at most 1,000, and none at 0', async () => {
    const api = new Api((await open()).client);
    await Promise.all(Array.from({ length: 51 }, (_, i) => api.set(`id ${i}`, {})));
    expect((await api.list()).nodes).toHaveLength(50);
    expect((await api.list({ first: null, prefix: null, after: null })).nodes).toHaveLength(50);
    expect((await api.list({ first: 1000 })).nodes).toHaveLength(51);
    expect(await api.list({ first: 0 })).toMatchObject({ nodes: [], pageInfo: { hasNextPage: true } });
    for (const first of [-1, 1001]) {
      expect(await api.failure(listContexts, { first })).toMatchObject({ code: 'BAD_USER_INPUT' });
    }
  });

  it('takes a prefix as plain text, whatever it means elsewhere', async () => {
    const api = new Api((await open()).client);
    for (const id of ['a*b', 'axb', 'a?', 'a[b]', '{a}', '%', '_']) await api.set(id, {});
    for (const prefix of ['a*', 'a?', 'a[', '{', '%', '_']) {
      expect((await api.list({ prefix })).nodes).toHaveLength(1);
    }
    expect((await api.list({ prefix: 'a' })).nodes).toHaveLength(4);
    expect((await api.list({ prefix: '' })).nodes).toHaveLength(7);
  });

  it('refuses a page cursor that is none, and a prefix longer than any id', async () => {
    const api = new Api((await open()).client);
    for (const after of ['!', 'a', 'YQ==', '_w']) {
      expect(await api.failure(listContexts, { after })).toMatchObject({ code: 'BAD_USER_INPUT' });
    }
    await api.list({ prefix: 'x'.repeat(512) });
    expect(await api.failure(listContexts, { prefix: 'x'.repeat(513) })).toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});
