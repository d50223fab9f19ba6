import { createHash } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import type { AccessOptions } from '../../src/access/authenticator.ts';
import type { Policy } from '../../src/access/policy.ts';
import type { Viewer } from '../../src/access/viewer.ts';
import { VersionConflictError } from '../../src/errors.ts';
import type { JsonObject } from '../../src/json.ts';
import { hideFailure } from '../../src/server/access/hiding.ts';
import { type ListeningApp, startApp } from '../helpers/app.ts';
import { bearer, post, type Result, streams, transports } from '../helpers/as-viewers.ts';

const all = ['room:*'];
const hidden: Policy['hidden'] = [
  { in: 'room:*', path: ['players', '*', 'hand'] },
  { in: 'room:1', path: ['deck', '0'] },
  { in: 'hall:*', path: ['name'] },
];
const roles: { readonly [token: string]: Policy } = {
  player: { read: all, write: all, delete: all, archive: all, hidden },
  dealer: { read: all, write: all, delete: all, archive: all },
};
const access: AccessOptions = {
  authenticate: ({ token }): Viewer | null =>
    token && Object.hasOwn(roles, token) ? { name: token, policy: roles[token]! } : null,
};

/** Stands wherever nothing of it may be seen. */
const SECRET = 'canary';

const game = (n: number): JsonObject => ({
  name: 'whist',
  players: { ann: { hand: `${SECRET} ${n}`, points: n }, bob: { hand: [SECRET, n], points: 0 } },
  deck: [`${SECRET} ${n}`, 'open'],
});
const seen = (n: number): JsonObject => ({
  name: 'whist',
  players: { ann: { points: n }, bob: { points: 0 } },
  deck: [null, 'open'],
});

const DELTA = `... on Delta { fromVersion version formatted: delta nested: delta(format: NESTED) flat: delta(format: FLAT)
  patch: delta(format: JSON_PATCH) steps: patch changes { path action value oldValue } }`;
const FULL = '... on FullContext { version context }';

async function startGame(options: Partial<AccessOptions> = {}): Promise<ListeningApp> {
  const app = await startApp({
    access: { ...access, ...options },
    deltaFormatter: (changes) => changes.map((change) => JSON.stringify(change)),
    exportContext: async () => {},
    restoreContext: async () => ({ context: game(9), version: 9 }),
  });
  await app.server.manager.set('room:1', game(1));
  await app.server.manager.set('room:1', game(2));
  return app;
}

function expectNothingHidden(told: unknown): void {
  expect(JSON.stringify(told)).not.toContain(SECRET);
}

