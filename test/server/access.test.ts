import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient as createWsClient } from 'graphql-ws';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { AccessOptions } from '../../src/access/authenticator.ts';
import type { Policy } from '../../src/access/policy.ts';
import type { Viewer } from '../../src/access/viewer.ts';
import { type ListeningApp, startApp } from '../helpers/app.ts';
import { bearer, post, type Result, transports } from '../helpers/as-viewers.ts';
import { eventually } from '../helpers/eventually.ts';

const roles: { readonly [token: string]: Policy } = {
  reader: { read: ['room:*'] },
  writer: { read: ['room:*'], write: ['room:*'] },
  deleter: { read: ['room:*'], delete: ['room:*'] },
  archivist: { read: ['room:*'], archive: ['room:*'] },
  admin: { admin: ['*'] },
  blind: { write: ['room:*'], delete: ['room:*'], archive: ['room:*'] },
  outsider: { read: ['hall:*'], write: ['hall:*'], delete: ['hall:*'], archive: ['hall:*'], admin: ['room:*'] },
};
const authenticate = ({ token }: { readonly token?: string }): Viewer | null =>
  token && Object.hasOwn(roles, token) ? { name: token, policy: roles[token]! } : null;

interface Page {
  readonly edges: readonly { readonly node: { readonly contextId: string } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}
const verbs: readonly (readonly [role: string, query: string])[] = [
  ['writer', 'mutation { setContext(id: "room:1", context: { a: 1 }) { __typename } }'],
  ['writer', 'mutation { updateContext(id: "room:1", changes: { a: 2 }) { __typename } }'],
  ['writer', 'mutation { patchContext(id: "room:1", patch: []) { __typename } }'],
  ['writer', 'mutation { revertContext(id: "room:1", toVersion: 1) { __typename } }'],
  ['writer', 'mutation { writeContexts(writes: [{ set: { id: "room:1", context: {} } }]) { __typename } }'],
  ['deleter', 'mutation { writeContexts(writes: [{ delete: { id: "room:1" } }]) { __typename } }'],
  ['archivist', 'mutation { exportContext(id: "room:1") { __typename } }'],
  ['archivist', 'mutation { restoreContext(id: "room:1", force: true) { __typename } }'],
  ['deleter', 'mutation { deleteContext(id: "room:1") { __typename } }'],
  ['admin', 'mutation { cleanup { __typename } }'],
  ['admin', 'mutation { startCleanupServer { __typename } }'],
  ['admin', 'mutation { updateCleanupServer { __typename } }'],
  ['admin', 'mutation { stopCleanupServer { __typename } }'],
  ['admin', '{ cleanupServer { __typename } }'],
  ['admin', '{ stats { __typename } }'],
];

async function startGuarded(access: AccessOptions = { authenticate }): Promise<ListeningApp> {
  const app = await startApp({
    access,
    heartbeatMs: 100,
    exportContext: async () => {},
    restoreContext: async () => ({ context: { a: 1 }, version: 1 }),
  });
  await app.server.manager.set('room:1', { secret: 1 });
  await app.server.manager.set('hall:1', { secret: 2 });
  return app;
}

describe.each(Object.entries(transports))('over %s', (_, run) => {
  it.each(verbs)('only a %s may %s', async (allowed, query) => {
    const app = await startGuarded();
    for (const role of Object.keys(roles)) {
      if (role === allowed) continue;
      const before = await app.server.manager.get('room:1');
      const { data, errors } = await run(app, role, query);
      expect(errors, role).toMatchObject([{ message: 'This is not allowed.', extensions: { code: 'FORBIDDEN' } }]);
      if (query.startsWith('mutation')) {
        const write = query.includes('writeContexts') ? { write: 0 } : {};
        expect(errors?.[0]?.extensions).toEqual({ code: 'FORBIDDEN', applied: 'NO', ...write });
      }
      expect(data ?? null).toBeNull();
      expect(await app.server.manager.get('room:1')).toEqual(before);
    }
    expect(await run(app, allowed, query)).not.toHaveProperty('errors');
  });

  it('what may not be read looks like what does not exist', async () => {
    const app = await startGuarded();
    const query = (id: string, more = '') => `{
      context(id: "${id}"${more}) { context }
      contexts { edges { node { contextId } } pageInfo { hasNextPage endCursor } }
    }`;
    const sync = (id: string) => `{ sync(id: "${id}", version: 1) { __typename } }`;
    const own = await run(app, 'reader', query('room:1'));
    expect(own.data?.['context']).toEqual({ context: { secret: 1 } });
    expect(own.data?.['contexts']).toMatchObject({ edges: [{ node: { contextId: 'room:1' } }] });
    expect(await run(app, 'reader', query('hall:1'))).toEqual(await run(app, 'reader', query('room:2')));
    const hidden = JSON.stringify(await run(app, 'reader', sync('hall:1')));
    expect(hidden).toContain('CONTEXT_NOT_FOUND');
    expect(hidden).toBe(JSON.stringify(await run(app, 'reader', sync('room:2'))).replaceAll('room:2', 'hall:1'));
    expect((await run(app, 'blind', query('room:1'))).data).toMatchObject({ context: null, contexts: { edges: [] } });
    for (const past of [
      'history(id: "#") { nodes { version } }',
      'diff(id: "#", from: 1, to: 1) { version }',
      'blame(id: "#", path: ["secret"]) { version }',
      'contextAt(id: "#", version: 1) { context }',
    ]) {
      const of = (id: string) => run(app, 'reader', `{ ${past.replace('#', id)} }`);
      expect(await of('room:1'), past).not.toHaveProperty('errors');
      const [unreadable, missing] = [JSON.stringify(await of('hall:1')), JSON.stringify(await of('room:2'))];
      expect(unreadable, past).toBe(missing.replaceAll('room:2', 'hall:1'));
      expect(unreadable).toMatch(/CONTEXT_NOT_FOUND|"contextAt":null/);
    }
  });

  it('a page holds as many as it would of nothing else', async () => {
    const app = await startGuarded({
      authenticate: () => ({ name: 'ann', policy: { read: ['b*', 'd', 'a1', 'zz*'] } }),
      authorize: (_viewer, _action, id) => id !== 'b02',
    });
    for (const id of ['a', 'a1', 'a2', 'b00', 'b01', 'b02', 'b03', 'c', 'd', 'da', 'e']) {
      await app.server.manager.set(id, {});
    }
    const seen: string[] = [];
    let after = '';
    for (;;) {
      const { data } = await run(
        app,
        'ann',
        `{ contexts(first: 2${after}) { edges { node { contextId } } pageInfo { hasNextPage endCursor } } }`,
      );
      const page = data?.['contexts'] as Page;
      seen.push(page.edges.map(({ node }) => node.contextId).join());
      if (!page.pageInfo.hasNextPage) break;
      after = `, after: "${page.pageInfo.endCursor}"`;
    }
    expect(seen).toEqual(['a1,b00', 'b01,b03', 'd']);
  });
});

describe('who is nobody', () => {
  const query = '{ __typename }';

  it('is answered 401 over HTTP, and what the document says makes no difference', async () => {
    const { address, server } = await startGuarded();
    for (const headers of [{}, bearer('nobody'), { authorization: 'Basic reader' }, { 'x-api-key': 'reader' }]) {
      for (const url of [address.http, `${address.http}?by=yoga`]) {
        for (const text of [query, query, '{ context(id: "room:1") { context } }', '{ __schema { __typename } }']) {
          const response = await post(url, headers as HeadersInit, text);
          expect(response.status).toBe(401);
          expect(response.headers.get('www-authenticate')).toBe('Bearer');
          expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
        }
      }
    }
    const body = JSON.stringify({ query });
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
    expect((await server.fetch(new Request('http://localhost/graphql', init))).status).toBe(401);
  });

  it('is told that a write was not applied', async () => {
    const { address } = await startGuarded();
    const error = { message: 'Valid credentials are needed.', extensions: { code: 'UNAUTHENTICATED', applied: 'NO' } };
    for (const url of [`${address.http}?by=yoga`, address.http, address.http]) {
      const answer = await post(url, {}, 'mutation { deleteContext(id: "room:1") { version } }');
      expect(await answer.json()).toEqual({ errors: [error] });
    }
  });

  it('is answered 401 over SSE', async () => {
    const { address } = await startGuarded();
    const response = await fetch(address.http, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...bearer('nobody') },
      body: JSON.stringify({ query: 'subscription { contextChanged(id: "room:1", version: 0) { __typename } }' }),
    });
    expect(response.status).toBe(401);
    expect(await response.text()).toContain('UNAUTHENTICATED');
  });

