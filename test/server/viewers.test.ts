import { createHash } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { AccessOptions } from '../../src/access/authenticator.ts';
import type { Viewer } from '../../src/access/viewer.ts';
import { MemoryFeed } from '../../src/feed/memory-feed.ts';
import { type ListeningApp, startApp } from '../helpers/app.ts';
import { bearer, post, streams, transports } from '../helpers/as-viewers.ts';
import { eventually } from '../helpers/eventually.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import { RawStream } from '../helpers/raw-stream.ts';

const everything = { read: ['*'], write: ['*'], archive: ['*'], delete: ['*'], admin: ['*'] };
const authenticate = ({ token }: { readonly token?: string }): Viewer | null =>
  token?.startsWith('t') ? { name: token, policy: everything } : null;
const WATCH = 'subscription { contextChanged(id: "a", version: 0) { __typename } }';
const WRITE = 'mutation { setContext(id: "a", context: {}) { __typename } }';

function started(options: AccessOptions & { readonly perSecond?: number; readonly accessMs?: number } = {}) {
  const { perSecond = 1000, accessMs = 5000, ...access } = options;
  const clock = new FakeClock();
  const limits = { viewerOperationsPerSecond: perSecond, accessMs };
  // What Redis waits for is not this clock's.
  const open = (): Promise<ListeningApp> =>
    startApp({ access: { authenticate, ...access }, limits, clock, feed: new MemoryFeed() });
  return { clock, open };
}

/** A socket that has said who it is, unless it was closed. */
async function greeted(app: ListeningApp, headers: object = {}, payload?: object): Promise<WebSocket> {
  const socket = new WebSocket(app.address.websocket, 'graphql-transport-ws', { headers: { ...headers } });
  onTestFinished(() => socket.terminate());
  socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload })));
  await new Promise<void>((resolve) => {
    socket.once('message', () => resolve());
    socket.once('close', () => resolve());
  });
  return socket;
}

function codeOf(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => socket.once('close', resolve));
}

describe.each(Object.entries(transports))('Operations of one viewer, over %s,', (name, run) => {
  it('are as many in a second as the limit says (3) and no more, until there is time for another', async () => {
    const { clock, open } = started({ perSecond: 3 });
    const app = await open();
    const outcomeOf = async (token: string, query: string): Promise<string> => {
      try {
        const { errors } = await run(app, token, query);
        return errors ? JSON.stringify(errors[0]?.extensions) : 'done';
      } catch (error) {
        // Clients throw what ends an operation at once, in their own way.
        return Array.isArray(error) ? JSON.stringify(error[0].extensions) : String(error);
      }
    };
    for (let n = 1; n <= 3; n += 1) expect(await outcomeOf('t1', WRITE), `${n}`).toBe('done');
    expect(await outcomeOf('t1', WRITE)).toMatch(name === 'SSE' ? /429/ : /^{"code":"LIMIT_EXCEEDED","applied":"NO"}$/);
    expect(await outcomeOf('t2', WRITE)).toBe('done');
    clock.elapse(334);
    expect(await outcomeOf('t1', '{ __typename }')).toBe('done');
    expect(await outcomeOf('t1', '{ __typename }')).toMatch(name === 'SSE' ? /429/ : /^{"code":"LIMIT_EXCEEDED"}$/);
    expect((await app.server.manager.get('a'))?.version).toBe(1);
  });
});

describe('Too many operations', () => {
  it('are answered 429 over HTTP, with the time to wait', async () => {
    const { open } = started({ perSecond: 1 });
    const app = await open();
    expect((await post(app.address.http, bearer('t1'), '{ __typename }')).status).toBe(200);
    const late = await post(app.address.http, bearer('t1'), '{ __typename }');
    expect([late.status, late.headers.get('retry-after')]).toEqual([429, '1']);
  });

  it('of nobody in particular are those of an address', async () => {
    const { open } = started({ perSecond: 1, anonymous: everything });
    const app = await open();
    expect((await post(app.address.http, {}, '{ __typename }')).status).toBe(200);
    expect((await post(app.address.http, {}, '{ __typename }')).status).toBe(429);
    expect((await post(app.address.http, bearer('t1'), '{ __typename }')).status).toBe(200);
  });
});

