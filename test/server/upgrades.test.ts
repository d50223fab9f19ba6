import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Address } from '../../src/server/create-server.ts';
import { startApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';
import { connectTo, sendRaw } from '../helpers/raw.ts';
import { initSocket } from '../helpers/raw-socket.ts';
import { serverSockets } from '../helpers/server-sockets.ts';

const body = JSON.stringify({ query: 'mutation { setContext(id: "a", context: {}) { context { version } } }' });
const done = '{"data":{"setContext":{"context":{"version":1}}}}';

/** A POST as curl and Java's HttpClient make it, which offer HTTP/2 by the way. */
function head(connection: string, upgrade = 'h2c'): string {
  return [
    'POST /graphql HTTP/1.1',
    'Host: localhost',
    `Connection: ${connection}`,
    `Upgrade: ${upgrade}`,
    'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    '',
    '',
  ].join('\r\n');
}

async function reading(address: Address) {
  const socket = await connectTo(address);
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk;
  });
  return { socket, text: () => text };
}

describe('A request that offers another protocol than WebSocket', () => {
  it('is served as any other, and so are those after it on its connection', async () => {
    const { address, logged } = await startApp();
    const { socket, text } = await reading(address);
    const plain = 'GET /graphql?query={__typename} HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const offer = head('Upgrade, HTTP2-Settings') + body;
    for (const [time, request] of [offer, offer, plain, offer].entries()) {
      socket.write(request);
      await eventually(() => expect(text().match(/HTTP\/1\.1 200/g)).toHaveLength(time + 1));
    }
    expect(text().match(/"setContext"/g)).toHaveLength(3);
    expect(logged).toEqual([]);
  });

  it('is served when its body comes after it', async () => {
    const { address } = await startApp();
    const { socket, text } = await reading(address);
    // Once the first is answered, the head of the second has been read.
    socket.write(`GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n${head('Upgrade, HTTP2-Settings')}`);
    await eventually(() => expect(text()).toContain('HTTP/1.1 200'));
    socket.write(body);
    await eventually(() => expect(text()).toContain(done));
  });

  it.each([
    ['resets its connection', (socket: Socket) => socket.resetAndDestroy()],
    ['goes', (socket: Socket) => socket.destroy()],
  ])('and waits behind a stream of events ends nothing else when its client %s', async (_, leave) => {
    const { address, feed, server, logged } = await startApp();
    const { socket, text } = await reading(address);
    const query = encodeURIComponent('subscription { contextChanged(id: "a", version: 0) { __typename } }');
    socket.write(`GET /graphql?query=${query} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n`);
    await eventually(() => expect(feed.size).toBe(1));
    const sockets = serverSockets();
    socket.write(`GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`);
    await server.manager.set('a', {});
    await eventually(() => expect(text()).toContain('FullContext'));
    leave(socket);
    for (let n = 0; n < 5; n += 1) {
      await server.manager.update('a', { n });
      await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually(() => expect(feed.size).toBe(0));
    expect(sockets).toEqual([]);
    expect(logged).toEqual([]);
  });

  it('is the last on its connection where it says so', async () => {
    const app = await startApp();
    const answer = await sendRaw(app.address, head('close, Upgrade, HTTP2-Settings') + body);
    expect(answer).toContain(done);
    expect(answer).toMatch(/^connection: close\r$/im);
  });

  it('does not hold up a server that closes', async () => {
    const { address, server } = await startApp();
    const socket = await connectTo(address);
    socket.write(head('Upgrade, HTTP2-Settings') + body);
    await eventually(() => expect(socket.bytesRead).toBeGreaterThan(0));
    socket.resume();
    const closed = server.close();
    await eventually(() => expect(socket.closed).toBe(true));
    await closed;
  });
});

describe('A request that asks for a WebSocket', () => {
  it('is one by any case of the name, and refused where it is no GET', async () => {
    const { address } = await startApp();
    expect(await sendRaw(address, head('Upgrade', 'WebSocket') + body)).toMatch(/^HTTP\/1\.1 405 /);
    const raw = await initSocket(address, { headers: { upgrade: 'WebSocket' } });
    raw.subscribe('1', '{ __typename }');
    expect(await raw.messageFor('1')).toMatchObject({ type: 'next' });
  });
});
