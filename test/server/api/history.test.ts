import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from '../../../src/context/cursor.ts';
import type { ContextManager } from '../../../src/context/manager.ts';
import type { ContextDelta, FullContext } from '../../../src/context/model.ts';
import { actionAt } from '../../../src/delta/action-at.ts';
import { apply } from '../../../src/delta/apply.ts';
import { VersionNotRetainedError } from '../../../src/errors.ts';
import { makeApp } from '../../helpers/app.ts';
import { hostile } from '../../helpers/arbitraries.ts';
import { transports } from '../../helpers/transports.ts';

const WINDOW = 4;

/** Writes, and keeps all that was answered. */
async function lived(manager: ContextManager, id: string, writes: readonly (readonly [string, object])[]) {
  const states: FullContext[] = [];
  const deltas: ContextDelta[] = [];
  for (const [verb, value] of writes) {
    const write = verb === 'set' || states.length === 0 ? manager.set : manager.update;
    const { context, delta } = await write.call(manager, id, value as FullContext['context']);
    if (!delta) continue;
    states.push(context);
    deltas.push(delta);
  }
  return { states, deltas };
}

describe('The retained window', () => {
  it('tells each version as it was, the way between any two, and who changed what last', async () => {
    const { manager } = makeApp({ deltaThreshold: WINDOW }).server;
    let n = 0;
    const write = fc.tuple(fc.constantFrom('set', 'update'), hostile.object);
    await fc.assert(
      fc.asyncProperty(fc.array(write, { minLength: 1, maxLength: 8 }), async (writes) => {
        n += 1;
        const id = `lived ${n}`;
        const { states, deltas } = await lived(manager, id, writes);
        const kept = states.slice(-WINDOW);
        const [oldest, current] = [kept[0]!.version, kept.at(-1)!.version];
        for (const state of kept) {
          expect(await manager.get(id, state.version)).toEqual({ ...state, reason: null });
          for (const other of kept) {
            const delta = await manager.diff(id, state.version, other.version);
            expect(delta).toMatchObject({
              fromVersion: state.version,
              cursor: other.cursor,
              insertedAt: other.insertedAt,
            });
            expect(apply(delta.delta, state.context)).toEqual(other.context);
          }
        }
        for (const version of [oldest - 1, current + 1].filter((one) => one > 0)) {
          const refusal = { code: 'VERSION_NOT_RETAINED', oldestVersion: oldest, currentVersion: current };
          await expect(manager.get(id, version)).rejects.toMatchObject(refusal);
          await expect(manager.diff(id, version, current)).rejects.toMatchObject(refusal);
          await expect(manager.diff(id, current, version)).rejects.toMatchObject(refusal);
        }
        const newest = deltas.slice(-WINDOW).reverse();
        const told: ContextDelta[] = [];
        for (let before: string | undefined; ; before = told.at(-1)?.cursor) {
          const page = await manager.history(id, { first: 3, before });
          told.push(...page.deltas);
          if (!page.hasOlder) break;
        }
        expect(told).toEqual(newest);
        const path = Object.keys(kept.at(-1)!.context).slice(0, 1);
        const blamed = newest.find(({ delta }) => actionAt(delta, path));
        const blame = await manager.blame(id, path);
        expect(blame && { version: blame.version, action: blame.action }).toEqual(
          blamed ? { version: blamed.version, action: actionAt(blamed.delta, path) } : null,
        );
      }),
      { numRuns: 40 },
    );
  });

  it('comes in pages that are no larger than a context may be, and nobody is missed for it', async () => {
    const { manager } = makeApp().server;
    const text = (letter: string, length: number) => letter.repeat(length);
    await manager.set('a', { text: 'first', rare: 1 });
    // Two of them, each told with what it was before, are some 800 KB.
    for (const letter of ['b', 'c', 'd', 'e', 'f']) await manager.update('a', { text: text(letter, 200_000) });
    await manager.update('a', { text: text('g', 900_000) });
    const pages: (readonly number[])[] = [];
    for (let before: string | undefined; ; ) {
      const { deltas, hasOlder } = await manager.history('a', { before });
      pages.push(deltas.map(({ version }) => version));
      before = deltas.at(-1)?.cursor;
      if (!hasOlder) break;
    }
    expect(pages).toEqual([[7], [6, 5], [4, 3, 2, 1]]);
    expect(await manager.blame('a', ['rare'])).toMatchObject({ version: 1 });
    expect((await manager.history('a', { maxBytes: 1, first: 5 })).deltas).toHaveLength(1);
    expect((await manager.history('a', { maxBytes: Number.POSITIVE_INFINITY })).deltas).toHaveLength(7);
  });

  it('is of one life', async () => {
    const { manager } = makeApp().server;
    const { context: first } = await manager.set('a', { n: 1 });
    await manager.set('a', { n: 2 });
    await manager.delete('a');
    expect(await manager.get('a', 1)).toBeNull();
    await expect(manager.history('a')).rejects.toMatchObject({ code: 'CONTEXT_NOT_FOUND' });
    await expect(manager.diff('a', 1, 1)).rejects.toMatchObject({ code: 'CONTEXT_NOT_FOUND' });
    await expect(manager.blame('a', [])).rejects.toMatchObject({ code: 'CONTEXT_NOT_FOUND' });
    await expect(manager.revert('a', 1)).rejects.toMatchObject({ code: 'CONTEXT_NOT_FOUND', applied: 'NO' });
    await manager.set('a', { n: 3 });
    expect((await manager.history('a')).deltas.map(({ version }) => version)).toEqual([1]);
    await expect(manager.history('a', { before: first.cursor })).rejects.toBeInstanceOf(VersionNotRetainedError);
    const [head] = (await manager.history('a')).deltas;
    const position = decodeCursor(String(head?.cursor));
    for (const other of [{ tag: 'another' }, { version: position.version + 9 }]) {
      const before = encodeCursor({ ...position, ...other });
      await expect(manager.history('a', { before })).rejects.toBeInstanceOf(VersionNotRetainedError);
    }
    await expect(manager.get('a', 2)).rejects.toMatchObject({ oldestVersion: 1, currentVersion: 1 });
  });

  it('is the present alone where a context was restored', async () => {
    const restoreContext = async () => ({ context: { n: 7 }, version: 7 });
    const { manager } = makeApp({ restoreContext }).server;
    await manager.restore('a');
    expect(await manager.get('a', 7)).toMatchObject({ version: 7, context: { n: 7 } });
    expect((await manager.diff('a', 7, 7)).delta).toEqual({});
    expect(await manager.history('a')).toEqual({ deltas: [], hasOlder: false });
    expect(await manager.blame('a', ['n'])).toBeNull();
    await expect(manager.get('a', 6)).rejects.toMatchObject({ oldestVersion: 7, currentVersion: 7 });
  });
});