  it('is closed as 4401 over WebSocket, whatever it says who it is by', async () => {
    const { address } = await startGuarded();
    const payloads = [
      undefined,
      {},
      { token: 'nobody' },
      { token: 1 },
      { authorization: 'reader' },
      { apiKey: 'reader' },
    ];
    for (const payload of payloads) {
      expect(await closeOf(address.websocket, payload)).toBe(4401);
    }
    expect(await closeOf(address.websocket, undefined, bearer('nobody'))).toBe(4401);
  });

  it('may say who it is in every way there is', async () => {
    const { address } = await startGuarded();
    for (const [payload, headers] of [
      [{ token: 'reader' }, {}],
      [{ authorization: 'Bearer reader' }, {}],
      [{ Authorization: 'bearer reader' }, {}],
      [undefined, bearer('reader')],
      [{ token: 'reader' }, bearer('nobody')],
    ] as const) {
      expect(await acknowledged(address.websocket, payload, headers)).toBe(true);
    }
  });

  it('leaves nothing in the log, nor does who may not', async () => {
    const app = await startGuarded({ jwt: { secret: 'a secret that has at least 32 bytes' }, authenticate });
    for (const token of ['nobody-knows-this', 'a.b.c', 'reader']) {
      await (await post(app.address.http, bearer(token), '{ context(id: "room:1") { context } }')).text();
      await (
        await post(app.address.http, bearer(token), 'mutation { deleteContext(id: "room:1") { version } }')
      ).text();
      await closeOf(app.address.websocket, { token: `${token}!` });
    }
    expect(app.logged).toEqual([]);
  });

