import { describe, expect, it } from 'vitest';
import { makeApp } from '../../helpers/app.ts';
import { transports } from '../../helpers/transports.ts';

describe.each(transports)('A patch over $name', ({ open }) => {
  const PATCH = `mutation ($patch: [JSON!]!, $version: Version, $request: ID) {
    patchContext(id: "a", patch: $patch, expectedVersion: $version, requestId: $request) {
      context { version context } delta { fromVersion changes { path action value oldValue } }
    }
  }`;

  it('is one version with one delta, and a repetition is none', async () => {
    const { client, server } = await open();
    await server.manager.set('a', { list: [1, 2], n: 1 });
    const patch = [
      { op: 'test', path: '/n', value: 1 },
      { op: 'add', path: '/list/0', value: 0 },
      { op: 'remove', path: '/n' },
    ];
    const first = await client.run(PATCH, { patch, version: 1, request: 'once' });
    expect(first.data).toMatchObject({
      patchContext: {
        context: { version: 2, context: { list: [0, 1, 2] } },
        delta: {
          fromVersion: 1,
          changes: expect.arrayContaining([
            { path: ['list'], action: 'MODIFIED', value: [0, 1, 2], oldValue: [1, 2] },
            { path: ['n'], action: 'REMOVED', value: null, oldValue: 1 },
          ]),
        },
      },
    });
    expect(await client.run(PATCH, { patch, version: 1, request: 'once' })).toEqual(first);
    const test = [{ op: 'test', path: '/list', value: [0, 1, 2] }];
    const kept = await client.run(PATCH, { patch: test });
    expect(kept.data).toMatchObject({ patchContext: { context: { version: 2 }, delta: null } });
  });

  it.each([
    [
      [
        { op: 'add', path: '/m', value: 1 },
        { op: 'test', path: '/n', value: 2 },
      ],
      {},
      { code: 'PATCH_FAILED', index: 1, applied: 'NO' },
    ],
    [[{ op: 'remove', path: 'n' }], {}, { code: 'BAD_USER_INPUT', index: 0, applied: 'NO' }],
    [[{ op: 'remove', path: '/n' }], { version: 2 }, { code: 'VERSION_CONFLICT', currentVersion: 1, applied: 'NO' }],
    [Array.from({ length: 1001 }, () => ({ op: 'remove', path: '/n' })), {}, { code: 'LIMIT_EXCEEDED', applied: 'NO' }],
  ])('of %j is refused, and changes nothing', async (patch, variables, extensions) => {
    const { client, server } = await open();
    await server.manager.set('a', { n: 1 });
    expect((await client.run(PATCH, { patch, ...variables })).errors).toMatchObject([{ extensions }]);
    expect(await server.manager.get('a')).toMatchObject({ version: 1, context: { n: 1 } });
  });

  it('of a context that is not there is refused', async () => {
    const { client } = await open();
    const { errors } = await client.run(PATCH, { patch: [] });
    expect(errors).toMatchObject([{ extensions: { code: 'CONTEXT_NOT_FOUND', applied: 'NO' } }]);
  });
});

describe('Patches at once', () => {
  it('are each tested on what those before it have made', async () => {
    const { manager } = makeApp().server;
    await manager.set('a', { n: 0 });
    const steps = Array.from({ length: 20 }, (_, n) => [
      { op: 'test', path: '/n', value: n },
      { op: 'replace', path: '/n', value: n + 1 },
    ]);
    // In this order each finds what it tests for; behind them nobody does.
    const done = await Promise.allSettled([...steps, ...steps].map((patch) => manager.patch('a', patch)));
    expect(done.map(({ status }) => status)).toEqual([...steps.map(() => 'fulfilled'), ...steps.map(() => 'rejected')]);
    expect(await manager.get('a')).toMatchObject({ version: 21, context: { n: 20 } });
  });
});
