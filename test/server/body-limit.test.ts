import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createYoga } from 'graphql-yoga';
import { describe, expect, it, onTestFinished } from 'vitest';
import { schema } from '../../src/schema/index.ts';
import { useBodyLimit } from '../../src/server/body-limit.ts';
import { startApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';
import { connectTo } from '../helpers/raw.ts';
import { serverSockets } from '../helpers/server-sockets.ts';

const LIMIT = 100;
const query = JSON.stringify({ query: '{ __typename }' });

function head(...headers: readonly string[]): string {
  const lines = ['POST /graphql HTTP/1.1', 'Host: localhost', 'Content-Type: application/json', ...headers];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}

/** All that a socket is sent, as it comes. */
function received(socket: Socket): () => string {
  let text = '';
  socket.on('data', (data) => {
    text += data;
  });
  return () => text;
}

describe('A body over HTTP', () => {
  it('is refused by the length that it is said to have, before any of it has come', async () => {
    const app = await startApp({ limits: { bodyBytes: LIMIT } });
    const socket = await connectTo(app.address);
    const answer = received(socket);
    socket.write(head(`Content-Length: ${LIMIT + 1}`));
    await eventually(() => expect(answer()).toMatch(/^HTTP\/1.1 413 .*LIMIT_EXCEEDED/s));
  });

  it('is refused as soon as too much of it has come; the rest goes by, and the connection serves the next', async () => {
    const app = await startApp({ limits: { bodyBytes: LIMIT } });
    const socket = await connectTo(app.address);
    const answer = received(socket);
    socket.write(head('Transfer-Encoding: chunked') + chunk(' '.repeat(LIMIT)) + chunk(' '));
    await eventually(() => expect(answer()).toMatch(/^HTTP\/1.1 413 .*LIMIT_EXCEEDED/s));
    for (let i = 0; i < 100; i += 1) socket.write(chunk(' '.repeat(100_000)));
    socket.write('0\r\n\r\n');
    socket.write(head(`Content-Length: ${query.length}`) + query);
    await eventually(() => expect(answer()).toMatch(/HTTP\/1.1 200 .*"__typename":"Query"/s));
  });

  it('may come in any pieces', async () => {
    const app = await startApp();
    const socket = await connectTo(app.address);
    socket.setNoDelay();
    const answer = received(socket);
    const body = Buffer.from(JSON.stringify({ query: '{ context(id: "é😀") { version } }' }));
    socket.write(head(`Content-Length: ${body.length}`));
    for (const byte of body) {
      await new Promise((resolve) => socket.write(Buffer.of(byte), resolve));
    }
    await eventually(() => expect(answer()).toMatch(/{"data":{"context":null}}$/));
  });

  it('that ends halfway leaves nothing behind, and is no news', async () => {
    const sockets = serverSockets();
    const app = await startApp();
    for (let i = 0; i < 20; i += 1) {
      const socket = await connectTo(app.address);
      socket.write(head(`Content-Length: ${query.length}`) + query.slice(0, 5));
      await eventually(() => expect(sockets[i]?.bytesRead).toBeGreaterThan(head().length));
      if (i % 2 === 0) socket.destroy();
      else socket.end();
    }
    await eventually(() => expect(sockets.filter(({ destroyed }) => !destroyed)).toEqual([]));
    expect(app.logged).toEqual([]);
  });
});

describe('The reader of bodies', () => {
  it('is through with a request whose client has gone', async () => {
    const yoga = createYoga({ schema, logging: false, maxRequestBodySize: false, plugins: [useBodyLimit(LIMIT)] });
    let running = 0;
    const server = createServer(async (request, response) => {
      running += 1;
      await yoga(request, response);
      running -= 1;
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(head('Transfer-Encoding: chunked') + chunk(' '));
    await eventually(() => expect(running).toBe(1));
    socket.destroy();
    await eventually(() => expect(running).toBe(0));
  });
});

describe('A body without a port', () => {
  const post = (body: BodyInit): Request =>
    new Request('http://x/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      duplex: 'half',
    } as RequestInit);

  it('is read no further than the limit, and let go there', async () => {
    const { server } = await startApp({ limits: { bodyBytes: LIMIT } });
    let isCancelled = false;
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(60)),
      cancel() {
        isCancelled = true;
      },
    });
    const response = await server.fetch(post(endless));
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'LIMIT_EXCEEDED' } }] });
    expect(isCancelled).toBe(true);
  });

  it('that fails on the way is refused', async () => {
    const { server, logged } = await startApp();
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('gone')) });
    const response = await server.fetch(post(broken));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    expect(logged).toEqual([]);
  });

  it('takes what is no UTF-8 for the replacement character, as over HTTP', async () => {
    const app = await startApp();
    await app.server.manager.set('\ufffd', {});
    const body = new Uint8Array(
      Buffer.from('{"query":"{ context(id: \\"X\\") { contextId } }"}'.replace('X', '\xff'), 'latin1'),
    );
    const headers = { 'content-type': 'application/json' };
    const answers = [
      await app.server.fetch(post(body)),
      await fetch(app.address.http, { method: 'POST', headers, body }),
    ];
    for (const answer of answers) expect(await answer.json()).toEqual({ data: { context: { contextId: '\ufffd' } } });
  });
});