  it('is told so where a function of yours throws, and is let in by none', async () => {
    const fail = () => {
      throw new Error('secret');
    };
    const asking = await startGuarded({ authenticate: fail });
    const judging = await startGuarded({ authenticate, authorize: fail });
    for (const app of [asking, judging]) {
      const answer = await post(app.address.http, bearer('reader'), '{ context(id: "room:1") { context } }');
      expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }] });
      expect(app.logged.join()).not.toMatch(/secret|reader/);
      expect(app.logged).toHaveLength(1);
    }
  });

  it('may do what the policy of the anonymous says', async () => {
    const app = await startGuarded({ anonymous: { read: ['hall:*'] } });
    const answer = await post(
      app.address.http,
      {},
      '{ room: context(id: "room:1") { context } hall: context(id: "hall:1") { context } }',
    );
    expect(await answer.json()).toEqual({ data: { room: null, hall: { context: { secret: 2 } } } });
    expect((await post(app.address.http, bearer('x'), query)).status).toBe(401);
  });
});

describe('a subscription', () => {
  const watch =
    'subscription ($id: ID!) { contextChanged(id: $id, version: 0) { __typename ... on FullContext { context } } }';

  it('is told what its viewer may read, whoever else asks the same', async () => {
    const app = await startGuarded();
    const reader = listen(app, 'reader', watch, 'room:1');
    const outsider = listen(app, 'outsider', watch, 'room:1');
    const writer = listen(app, 'writer', watch, 'room:1');
    await eventually(() => expect([reader.events.length, writer.events.length]).toEqual([1, 1]));
    await app.server.manager.set('room:1', { secret: 3 });
    await eventually(() => expect([reader.events.length, writer.events.length]).toEqual([2, 2]));
    expect(outsider.events).toEqual([]);
    const late = listen(app, 'outsider', watch, 'room:1');
    const own = listen(app, 'outsider', watch, 'hall:1');
    await eventually(() => expect(own.events).toHaveLength(1));
    await app.server.manager.set('room:1', { secret: 4 });
    await eventually(() => expect(writer.events).toHaveLength(3));
    expect([late.events, outsider.events]).toEqual([[], []]);
  });

  it('over WebSocket ends with its viewer, in a way that clients come back from', async () => {
    const expiresAt = Date.now() + 400;
    const app = await startGuarded({ authenticate: () => ({ name: 'ann', policy: { read: ['*'] }, expiresAt }) });
    expect(await closeOf(app.address.websocket, { token: 'x' })).toBe(4403);
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt - 5);
    expect(await closeOf(app.address.websocket, { token: 'x' })).toBe(4401);
  });

  it('over SSE ends with its viewer, without being completed', async () => {
    const expiresAt = Date.now() + 400;
    const app = await startGuarded({ authenticate: () => ({ name: 'ann', policy: { read: ['*'] }, expiresAt }) });
    const response = await fetch(app.address.http, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...bearer('x') },
      body: JSON.stringify({ query: watch, variables: { id: 'room:1' } }),
    });
    let text = '';
    const reading = (async () => {
      for await (const chunk of response.body!) text += Buffer.from(chunk).toString();
    })();
    await expect(reading).rejects.toThrow();
    expect(text).toContain('"secret":1');
    expect(text).not.toContain('event: complete');
  });

  it('without a port ends with its viewer too', async () => {
    const expiresAt = Date.now() + 300;
    const { server } = await startGuarded({
      authenticate: () => ({ name: 'ann', policy: { read: ['*'] }, expiresAt }),
    });
    const response = await server.fetch(
      new Request('http://localhost/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...bearer('x') },
        body: JSON.stringify({ query: watch, variables: { id: 'room:1' } }),
      }),
    );
    expect(await response.text()).toContain('"secret":1');
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt - 5);
  });

  it('ends as soon as authorize says no', async () => {
    let isAllowed = true;
    const app = await startGuarded({ authenticate, authorize: () => isAllowed });
    const reader = listen(app, 'reader', watch, 'room:1');
    await eventually(() => expect(reader.events).toHaveLength(1));
    isAllowed = false;
    await app.server.manager.set('room:1', { secret: 5 });
    await eventually(() => expect(JSON.stringify(reader.events.slice(1))).toContain('FORBIDDEN'));
    expect(JSON.stringify(reader.events)).not.toContain('"secret":5');
    await eventually(() => expect(app.feed.size).toBe(0));
  });
});