describe.each(Object.entries(transports))('What is hidden, over %s,', (_, run) => {
  it('is not in what is read', async () => {
    const app = await startGame();
    const query = `{ context(id: "room:1") { context }
      delta: sync(id: "room:1", version: 1) { ${FULL} ${DELTA} } full: sync(id: "room:1") { ${FULL} ${DELTA} }
      same: sync(id: "room:1", version: 2) { __typename ${FULL} } }`;
    const { data, ...others } = await run(app, 'player', query);
    expect(others).toEqual({});
    expectNothingHidden(data);
    expect(data).toMatchObject({
      context: { context: seen(2) },
      full: { context: seen(2) },
      same: { __typename: 'NoChange' },
      delta: {
        fromVersion: 1,
        version: 2,
        changes: [{ path: ['players', 'ann', 'points'], action: 'MODIFIED', value: 2, oldValue: 1 }],
      },
    });
    expect(JSON.stringify(await run(app, 'dealer', query))).toContain(SECRET);
  });

  it('is not in what a context was, nor blamed for anything', async () => {
    const app = await startGame();
    await app.server.manager.update('room:1', { players: { ann: { hand: [SECRET] } } });
    const query = `{ contextAt(id: "room:1", version: 1) { context } history(id: "room:1") { nodes { ${DELTA} } }
      diff(id: "room:1", from: 2, to: 1) { ${DELTA} }
      ann: blame(id: "room:1", path: ["players", "ann"]) { version } hand: blame(id: "room:1", path: ["players", "ann", "hand"]) { version }
      card: blame(id: "room:1", path: ["deck", "0"]) { version } long: blame(id: "room:1", path: ["${'x'.repeat(1025)}"]) { version } }`;
    const player = await run(app, 'player', query);
    expectNothingHidden(player);
    // The hidden card was there first of all, as null.
    expect(player.data).toMatchObject({
      contextAt: { context: seen(1) },
      ann: { version: 2 },
      hand: null,
      card: { version: 1 },
      long: null,
    });
    expect(player.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    const dealer = await run(app, 'dealer', query);
    expect(dealer.data).toMatchObject({ ann: { version: 3 }, hand: { version: 3 }, card: { version: 2 } });
    expect(JSON.stringify(dealer)).toContain(SECRET);
  });

  it('is not in what writes answer, nor in what they conflict with', async () => {
    const app = await startGame();
    const points = (condition = '') => `mutation {
      updateContext(id: "room:1", changes: { players: { ann: { points: 3 } } } ${condition}) { context { context } delta { ${DELTA} } }
    }`;
    const conflict = await run(app, 'player', points('expectedVersion: 1'));
    expect(conflict.errors).toMatchObject([
      {
        extensions: {
          code: 'VERSION_CONFLICT',
          currentVersion: 2,
          changes: [{ path: ['players', 'ann', 'points'], action: 'MODIFIED', value: 2, oldValue: 1 }],
        },
      },
    ]);
    const written = await run(app, 'player', points());
    expect(written.data).toMatchObject({ updateContext: { context: { context: seen(3) } } });
    const restored = await run(app, 'player', 'mutation { restoreContext(id: "room:1", force: true) { context } }');
    expect(restored.data).toEqual({ restoreContext: { context: seen(9) } });
    expectNothingHidden([conflict, written, restored]);
    const head = await app.server.manager.get('room:1');
    expect(head?.context).toEqual(game(9));
  });

  it('is not in what repeated writes and refused deletions answer', async () => {
    const app = await startGame();
    const points = `mutation { updateContext(id: "room:1", changes: { players: { ann: { points: 3 } } }, requestId: "once") {
      context { version context } delta { ${DELTA} } } }`;
    const first = await run(app, 'player', points);
    await app.server.manager.update('room:1', { players: { bob: { hand: [SECRET, 3] } } });
    const again = await run(app, 'player', points);
    expect(first.data).toMatchObject({ updateContext: { context: { version: 3 }, delta: { version: 3 } } });
    expect(again.data).toMatchObject({
      updateContext: { context: { version: 4 }, delta: { version: 3, changes: [{ value: 3, oldValue: 2 }] } },
    });
    const deletion = 'mutation { deleteContext(id: "room:1", expectedVersion: 3) { version } }';
    const refused = await run(app, 'player', deletion);
    expect(refused.errors).toMatchObject([
      { extensions: { code: 'VERSION_CONFLICT', applied: 'NO', currentVersion: 4, changes: [] } },
    ]);
    expect(JSON.stringify(await run(app, 'dealer', deletion))).toContain(SECRET);
    expectNothingHidden([first, again, refused]);
  });

  it.each([
    ['set, since all that is hidden would go', 'setContext(id: "room:1", context: {})'],
    ['set where there is no context yet', 'setContext(id: "room:2", context: {})'],
    ['patched', 'patchContext(id: "room:1", patch: [{op: "add", path: "/players/ann/hand", value: 1}])'],
    ['patched inside', 'patchContext(id: "room:1", patch: [{op: "remove", path: "/players/ann/hand/0"}])'],
    ['patched with what it is in', 'patchContext(id: "room:1", patch: [{op: "replace", path: "/players", value: {}}])'],
    ['moved', 'patchContext(id: "room:1", patch: [{op: "move", from: "/players/ann/hand", path: "/open"}])'],
    ['copied with the whole', 'patchContext(id: "room:1", patch: [{op: "copy", from: "", path: "/open"}])'],
    ['tested', 'patchContext(id: "room:1", patch: [{op: "test", path: "/players/ann/hand", value: 1}])'],
    [
      'pushed on by what comes before it',
      'patchContext(id: "room:1", patch: [{op: "add", path: "/deck/-", value: 1}])',
    ],
    ['set among others', 'writeContexts(writes: [{ set: { id: "room:1", context: {} } }])'],
    [
      'changed among others',
      'writeContexts(writes: [{ update: { id: "room:1", changes: { players: { ann: { hand: 1 } } } } }])',
    ],
    [
      'removed among others',
      'writeContexts(writes: [{ update: { id: "room:1", changes: {}, remove: [["players", "ann"]] } }])',
    ],
    [
      'patched among others',
      'writeContexts(writes: [{ patch: { id: "room:1", patch: [{op: "remove", path: "/players/ann/hand"}] } }])',
    ],
    ['brought back', 'revertContext(id: "room:1", toVersion: 1)'],
    ['changed', 'updateContext(id: "room:1", changes: { players: { ann: { hand: 1 } } })'],
    ['changed inside', 'updateContext(id: "room:1", changes: { players: { ann: { hand: { a: 1 } } } })'],
    ['removed', 'updateContext(id: "room:1", changes: {}, remove: [["players", "eve", "hand"]])'],
    ['removed inside', 'updateContext(id: "room:1", changes: {}, remove: [["players", "ann", "hand", "0"]])'],
    ['removed with what it is in', 'updateContext(id: "room:1", changes: {}, remove: [["name"], ["players"]])'],
    ['replaced with what it is in', 'updateContext(id: "room:1", changes: { players: { ann: null } })'],
    ['replaced with the list that it is in', 'updateContext(id: "room:1", changes: { deck: [] })'],
  ])('can not be %s', async (_what, field) => {
    const app = await startGame();
    const before = await app.server.manager.get('room:1');
    const { errors, data } = await run(app, 'player', `mutation { ${field} { __typename } }`);
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', applied: 'NO' } }]);
    expect(data ?? null).toBeNull();
    expect(await app.server.manager.get('room:1')).toEqual(before);
    expect(await app.server.manager.get('room:2')).toBeNull();
  });

  it('stays where it is while all else may be changed, and the context deleted', async () => {
    const app = await startGame();
    const changes = '{ name: "skat", players: { ann: { points: 5 }, cid: {} } }';
    const remove = '[["players", "bob", "points"], ["title"]]';
    const update = `mutation { updateContext(id: "room:1", changes: ${changes}, remove: ${remove}) { context { version } } }`;
    expect(await run(app, 'player', update)).not.toHaveProperty('errors');
    expect((await app.server.manager.get('room:1'))?.context).toMatchObject({
      name: 'skat',
      players: { ann: { hand: `${SECRET} 2`, points: 5 }, bob: { hand: [SECRET, 2] }, cid: {} },
    });
    expect(await run(app, 'player', 'mutation { exportContext(id: "room:1") { version } }')).not.toHaveProperty(
      'errors',
    );
    expect(await run(app, 'player', 'mutation { deleteContext(id: "room:1") { version } }')).not.toHaveProperty(
      'errors',
    );
    expect(await app.server.manager.get('room:1')).toBeNull();
  });
});

describe('What is hidden', () => {
  const secret = 'a secret that has at least 32 bytes';
  const apiKey = 'a key';
  const sha256 = createHash('sha256').update(apiKey).digest('hex');
  const token = () =>
    new SignJWT({ arpeggio: roles['player'] })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('1m')
      .sign(new TextEncoder().encode(secret));

  it.each<[string, Partial<AccessOptions>, () => Promise<HeadersInit>]>([
    ['a token', { jwt: { secret } }, async () => bearer(await token())],
    [
      'an API key',
      { apiKeys: [{ sha256, name: 'program', may: roles['player']! }] },
      async () => ({ 'x-api-key': apiKey }),
    ],
    ['what is anonymous', { anonymous: roles['player']! }, async () => ({})],
  ])('is so from the viewer of %s', async (_whose, options, headers) => {
    const app = await startGame(options);
    const query = `{ context(id: "room:1") { context } sync(id: "room:1", version: 1) { ${DELTA} } }`;
    const answer = (await (await post(app.address.http, await headers(), query)).json()) as Result;
    expect(answer).toMatchObject({ data: { context: { context: seen(2) }, sync: { fromVersion: 1, version: 2 } } });
    expectNothingHidden(answer);
  });
});

describe('A write that breaks a schema', () => {
  it('is not told where, by whom something is hidden from', async () => {
    const schema = {
      type: 'object',
      properties: { players: { type: 'object', propertyNames: { enum: ['ann', 'bob'] } } },
    };
    const app = await startApp({ access, schemas: [{ in: 'room:*', schema }] });
    await app.server.manager.set('room:1', game(1));
    const mutation =
      'mutation { updateContext(id: "room:1", changes: { players: { eve: { points: 1 } } }) { __typename } }';
    const run = Object.values(transports)[0]!;
    const [player, dealer] = [await run(app, 'player', mutation), await run(app, 'dealer', mutation)];
    expect(dealer.errors).toMatchObject([{ extensions: { code: 'SCHEMA_VIOLATION', path: ['players'] } }]);
    expect(player.errors).toMatchObject([{ extensions: { code: 'SCHEMA_VIOLATION', path: [], applied: 'NO' } }]);
  });
});

describe('A conflict', () => {
  it('tells no changes to whom something is hidden where it is not known what they are of', () => {
    const changes = [{ path: ['deck', '0'], action: 'removed', oldValue: SECRET }];
    const conflict = new VersionConflictError({ currentVersion: 2, currentCursor: null, changes });
    expect(hideFailure(conflict, [])).toBe(conflict);
    const told = hideFailure(conflict, [['deck', '0']]);
    expect(told).toMatchObject({ applied: 'NO', currentVersion: 2, changes: null, details: { changes: null } });
    expectNothingHidden(told);
  });
});

describe.each(Object.entries(streams))('What is hidden, over %s,', (_, subscribe) => {
  const watch = `subscription { contextChanged(id: "room:1", version: 1) { ${FULL} ${DELTA} } }`;

  it.each([
    ['', {}],
    [', where each must be asked for again,', { authorize: () => true }],
  ])('is not in what a subscription%s is told, whoever else subscribes to the same', async (_how, options) => {
    const app = await startGame(options);
    const { manager } = app.server;
    const [dealer, player, other] = ['dealer', 'player', 'player'].map((token) => subscribe(app, token, watch));
    const players = [player!, other!];
    const told = async (): Promise<readonly Result[]> =>
      Promise.all(players.map(async (events) => (await events.next()).value as Result));
    const [first] = await told();
    expect(first?.data).toMatchObject({ contextChanged: { fromVersion: 1, version: 2 } });
    expect(JSON.stringify((await dealer!.next()).value)).toContain(SECRET);

    await manager.update('room:1', { players: { ann: { hand: `${SECRET} 3` } }, deck: [SECRET, 'open'] });
    const empty = await told();
    for (const { data } of empty) {
      expect(data).toEqual({
        contextChanged: {
          fromVersion: 2,
          version: 3,
          formatted: [],
          nested: {},
          flat: { version: 3, changes: [] },
          patch: [],
          steps: [],
          changes: [],
        },
      });
    }
    expect(JSON.stringify((await dealer!.next()).value)).toContain(SECRET);

    await manager.delete('room:1');
    await told();
    await manager.set('room:1', game(4));
    const whole = await told();
    for (const { data } of whole) expect(data).toMatchObject({ contextChanged: { context: seen(4) } });
    expectNothingHidden([first, ...empty, ...whole]);
    for (const events of [dealer!, ...players]) await events.return?.();
  });

  it('is not in what a subscription to many is told, nor is what may not be read', async () => {
    const app = await startGame();
    const { manager } = app.server;
    await manager.set('secret:1', { name: SECRET });
    const many = `subscription { contextsChanged(prefix: "", whole: true) { event { ... on Versioned { contextId } ${FULL} ${DELTA} } } }`;
    const events = subscribe(app, 'player', many);
    const next = async (): Promise<unknown> => ((await events.next()).value as Result).data?.['contextsChanged'];
    const first = await next();
    expect(first).toMatchObject({ event: { contextId: 'room:1', context: seen(2) } });
    await manager.update('secret:1', { name: `${SECRET} 2` });
    await manager.update('room:1', { players: { ann: { hand: `${SECRET} 3` } } });
    const second = await next();
    expect(second).toMatchObject({ event: { contextId: 'room:1', fromVersion: 2, version: 3, changes: [] } });
    await manager.update('room:1', { name: 'bridge' });
    const third = await next();
    expect(third).toMatchObject({ event: { changes: [{ path: ['name'], value: 'bridge' }] } });
    expectNothingHidden([first, second, third]);
    await events.return?.();
  });
});