describe('A revert', () => {
  it('is a new version that is what the old one was, told as one delta', async () => {
    const { manager } = makeApp().server;
    const { context: old } = await manager.set('a', { kept: [1], gone: true });
    await manager.set('a', { kept: [1], come: { deep: 1 } });
    const reverted = await manager.revert('a', 1, { expectedVersion: 2, requestId: 'r' });
    expect(reverted).toMatchObject({
      context: { version: 3, context: old.context },
      delta: { fromVersion: 2, version: 3 },
    });
    expect((await manager.sync('a', { version: 2 })).kind).toBe('delta');
    await manager.update('a', { later: 1 });
    // A repetition is no second revert, and another request by that id is refused.
    expect((await manager.revert('a', 1, { expectedVersion: 2, requestId: 'r' })).delta).toEqual(reverted.delta);
    expect((await manager.get('a'))?.version).toBe(4);
    await expect(manager.revert('a', 2, { expectedVersion: 2, requestId: 'r' })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });

  it('to the present changes nothing, and conflicts like any write', async () => {
    const { manager } = makeApp({ deltaThreshold: 2 }).server;
    await manager.set('a', { n: 1 });
    expect(await manager.revert('a', 1)).toMatchObject({ context: { version: 1 }, delta: null });
    for (const n of [2, 3, 4]) await manager.set('a', { n });
    await expect(manager.revert('a', 3, { expectedVersion: 3 })).rejects.toMatchObject({
      code: 'VERSION_CONFLICT',
      applied: 'NO',
    });
    await expect(manager.revert('a', 1)).rejects.toMatchObject({
      code: 'VERSION_NOT_RETAINED',
      applied: 'NO',
      oldestVersion: 3,
    });
    expect((await manager.get('a'))?.version).toBe(4);
  });
});

describe.each(transports)('History over $name', ({ open }) => {
  const run = async (query: string) => {
    const { client, server } = await open({ deltaThreshold: 3 });
    for (const n of [1, 2, 3, 4])
      await server.manager.set('a', { n, same: 'x', ...(n === 4 && { at: { last: true } }) });
    return client.run(query, {});
  };

  it('tells states, deltas and who changed what', async () => {
    const { data, errors } = await run(`{
      contextAt(id: "a", version: 3) { __typename contextId version context insertedAt cursor life }
      nothing: contextAt(id: "b", version: 3) { version }
      history(id: "a", first: 2) { nodes { version fromVersion changes { path } } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
      diff(id: "a", from: 4, to: 2) { version fromVersion changes { path action value oldValue } }
      blame(id: "a", path: ["at", "last"]) { contextId path version action insertedAt }
      never: blame(id: "a", path: ["same"]) { version }
    }`);
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      contextAt: { __typename: 'ContextVersion', contextId: 'a', version: 3, context: { n: 3, same: 'x' } },
      nothing: null,
      history: {
        nodes: [{ version: 4, fromVersion: 3 }, { version: 3 }],
        pageInfo: { hasNextPage: true, hasPreviousPage: false },
      },
      diff: { version: 2, fromVersion: 4 },
      blame: { contextId: 'a', path: ['at', 'last'], version: 4, action: 'ADDED' },
      never: null,
    });
    expect(data?.['diff']).toMatchObject({
      changes: expect.arrayContaining([
        { path: ['n'], action: 'MODIFIED', value: 2, oldValue: 4 },
        { path: ['at'], action: 'REMOVED', value: null, oldValue: { last: true } },
      ]),
    });
    const history = data?.['history'] as { edges: { cursor: string }[]; pageInfo: object };
    const [newest, oldest] = history.edges;
    expect(history.pageInfo).toMatchObject({ startCursor: newest?.cursor, endCursor: oldest?.cursor });
  });

  it('reverts', async () => {
    const { data } = await run(
      'mutation { revertContext(id: "a", toVersion: 2) { context { version context } delta { fromVersion } } }',
    );
    expect(data).toEqual({
      revertContext: { context: { version: 5, context: { n: 2, same: 'x' } }, delta: { fromVersion: 4 } },
    });
  });

  it.each([
    [
      '{ contextAt(id: "a", version: 1) { version } }',
      { code: 'VERSION_NOT_RETAINED', oldestVersion: 2, currentVersion: 4 },
    ],
    [
      '{ contextAt(id: "a", version: 5) { version } }',
      { code: 'VERSION_NOT_RETAINED', oldestVersion: 2, currentVersion: 4 },
    ],
    ['{ contextAt(id: "a", version: 0) { version } }', { code: 'BAD_USER_INPUT' }],
    ['{ contextAt(id: "", version: 1) { version } }', { code: 'BAD_USER_INPUT' }],
    ['{ diff(id: "a", from: 1, to: 3) { version } }', { code: 'VERSION_NOT_RETAINED' }],
    ['{ diff(id: "a", from: 0, to: 3) { version } }', { code: 'BAD_USER_INPUT' }],
    ['{ diff(id: "b", from: 1, to: 3) { version } }', { code: 'CONTEXT_NOT_FOUND', contextId: 'b' }],
    ['{ history(id: "b") { nodes { version } } }', { code: 'CONTEXT_NOT_FOUND' }],
    ['{ history(id: "a", first: 1001) { nodes { version } } }', { code: 'BAD_USER_INPUT' }],
    ['{ history(id: "a", before: "x") { nodes { version } } }', { code: 'BAD_USER_INPUT' }],
    [`{ blame(id: "a", path: ["${'k'.repeat(1025)}"]) { version } }`, { code: 'BAD_USER_INPUT' }],
    ['{ blame(id: "b", path: []) { version } }', { code: 'CONTEXT_NOT_FOUND' }],
    [
      'mutation { revertContext(id: "a", toVersion: 1) { context { version } } }',
      { code: 'VERSION_NOT_RETAINED', applied: 'NO' },
    ],
    [
      'mutation { revertContext(id: "a", toVersion: 0) { context { version } } }',
      { code: 'BAD_USER_INPUT', applied: 'NO' },
    ],
    [
      'mutation { revertContext(id: "b", toVersion: 1) { context { version } } }',
      { code: 'CONTEXT_NOT_FOUND', applied: 'NO' },
    ],
  ])('refuses %s', async (query, extensions) => {
    expect((await run(query)).errors).toMatchObject([{ extensions }]);
  });
});