describe('public keys', () => {
  it('may be changed while the server runs', async () => {
    const keys = await Promise.all(
      ['one', 'two'].map(async (kid) => ({ kid, ...(await generateKeyPair('ES256', { extractable: true })) })),
    );
    let served = keys.slice(0, 1);
    const jwks = createServer(async (_, response) => {
      const all = await Promise.all(
        served.map(async ({ kid, publicKey }) => ({ kid, ...(await exportJWK(publicKey)) })),
      );
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: all }));
    });
    await new Promise<void>((resolve) => jwks.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void jwks.close());
    const { port } = jwks.address() as AddressInfo;
    const app = await startGuarded({ jwt: { jwksUrl: `http://127.0.0.1:${port}/keys` } });
    const statusWith = async (i: number): Promise<number> => {
      const { kid, privateKey } = keys[i]!;
      const token = await new SignJWT({ arpeggio: { read: ['*'] } })
        .setProtectedHeader({ alg: 'ES256', kid })
        .sign(privateKey);
      return (await post(app.address.http, bearer(token), '{ __typename }')).status;
    };
    expect([await statusWith(0), await statusWith(1)]).toEqual([200, 401]);
    served = keys.slice(1);
    await eventually(async () => expect(await statusWith(1)).toBe(200));
    expect(await statusWith(0)).toBe(401);
  });

  it('that can not be had are no fault of the token, and the log says so without it', async () => {
    const app = await startGuarded({ jwt: { jwksUrl: 'http://127.0.0.1:1/keys' } });
    const { privateKey } = await generateKeyPair('ES256');
    const token = await new SignJWT({}).setProtectedHeader({ alg: 'ES256' }).sign(privateKey);
    const response = await post(app.address.http, bearer(token), '{ __typename }');
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }] });
    expect(await closeOf(app.address.websocket, { token })).toBe(1013);
    expect(app.logged).not.toEqual([]);
    for (const part of token.split('.')) expect(app.logged.join()).not.toContain(part);
  });
});

function listen(app: ListeningApp, token: string, query: string, id: string): { readonly events: readonly unknown[] } {
  const events: unknown[] = [];
  const client = createWsClient({
    url: app.address.websocket,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { token },
  });
  onTestFinished(() => void client.dispose());
  client.subscribe(
    { query, variables: { id } },
    { next: (event) => events.push(event), error: (error) => events.push(error), complete: () => {} },
  );
  return { events };
}

function opened(url: string, payload: unknown, headers: { readonly [name: string]: string }): WebSocket {
  const socket = new WebSocket(url, 'graphql-transport-ws', { headers });
  socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload })));
  onTestFinished(() => socket.terminate());
  return socket;
}

function closeOf(url: string, payload: unknown, headers = {}): Promise<number> {
  return new Promise((resolve) => opened(url, payload, headers).once('close', resolve));
}

function acknowledged(url: string, payload: unknown, headers = {}): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = opened(url, payload, headers);
    socket.once('message', (data) => resolve(String(data).includes('connection_ack')));
    socket.once('close', () => resolve(false));
  });
}

it("A request id is one viewer's own: another's under the same id is a write of its own", async () => {
  const access: AccessOptions = {
    authenticate: ({ token = '' }) =>
      ['ada', 'bob'].includes(token) ? { name: token, policy: { read: ['*'], write: ['*'] } } : null,
  };
  const app = await startGuarded(access);
  const write = (token: string, by: string): Promise<Result> =>
    transports['a plain post']!(
      app,
      token,
      `mutation { updateContext(id: "room:1", changes: { ${by}: 1 }, requestId: "same") { context { version } } }`,
    );
  const versionOf = ({ data }: Result): unknown =>
    (data as { updateContext: { context: unknown } }).updateContext.context;
  expect(versionOf(await write('ada', 'ada'))).toEqual({ version: 2 });
  expect((await app.server.manager.get('room:1'))?.context).toMatchObject({ ada: 1 });
  expect(await write('bob', 'bob')).not.toHaveProperty('errors');
  expect((await app.server.manager.get('room:1'))?.context).toMatchObject({ ada: 1, bob: 1 });
});
