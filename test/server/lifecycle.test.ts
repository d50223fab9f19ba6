import { createServer as createNetServer } from 'node:net';
import { print } from 'graphql';
import { createClient } from 'graphql-ws';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { createServer } from '../../src/server/create-server.ts';
import { silentLog } from '../../src/server/log.ts';
import { isLoopback } from '../../src/server/loopback.ts';
import { type ListeningApp, makeApp, startApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';
import { gated } from '../helpers/gates.ts';
import { contextChanged } from '../helpers/operations.ts';
import { connectTo } from '../helpers/raw.ts';
import { initSocket, openSocket } from '../helpers/raw-socket.ts';
import { RawStream } from '../helpers/raw-stream.ts';

const watch = 'subscription { contextChanged(id: "a", version: 0) { __typename } }';

describe('Listening', () => {
  it('takes any free port for 0, and tells its addresses', async () => {
    const { address } = await startApp();
    expect(address.port).toBeGreaterThan(0);
    expect(address.http).toBe(`http://127.0.0.1:${address.port}/graphql`);
    expect(address.websocket).toBe(`ws://127.0.0.1:${address.port}/graphql`);
  });

  it('fails where the port is taken, and can be closed then', async () => {
    const first = await startApp();
    const { server } = makeApp({ port: first.address.port });
    await expect(server.listen()).rejects.toThrow(/EADDRINUSE.*address already in use 127\.0\.0\.1:\d+/);
    await server.close();
    expect((await fetch(`${first.origin}/health`)).status).toBe(200);
  });

  it('is refused beyond loopback unless there is an access policy, or it is insecure on purpose', async () => {
    for (const host of ['0.0.0.0', '::', '', '192.0.2.1', 'example.com', '::ffff:192.0.2.1']) {
      const { server } = makeApp({ host });
      await expect(server.listen(), host).rejects.toThrow(/ARPEGGIO_INSECURE=1/);
    }
    const guarded = await startApp({ host: '0.0.0.0', access: { anonymous: { read: ['hall:*'] } } });
    expect((await fetch(`http://127.0.0.1:${guarded.address.port}/health`)).status).toBe(200);
    const open = await startApp({ host: '0.0.0.0', insecure: true });
    const response = await fetch(`http://127.0.0.1:${open.address.port}/health`);
    expect(response.status).toBe(200);
  });

  it('is not beyond loopback on any of its addresses', async () => {
    for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost', 'LOCALHOST', '::ffff:127.0.0.1']) {
      expect(isLoopback(host), host).toBe(true);
    }
    for (const host of [
      '',
      '0.0.0.0',
      '::',
      '128.0.0.1',
      '10.0.0.1',
      'localhost.example.com',
      '127.0.0.1.example.com',
    ]) {
      expect(isLoopback(host), host).toBe(false);
    }
    const { address } = await startApp({ host: 'localhost' });
    expect(address.http).toBe(`http://localhost:${address.port}/graphql`);
  });

  it('writes an address of IPv6 in brackets', async () => {
    const { address } = await startApp({ host: '::1' });
    expect(address.http).toBe(`http://[::1]:${address.port}/graphql`);
    expect(await (await fetch(`${address.http}?query={__typename}`)).json()).toEqual({ data: { __typename: 'Query' } });
  });
});

/** A server on which one request runs until it is let go: as long as it runs, the server can not have closed. */
async function startBusy(): Promise<ListeningApp & { letGo(): Promise<unknown> }> {
  const { options, reading } = gated();
  const app = await startApp(options);
  await app.server.manager.set('busy', {});
  reading.shut();
  const answer = fetch(`${app.address.http}?query={sync(id:"busy",version:1){__typename}}`);
  await eventually(() => expect(reading.waiting).toBe(1));
  return {
    ...app,
    async letGo() {
      reading.open();
      return (await answer).json();
    },
  };
}

const done = { data: { sync: { __typename: 'NoChange' } } };