describe('A viewer that is revoked', () => {
  it('is nobody, and ends where it is connected, in a way that clients come back from', async () => {
    const gone = new Set<string>();
    const asked: string[] = [];
    const revoked = ({ name }: Viewer): boolean => {
      asked.push(name);
      return gone.has(name);
    };
    const { clock, open } = started({ revoked, recheckMs: 1000 });
    const app = await open();
    const idle = clock.waiting;
    await app.server.manager.set('a', {});
    const sockets = [
      await greeted(app, bearer('t1')),
      await greeted(app, bearer('t1')),
      await greeted(app, bearer('t2')),
    ];
    const codes = sockets.map(codeOf);
    const stream = new RawStream(app.address, WATCH, {}, undefined, bearer('t1'));
    await stream.read();
    await eventually(() => expect(stream.events).toHaveLength(1));
    gone.add('t1');
    asked.length = 0;
    clock.elapse(1000);
    expect(await Promise.all(codes.slice(0, 2))).toEqual([4403, 4403]);
    await eventually(() => expect(stream.ended).toBe('cut'));
    expect(asked.sort()).toEqual(['t1', 't2']);
    expect(sockets[2]?.readyState).toBe(WebSocket.OPEN);
    expect((await post(app.address.http, bearer('t1'), '{ __typename }')).status).toBe(401);
    expect(await codeOf(await closing(app, bearer('t1')))).toBe(4401);
    sockets[2]?.terminate();
    await eventually(() => expect(clock.waiting).toBe(idle));
  });

  it('is known by the id of its token', async () => {
    const secret = 'a secret that has at least 32 bytes';
    const revoked = async ({ tokenId }: Viewer) => tokenId === 'stolen';
    const { open } = started({ jwt: { secret }, revoked });
    const app = await open();
    const sign = (jti: string): Promise<string> =>
      new SignJWT({ jti, sub: 'ann', arpeggio: everything })
        .setProtectedHeader({ alg: 'HS256' })
        .sign(new TextEncoder().encode(secret));
    expect((await post(app.address.http, bearer(await sign('good')), '{ __typename }')).status).toBe(200);
    expect((await post(app.address.http, bearer(await sign('stolen')), '{ __typename }')).status).toBe(401);
  });

  it('stays while nobody can be asked, and the log says so', async () => {
    let fails = false;
    const revoked = (): boolean => {
      if (fails) throw new Error('secret');
      return false;
    };
    const { clock, open } = started({ revoked, recheckMs: 1000 });
    const app = await open();
    const socket = await greeted(app, bearer('t1'));
    fails = true;
    clock.elapse(1000);
    await eventually(() => expect(app.logged).toHaveLength(1));
    expect(app.logged.join()).not.toContain('secret');
    expect(socket.readyState).toBe(WebSocket.OPEN);
    expect(await (await post(app.address.http, bearer('t1'), '{ __typename }')).json()).toMatchObject({
      errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
    });
  });
});

/** One that is being closed. */
async function closing(app: ListeningApp, headers: object): Promise<WebSocket> {
  const socket = new WebSocket(app.address.websocket, 'graphql-transport-ws', { headers: { ...headers } });
  onTestFinished(() => socket.terminate());
  socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init' })));
  return socket;
}

describe('authorize', () => {
  it.each(Object.entries(streams))('is asked again over %s while there is nothing to tell', async (_, subscribe) => {
    let isAllowed = true;
    const { clock, open } = started({ authorize: () => isAllowed, recheckMs: 1000 });
    const app = await open();
    await app.server.manager.set('a', {});
    const events = subscribe(app, 't1', WATCH);
    expect((await events.next()).value).toMatchObject({ data: { contextChanged: { __typename: 'FullContext' } } });
    const next = events.next().then(
      ({ value }) => value,
      (error) => error,
    );
    clock.elapse(1000);
    isAllowed = false;
    clock.elapse(1000);
    await eventually(() => {
      clock.elapse(1000);
      expect(app.feed.size).toBe(0);
    });
    expect(JSON.stringify(await next)).toContain('FORBIDDEN');
  });
});

