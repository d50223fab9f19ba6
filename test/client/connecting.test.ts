import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemTime, type Time } from '../../src/client/time.ts';
import { startApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';
import { serverSockets } from '../helpers/server-sockets.ts';
import { connect } from './clients.ts';

/** Takes connections, and says nothing. */
async function mute(): Promise<{ readonly url: string; readonly sockets: readonly Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket.on('error', () => {}).resume()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets };
}

/** Time whose long waits a test ends by hand. */
class HeldTime implements Time {
  readonly held = new Map<number, () => void>();
  readonly now = systemTime.now;
  readonly random = systemTime.random;

  after(ms: number, run: () => void): () => void {
    if (ms < 5000) return systemTime.after(ms, run);
    this.held.set(ms, run);
    return () => {
      if (this.held.get(ms) === run) this.held.delete(ms);
    };
  }
}

describe('A client comes to its server', () => {
  it('though the address could not be told at first', async () => {
    const { server, address } = await startApp();
    await server.manager.set('a', { n: 0 });
    let asked = 0;
    const client = connect('', {
      async url() {
        asked += 1;
        if (asked <= 3) throw new Error('No token today.');
        return address.websocket;
      },
    });
    const watch = client.watch('a');
    const write = client.update('a', { m: 1 });
    await eventually(() => expect(watch.state).toMatchObject({ error: { message: 'No token today.' } }));
    await write;
    await eventually(() => expect(watch.state).toMatchObject({ status: 'live', value: { n: 0, m: 1 } }));
  });

  it('again with a new token whenever one has expired, and loses nothing', async () => {
    let issued = 0;
    const { server, address } = await startApp({
      access: {
        authenticate: ({ token }) =>
          // From when it is first shown: however slow the machine is, none comes too late.
          token === `token ${issued}`
            ? { name: 'ann', policy: { read: ['*'], write: ['*'] }, expiresAt: Date.now() + 150 }
            : null,
      },
    });
    await server.manager.set('a', {});
    const client = connect(address.websocket, {
      connectionParams() {
        issued += 1;
        return { token: `token ${issued}` };
      },
    });
    const watch = client.watch('a');
    for (let n = 0; issued < 4; n += 1) await client.update('a', { [n]: true });
    const written = (await server.manager.get('a'))?.context;
    await eventually(() => expect(watch.state).toMatchObject({ status: 'live', value: written }));
  });

  it('though what it is to be told of itself could not be had at first, by one connection in the end', async () => {
    const sockets = serverSockets();
    const { address } = await startApp();
    let asked = 0;
    const client = connect(address.websocket, {
      async connectionParams() {
        asked += 1;
        if (asked % 4 !== 0) throw new Error('No token today.');
        return { token: 'a' };
      },
    });
    const watches = ['a', 'b', 'c'].map((id) => client.watch(id));
    for (const watch of watches) await eventually(() => expect(watch.state.status).toBe('live'));
    await eventually(() => expect(sockets.filter(({ destroyed }) => !destroyed)).toHaveLength(1));
    client.close();
    await eventually(() => expect(sockets.filter(({ destroyed }) => !destroyed)).toHaveLength(0));
  });

  it('though it did not answer at first', async () => {
    const { address } = await startApp();
    const silent = await mute();
    const time = new HeldTime();
    let url = silent.url;
    const client = connect('', { url: async () => url }, time);
    const watch = client.watch('a');
    await eventually(() => expect(silent.sockets).toHaveLength(1));
    url = address.websocket;
    time.held.get(20_000)?.();
    await eventually(() => expect(watch.state.status).toBe('live'));
    await eventually(() => expect(silent.sockets[0]?.destroyed).toBe(true));
  });

  it('or tells why it never will', async () => {
    for (const [url, options] of [
      ['not an address', {}],
      ['ws://127.0.0.1:1/graphql', { webSocketImpl: 'none' }],
    ] as const) {
      const client = connect(url, options);
      const watch = client.watch('a');
      await eventually(() =>
        expect(watch.state).toMatchObject({ status: 'failed', error: { code: 'CONNECTION_REFUSED' } }),
      );
      await expect(client.set('a', {})).rejects.toMatchObject({ code: 'CONNECTION_REFUSED', applied: 'NO' });
    }
  });

  it('anew, once it is told to', async () => {
    const { server, address } = await startApp();
    await server.manager.set('a', { n: 0 });
    let url = 'not an address';
    const client = connect('', { url: () => url });
    const watch = client.watch('a');
    await eventually(() => expect(watch.state.status).toBe('failed'));
    url = address.websocket;
    client.retry();
    await eventually(() => expect(watch.state).toMatchObject({ status: 'live', value: { n: 0 } }));
  });
});