describe('Closing', () => {
  it('lets a running request end, and ends its connection then', async () => {
    const { server, address, letGo } = await startBusy();
    const closed = server.close();
    await expect(fetch(address.http)).rejects.toThrow();
    expect(await letGo()).toEqual(done);
    await closed;
  });

  it('does not wait for connections without a request', async () => {
    const { server, address, letGo } = await startBusy();
    const silent = await connectTo(address);
    const begun = await connectTo(address);
    begun.write('POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Le');
    const kept = await connectTo(address);
    kept.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await eventually(() => expect(kept.bytesRead).toBeGreaterThan(0));
    const closed = server.close();
    for (const socket of [silent, begun, kept]) {
      // Its end is told to those who read.
      socket.resume();
      await eventually(() => expect(socket.closed).toBe(true));
    }
    expect(await letGo()).toEqual(done);
    await closed;
  });

  it('tells WebSocket clients to come back, and cuts those that do not answer', async () => {
    const { server, address, feed } = await startApp();
    const polite = await initSocket(address);
    const idle = await openSocket(address);
    const stuck = await initSocket(address);
    for (const raw of [polite, stuck]) raw.subscribe('1', watch);
    await eventually(() => expect(feed.size).toBe(1));
    stuck.socket.pause();
    await server.close();
    expect(await polite.closing()).toEqual({ code: 1012, reason: 'Service restart' });
    expect(await idle.closing()).toMatchObject({ code: 1012 });
    stuck.socket.resume();
    await stuck.closing();
  });

  it('makes a client of graphql-ws come back to the next server, which goes on from its cursor', async () => {
    const first = await startApp();
    const { context, ...position } = (await first.server.manager.set('a', { n: 0 })).context;
    expect(context).toEqual({ n: 0 });
    let url = first.address.websocket;
    const client = createClient({
      url: () => url,
      webSocketImpl: WebSocket,
      retryAttempts: 10,
      retryWait: () => eventually(() => expect(url).not.toBe(first.address.websocket)),
    });
    onTestFinished(async () => client.dispose());
    const query = print(contextChanged);
    const events = client.iterate({ query, variables: { id: 'a', cursor: position.cursor } });
    const next = events.next();
    await eventually(() => expect(first.feed.size).toBe(1));
    await first.server.close();
    const second = await startApp();
    url = second.address.websocket;
    // The store was the first one's own: of this context there is no trace.
    expect((await next).value).toMatchObject({ data: { contextChanged: { endReason: 'LOST', version: 1 } } });
    await events.return?.();
  });

  it('cuts SSE streams instead of completing them, so that their clients come back', async () => {
    const { server, address, feed, letGo } = await startBusy();
    const stream = new RawStream(address, watch, {});
    await stream.read();
    await eventually(() => expect(feed.size).toBe(1));
    const closed = server.close();
    await eventually(() => expect(stream.ended).toBe('cut'));
    expect(await letGo()).toEqual(done);
    await closed;
  });

  it('twice is closing once, and both wait for the end', async () => {
    const { server, address, letGo } = await startBusy();
    let closed = 0;
    const count = (): void => {
      closed += 1;
    };
    const both = [server.close().then(count), server.close().then(count)];
    await expect(fetch(address.http)).rejects.toThrow();
    expect(closed).toBe(0);
    await letGo();
    await Promise.all(both);
    await server.close();
  });

  it('leaves the port free', async () => {
    const { server, address } = await startApp();
    await server.close();
    const other = createNetServer();
    await new Promise<void>((resolve, reject) => {
      other.once('error', reject).listen(address.port, '127.0.0.1', resolve);
    });
    other.close();
  });

  it('is fine without ever listening', async () => {
    // Nor does it serve anybody any longer, then.
    const server = createServer({ log: silentLog, drainDelayMs: 24_999 });
    await server.manager.set('a', {});
    await server.close();
  });
});