describe('A function of access that does not answer', () => {
  it('is waited for as long as the limit says', async () => {
    const never = (): Promise<never> => new Promise(() => {});
    for (const option of ['authenticate', 'authorize', 'revoked']) {
      const { clock, open } = started({ [option]: never, accessMs: 500 });
      const app = await open();
      const answer = post(app.address.http, bearer('t1'), '{ context(id: "a") { version } }');
      const socket = option === 'authorize' ? undefined : await closing(app, bearer('t1'));
      const code = socket && codeOf(socket);
      let isAnswered = false;
      void answer.then(() => {
        isAnswered = true;
      });
      await eventually(() => {
        clock.elapse(500);
        expect(isAnswered).toBe(true);
      });
      expect(await (await answer).json(), option).toMatchObject({
        errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
      });
      await eventually(() => {
        clock.elapse(500);
        expect(socket?.readyState ?? WebSocket.CLOSED).toBe(WebSocket.CLOSED);
      });
      expect((await code) ?? 1013).toBe(1013);
      expect(app.logged.join()).toMatch(/Unexpected: Error/);
    }
  });
});

describe('A cookie', () => {
  const cookie = { cookie: 'other=x; session=t1; more=y' };
  const ask = async (app: ListeningApp, headers: { readonly [name: string]: string }): Promise<number> =>
    (await post(app.address.http, headers, '{ __typename }')).status;

  it('says who asks where the page is of the own origin or an allowed one, and nowhere else', async () => {
    const app = await startApp({
      access: { authenticate, cookie: 'session' },
      allowedOrigins: ['https://app.example'],
    });
    const own = app.origin;
    for (const headers of [{ origin: own }, { origin: 'https://app.example' }, { 'sec-fetch-site': 'same-origin' }]) {
      expect(await ask(app, { ...cookie, ...headers }), JSON.stringify(headers)).toBe(200);
      expect((await greeted(app, { ...cookie, ...headers })).readyState).toBe(WebSocket.OPEN);
    }
    for (const headers of [
      {},
      { origin: 'null' },
      { origin: 'https://evil.example' },
      { origin: `${own}.evil.example` },
      { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'none' },
    ]) {
      expect(await ask(app, { ...cookie, ...headers }), JSON.stringify(headers)).toBe(401);
    }
    expect(await codeOf(await closing(app, cookie))).toBe(4401);
    const byGet = await fetch(`${app.address.http}?query={__typename}`, { headers: { ...cookie, origin: own } });
    expect(byGet.status).toBe(200);
    const request = new Request('http://here.example/graphql?query={__typename}', {
      headers: { ...cookie, 'sec-fetch-site': 'same-origin' },
    });
    expect((await app.server.fetch(request)).status).toBe(200);
  });

  it('is looked at only under its name, and where nothing else says who asks', async () => {
    const app = await startApp({ access: { authenticate, cookie: 'session' } });
    const own = { origin: app.origin };
    expect(await ask(app, { ...own, cookie: 'Session=t1; sessions=t1; x=session=t1' })).toBe(401);
    expect(await ask(app, { ...own, ...cookie, ...bearer('nobody') })).toBe(401);
    expect(await ask(app, { ...own, cookie: 'session=' })).toBe(401);
    const without = await startApp({ access: { authenticate } });
    expect(await ask(without, { ...cookie, origin: without.origin })).toBe(401);
  });

  it('is what browsers are told that they may send along from elsewhere', async () => {
    const app = await startApp({
      access: { authenticate, cookie: 'session' },
      allowedOrigins: ['https://app.example'],
    });
    const headers = { ...cookie, origin: 'https://app.example' };
    const response = await post(app.address.http, headers, '{ __typename }');
    expect(response.headers.get('access-control-allow-credentials')).toBe('true');
    const other = await post(app.address.http, { ...cookie, origin: app.origin }, '{ __typename }');
    expect(other.headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('has a name', async () => {
    for (const name of ['', 'a b', 'a=b', 'a;']) {
      await expect(startApp({ access: { authenticate, cookie: name } })).rejects.toThrow('access.cookie');
    }
  });
});

describe('A request id', () => {
  it('of a token is not that of an API key of the same name', async () => {
    const sha256 = createHash('sha256').update('the key').digest('hex');
    const app = await startApp({ access: { authenticate, apiKeys: [{ sha256, name: 't1', may: everything }] } });
    await app.server.manager.set('a', { n: 0 });
    const write = (n: number): string =>
      `mutation { updateContext(id: "a", changes: { n: ${n} }, requestId: "same") { context { version } } }`;
    const answers = [
      await post(app.address.http, bearer('t1'), write(1)),
      await post(app.address.http, { 'x-api-key': 'the key' }, write(2)),
    ];
    for (const answer of answers) expect(await answer.json()).not.toHaveProperty('errors');
    expect(await app.server.manager.get('a')).toMatchObject({ version: 3, context: { n: 2 } });
  });
});