describe('A write', () => {
  it('is refused once its time is over, whatever it waits for', async () => {
    const silent = await mute();
    const time = new HeldTime();
    const client = connect(silent.url, { writeTtlMs: 50_000 }, time);
    const write = client.set('a', {});
    const refused = expect(write).rejects.toMatchObject({ code: 'WRITE_EXPIRED', applied: 'NO' });
    await eventually(() => expect(silent.sockets).toHaveLength(1));
    for (const [ms, run] of time.held) if (ms > 40_000) run();
    await refused;
    expect(client.pendingWrites).toBe(0);
  });

  it('is not sent once its time is over, though it was not when its connection was begun', async () => {
    const { server, address } = await startApp();
    await server.manager.set('a', { n: 0 });
    let goOn = (): void => {};
    let skew = 0;
    const time = new HeldTime();
    const late: Time = { ...systemTime, after: (ms, run) => time.after(ms, run), now: () => systemTime.now() + skew };
    const asked = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const client = connect(
      address.websocket,
      { writeTtlMs: 50_000, connectionParams: () => asked.then(() => ({})) },
      late,
    );
    const write = client.update('a', { n: 1 });
    const refused = expect(write).rejects.toMatchObject({ code: 'WRITE_EXPIRED', applied: 'NO' });
    skew = 60_000;
    goOn();
    await refused;
    expect((await server.manager.get('a'))?.context).toEqual({ n: 0 });
  });

  it('is made though a listener throws, and so is all that follows', async () => {
    const { server, address } = await startApp();
    await server.manager.set('a', { n: 0 });
    const thrown: unknown[] = [];
    const caught = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException').on('uncaughtException', (error) => thrown.push(error));
    onTestFinished(() => {
      process.removeAllListeners('uncaughtException');
      for (const listener of caught) process.on('uncaughtException', listener);
    });
    const client = connect(address.websocket);
    const watch = client.watch('a');
    const fault = new Error('fault');
    const stop = watch.subscribe(() => {
      throw fault;
    });
    await client.update('a', { n: 1 });
    await client.update('a', { n: 2 });
    await eventually(() => expect(watch.state).toMatchObject({ status: 'live', value: { n: 2 }, pendingWrites: 0 }));
    stop();
    await eventually(() => expect(thrown.length).toBeGreaterThan(2));
    expect(new Set(thrown)).toEqual(new Set([fault]));
  });

  it('of thousands that wait costs no more than the one', async () => {
    const silent = await mute();
    const client = connect(silent.url, { maxPendingWrites: 1e6 });
    const watch = client.watch<{ readonly n: number }>('a');
    let calls = 0;
    const writes = [client.set('a', { n: 0 })];
    for (let n = 0; n < 1000; n += 1) {
      writes.push(
        client.update<{ readonly n: number }>('a', (context) => {
          calls += 1;
          return { n: context.n + 1 };
        }),
      );
    }
    expect(watch.state).toMatchObject({ value: { n: 1000 }, pendingWrites: 1001 });
    expect(calls).toBe(1000);
    client.close();
    await Promise.allSettled(writes);
  });
});
