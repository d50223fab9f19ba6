import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../src/limits.ts';
import { type ListeningApp, startApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';
import { sendRaw } from '../helpers/raw.ts';
import { initSocket } from '../helpers/raw-socket.ts';

const mutation = 'mutation { setContext(id: "a", context: {}) { context { version } } }';

function post({ address }: ListeningApp, body: BodyInit, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(address.http, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    duplex: 'half',
  } as RequestInit);
}

function refusal(code: string, others: object = {}): unknown {
  return { errors: [{ message: expect.any(String), extensions: { code, ...others } }] };
}

/** An operation whose body is exactly so long. */
function bodyOf(bytes: number): string {
  return JSON.stringify({ query: mutation }).padEnd(bytes, ' ');
}

/** The same body without a content-length, chunk by chunk. */
function chunked(body: string): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(body);
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.subarray(at, at + 60_000));
      at += 60_000;
    },
  });
}

describe('GraphQL over HTTP', () => {
  it('answers as application/json and as application/graphql-response+json', async () => {
    const app = await startApp();
    const body = JSON.stringify({ query: '{ __typename }' });
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const response = await post(app, body, { accept });
      expect(response.headers.get('content-type')).toBe(`${accept}; charset=utf-8`);
      expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
    }
  });

  it('refuses a syntax error with 400, though a WebSocket has brought it before', async () => {
    const app = await startApp();
    const socket = await initSocket(app.address);
    socket.subscribe('1', '{ a(', {});
    await eventually(() => expect(socket.received).toContainEqual(expect.objectContaining({ type: 'error' })));
    const response = await post(app, JSON.stringify({ query: '{ a(' }), {
      accept: 'application/graphql-response+json',
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject(refusal('GRAPHQL_PARSE_FAILED') as object);
  });

  it('answers queries by GET, and refuses mutations by GET', async () => {
    const app = await startApp();
    const query = await fetch(`${app.address.http}?query={__typename}`);
    expect(await query.json()).toEqual({ data: { __typename: 'Query' } });
    const refused = await fetch(`${app.address.http}?query=${encodeURIComponent(mutation)}`);
    expect(refused.status).toBe(405);
    expect(refused.headers.get('allow')).toBe('POST');
    expect(await refused.json()).toEqual(refusal('BAD_USER_INPUT'));
    expect(await app.server.manager.get('a')).toBeNull();
  });

  it('refuses variables by GET that are no JSON', async () => {
    const app = await startApp();
    for (const parameter of ['variables={', 'extensions=nonsense']) {
      const response = await fetch(`${app.address.http}?query={__typename}&${parameter}`);
      expect(response.status).toBe(400);
      expect(await response.json()).toEqual(refusal('BAD_USER_INPUT'));
    }
    expect(app.logged).toEqual([]);
  });

  it('refuses forms, multipart and plain text with 415', async () => {
    const app = await startApp();
    const form = new FormData();
    form.set('operations', JSON.stringify({ query: mutation }));
    form.set('map', '{}');
    const bodies = [
      [new URLSearchParams({ query: mutation }), 'application/x-www-form-urlencoded'],
      [mutation, 'text/plain'],
      [JSON.stringify({ query: mutation }), 'text/plain;application/json'],
      [mutation, 'application/graphql'],
      [mutation, ''],
      [new Uint8Array(), ''],
    ] as const;
    const responses = await Promise.all([
      fetch(app.address.http, { method: 'POST', body: form }),
      ...bodies.map(([body, type]) => post(app, body, { 'content-type': type })),
    ]);
    for (const response of responses) {
      expect(response.status).toBe(415);
      expect(await response.json()).toEqual(refusal('BAD_USER_INPUT'));
    }
    expect(await app.server.manager.get('a')).toBeNull();
  });

  it('refuses bodies that are no operation', async () => {
    const app = await startApp();
    for (const body of ['{', '', 'null', '5', '[]', `[${bodyOf(0)}]`, '{}', '{"query":5}', '{"query":"{a}","x":1}']) {
      const response = await post(app, body);
      expect(await response.json(), body).toEqual(refusal('BAD_USER_INPUT'));
    }
    for (const variables of ['5', '[]', '"x"']) {
      const response = await post(app, `{"query":"{__typename}","variables":${variables}}`);
      expect(await response.json(), variables).toEqual(refusal('BAD_USER_INPUT'));
    }
    expect(app.logged).toEqual([]);
  });

  it('takes a body of 2 MiB and no more, whether or not its length is told before', async () => {
    for (const wrap of [(body: string) => body, chunked]) {
      const app = await startApp();
      const tooLong = await post(app, wrap(bodyOf(defaultLimits.bodyBytes + 1)));
      expect(tooLong.status).toBe(413);
      expect(await tooLong.json()).toEqual(refusal('LIMIT_EXCEEDED', { applied: 'NO' }));
      expect(await app.server.manager.get('a')).toBeNull();
      const longest = await post(app, wrap(bodyOf(defaultLimits.bodyBytes)));
      expect(await longest.json()).toEqual({ data: { setContext: { context: { version: 1 } } } });
    }
  });

  it('takes as much without a port', async () => {
    const { server } = await startApp();
    const send = async (body: string): Promise<unknown> => {
      const headers = { 'content-type': 'application/json' };
      return (await server.fetch(new Request('http://x/graphql', { method: 'POST', headers, body }))).json();
    };
    expect(await send(bodyOf(defaultLimits.bodyBytes + 1))).toEqual(refusal('LIMIT_EXCEEDED', { applied: 'NO' }));
    expect(await server.manager.get('a')).toBeNull();
    expect(await send(bodyOf(defaultLimits.bodyBytes))).toHaveProperty('data.setContext');
  });

  it('lets no page of another origin read an answer', async () => {
    const app = await startApp();
    const origin = 'http://evil.example';
    const answered = await post(app, bodyOf(0), { origin });
    const preflight = await fetch(app.address.http, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    });
    expect(preflight.ok).toBe(false);
    for (const { headers } of [answered, preflight]) {
      expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  it('answers what is no URL with 400, and says nothing of itself', async () => {
    const { address, logged } = await startApp();
    const requests = [
      'GET /health HTTP/1.1\r\nHost: [',
      'GET /graphql HTTP/1.1\r\nHost: a b',
      'OPTIONS * HTTP/1.1\r\nHost: localhost:1',
    ];
    for (const request of requests) {
      const answer = await sendRaw(address, `${request}\r\nConnection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1.1 400 /);
      expect(answer).not.toMatch(/TypeError|node_modules|\.ts/);
    }
    expect(logged).toEqual([]);
  });

  it('is at /graphql and nowhere else', async () => {
    const { origin } = await startApp();
    for (const path of ['/graphql/x', '/graphiql', '/favicon.ico', '//health', '/x/health']) {
      expect((await fetch(origin + path)).status).toBe(404);
    }
  });
});

describe('A server on the loopback', () => {
  it('answers nobody who thinks it is another host, so that no page of another site reads it by a name of its own', async () => {
    const { address, origin } = await startApp();
    const statusOf = (host: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const sent = request(`${origin}/health`, { headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        sent.on('error', reject);
        sent.end();
      });
    for (const host of ['localhost', `127.0.0.1:${address.port}`, '[::1]', 'app.localhost:3000']) {
      expect(await statusOf(host)).toBe(200);
    }
    for (const host of ['evil.example', '10.0.0.1', 'localhost.evil.example', '127.0.0.1.evil.example']) {
      expect(await statusOf(host)).toBe(421);
    }
  });
});
