import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createServer } from '../../src/server/create-server.ts';
import { type ListeningApp, startApp } from '../helpers/app.ts';
import { sendRaw } from '../helpers/raw.ts';
import { initSocket, openSocket } from '../helpers/raw-socket.ts';

const friend = 'https://app.example';
const body = JSON.stringify({ query: '{ __typename }' });

interface Answer {
  readonly status: number | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
}

function ask({ origin }: ListeningApp, method: string, path: string, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(`${origin}${path}`, { method, headers }, (response) => {
      response.resume();
      resolve({ status: response.statusCode, headers: response.headers });
    });
    sent.on('error', reject);
    sent.end(method === 'POST' ? body : undefined);
  });
}

const json = { 'content-type': 'application/json' };
const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' };

describe('allowedOrigins', () => {
  it('are answered so that their pages may read it, whoever answers, and no others', async () => {
    const app = await startApp({ allowedOrigins: [friend, 'http://localhost:3000'] });
    for (let time = 1; time <= 2; time += 1) {
      const { status, headers } = await ask(app, 'POST', '/graphql', { ...json, origin: friend });
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        'access-control-allow-origin': friend,
        vary: 'Origin',
      });
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
    }
    for (const origin of ['https://evil.example', 'null', `${friend}.evil.example`, 'http://app.example', '*']) {
      const { headers } = await ask(app, 'POST', '/graphql', { ...json, origin });
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      expect(headers['vary']).toBe('Origin');
      const asked = await ask(app, 'OPTIONS', '/graphql', { ...preflight, origin });
      expect(Object.keys(asked.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  it('may ask before they send', async () => {
    const app = await startApp({ allowedOrigins: [friend] });
    const { status, headers } = await ask(app, 'OPTIONS', '/graphql', { ...preflight, origin: friend });
    expect(status).toBe(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': friend,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': expect.stringContaining('Content-Type'),
      vary: 'Origin',
    });
  });

  it('may open WebSockets, and others may not', async () => {
    const app = await startApp({ allowedOrigins: [friend] });
    await initSocket(app.address, { origin: friend });
    await initSocket(app.address, { origin: app.origin });
    await expect(openSocket(app.address, { origin: `${friend}.evil.example` })).rejects.toThrow('401');
  });

  it('are origins and nothing else', () => {
    for (const origin of [
      '*',
      'null',
      '',
      'app.example',
      `${friend}/`,
      `${friend}:443`,
      'https://*.example',
      'ftp://a',
    ]) {
      expect(() => createServer({ allowedOrigins: [origin], archive: 'off' }), origin).toThrow(TypeError);
    }
  });
});

describe('Every answer', () => {
  it('is to be taken for what it says it is', async () => {
    const app = await startApp({ limits: { headerCount: 20 } });
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`x-${i}`, 'x']));
    const answers = [
      await ask(app, 'POST', '/graphql', json),
      await ask(app, 'POST', '/graphql', json),
      await ask(app, 'POST', '/graphql', { 'content-type': 'text/plain' }),
      await ask(app, 'GET', '/graphql?query={__typename}', {}),
      await ask(app, 'GET', '/graphql', { accept: 'text/html' }),
      await ask(app, 'GET', '/health', {}),
      await ask(app, 'GET', '/nothing', {}),
      await ask(app, 'GET', '/health', many),
      await ask(app, 'GET', '/health', { host: 'evil.example' }),
    ];
    for (const { headers } of answers) expect(headers['x-content-type-options']).toBe('nosniff');
    const stream = await sendRaw(
      app.address,
      `GET /graphql?query=subscription{nothing} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nConnection: close\r\n\r\n`,
    );
    expect(stream).toMatch(/X-Content-Type-Options: nosniff/i);
  });

  it('that is a page may be framed by none, and opens none that could reach it', async () => {
    const { headers } = await ask(await startApp(), 'GET', '/graphql', { accept: 'text/html' });
    expect(headers).toMatchObject({
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
    });
  });
});

describe('A body that is encoded', () => {
  it.each(['gzip', 'deflate', 'br', 'zstd', 'GZIP', 'gzip, identity', 'nonsense', ''])(
    'as %s is refused',
    async (encoding) => {
      const app = await startApp();
      for (let time = 1; time <= 2; time += 1) {
        const { status, headers } = await ask(app, 'POST', '/graphql', { ...json, 'content-encoding': encoding });
        expect([status, headers['accept-encoding']]).toEqual([415, 'identity']);
        expect((await ask(app, 'POST', '/graphql', { ...json, 'content-encoding': 'identity' })).status).toBe(200);
      }
    },
  );
});
