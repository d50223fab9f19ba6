import { print } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { ContextWrite } from '../../generated/graphql.ts';
import { Api } from '../../helpers/api.ts';
import { type ListeningApp, startApp } from '../../helpers/app.ts';
import { bearer, type Result } from '../../helpers/as-viewers.ts';
import { writeContexts } from '../../helpers/operations.ts';
import { transports } from '../../helpers/transports.ts';

const [A, B] = ['{game}:a', '{game}:b'];

describe.each(transports)('Writes that are one, over $name,', ({ open }) => {
  it('happen together, and each is told as one event', async () => {
    const { client, server } = await open();
    const api = new Api(client);
    await server.manager.set(A, { turn: 1 });
    await server.manager.set(B, { turn: 1 });
    const watches = [api.watch(A, { version: 1 }), api.watch(B, { version: 1 })];
    const variables = {
      writes: [
        {
          patch: {
            id: A,
            patch: [
              { op: 'test', path: '/turn', value: 1 },
              { op: 'replace', path: '/turn', value: 2 },
            ],
          },
        },
        { update: { id: B, changes: { turn: 2 }, expectedVersion: 1 } },
        { set: { id: '{game}', context: { moves: 1 }, expectedVersion: 0 } },
      ],
      requestId: 'first move',
    };
    const first = await client.run(writeContexts, variables);
    expect(first).toMatchObject({
      data: {
        writeContexts: [
          {
            __typename: 'ContextChange',
            context: { contextId: A, version: 2, context: { turn: 2 } },
            delta: { fromVersion: 1 },
          },
          {
            __typename: 'ContextChange',
            context: { contextId: B, version: 2, context: { turn: 2 } },
            delta: { fromVersion: 1 },
          },
          {
            __typename: 'ContextChange',
            context: { contextId: '{game}', version: 1, context: { moves: 1 } },
            delta: { fromVersion: 0 },
          },
        ],
      },
    });
    for (const watch of watches) {
      expect(await watch.next()).toMatchObject({ __typename: 'Delta', fromVersion: 1, version: 2 });
      // Whoever hears of one sees the others.
      expect(await api.read(A)).toMatchObject({ version: 2 });
      expect(await api.read(B)).toMatchObject({ version: 2 });
    }
    expect(await client.run(writeContexts, variables)).toEqual(first);
    const last = await client.run(writeContexts, { writes: [{ delete: { id: A } }, { delete: { id: B } }] });
    expect(last.data).toMatchObject({
      writeContexts: [
        { __typename: 'ContextDeleted', contextId: A, version: 2, endReason: 'DELETED' },
        { __typename: 'ContextDeleted', contextId: B, version: 2, endReason: 'DELETED' },
      ],
    });
    for (const watch of watches) {
      expect(await watch.next()).toMatchObject({ __typename: 'ContextDeleted' });
      await watch.leave();
    }
  });

  it.each<[string, object[], object]>([
    [
      'a stale one',
      [{ set: { id: B, context: {} } }, { set: { id: A, context: {}, expectedVersion: 2 } }],
      { code: 'VERSION_CONFLICT', write: 1, currentVersion: 1, applied: 'NO' },
    ],
    [
      'one of nothing',
      [{ update: { id: B, changes: {} } }, { delete: { id: A } }],
      { code: 'CONTEXT_NOT_FOUND', write: 0, contextId: B, applied: 'NO' },
    ],
    [
      'a patch that fails',
      [{ set: { id: B, context: {} } }, { patch: { id: A, patch: [{ op: 'remove', path: '/x' }] } }],
      { code: 'PATCH_FAILED', write: 1, index: 0, applied: 'NO' },
    ],
    [
      'one of another group',
      [{ set: { id: A, context: {} } }, { set: { id: '{other}:b', context: {} } }],
      { code: 'BAD_USER_INPUT', write: 1, applied: 'NO' },
    ],
    ['two in one', [{ set: { id: A, context: {} }, delete: { id: B } }], { code: 'BAD_USER_INPUT', applied: 'NO' }],
    ['none in one', [{}], { code: 'BAD_USER_INPUT', applied: 'NO' }],
    ['null in one', [{ set: null }], { code: 'BAD_USER_INPUT', applied: 'NO' }],
    [
      'too many',
      Array.from({ length: 101 }, (_, n) => ({ set: { id: `{game}:${n}`, context: {} } })),
      { code: 'LIMIT_EXCEEDED', applied: 'NO' },
    ],
  ])('are refused with %s, and change nothing', async (_, writes, extensions) => {
    const { client, server } = await open();
    await server.manager.set(A, { turn: 1 });
    const { data, errors } = await client.run(writeContexts, { writes: writes as ContextWrite[] });
    expect(data ?? null).toBeNull();
    expect(errors).toMatchObject([{ extensions }]);
    expect(await server.manager.list()).toMatchObject({ contexts: [{ contextId: A, version: 1 }] });
  });
});

describe('Writes that are one, of who may not do all of them,', () => {
  const policies = {
    half: { read: ['{game}:*'], write: [A] },
    blind: { write: ['{game}:*'] },
    partly: { read: ['{game}:*'], write: ['{game}:*'], hidden: [{ in: B, path: ['secret'] }] },
  };
  const start = async () => {
    const app = await startApp({
      access: {
        authenticate: ({ token }) =>
          token && Object.hasOwn(policies, token)
            ? { name: token, policy: policies[token as keyof typeof policies] }
            : null,
      },
    });
    await app.server.manager.set(A, { n: 1 });
    await app.server.manager.set(B, { n: 1, secret: 'canary' });
    return app;
  };
  const runAs = async ({ address }: ListeningApp, token: string, writes: object[]): Promise<Result> => {
    const body = JSON.stringify({ query: print(writeContexts), variables: { writes } });
    const headers = { 'content-type': 'application/json', ...bearer(token) };
    return (await fetch(address.http, { method: 'POST', headers, body })).json() as Promise<Result>;
  };
  const both = (more: object = {}) => [
    { update: { id: A, changes: { n: 2 } } },
    { update: { id: B, changes: { n: 2 }, ...more } },
  ];

  it.each(['half', 'blind'])('are refused to who may %s', async (token) => {
    const app = await start();
    const { errors } = await runAs(app, token, both());
    expect(errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', applied: 'NO', write: token === 'half' ? 1 : 0 } },
    ]);
    expect(await app.server.manager.get(A)).toMatchObject({ version: 1 });
  });

  it('tell of no more than may be seen, done or refused', async () => {
    const app = await start();
    const run = (writes: object[]) => runAs(app, 'partly', writes);
    const done = await run(both());
    expect(done.data).toMatchObject({
      writeContexts: [{ context: { context: { n: 2 } } }, { context: { version: 2, context: { n: 2 } } }],
    });
    await app.server.manager.update(B, { secret: 'canary 2', m: 1 });
    const refused = await run(both({ expectedVersion: 2 }));
    expect(refused.errors).toMatchObject([
      {
        extensions: {
          code: 'VERSION_CONFLICT',
          write: 1,
          currentVersion: 3,
          changes: [{ path: ['m'], action: 'ADDED', value: 1 }],
        },
      },
    ]);
    expect(JSON.stringify([done, refused])).not.toContain('canary');
  });
});
