import { describe, expect, it } from 'vitest';
import type { ContextState } from '../../src/client/index.ts';
import type { App } from '../helpers/app.ts';
import { startApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';
import { TcpProxy } from '../helpers/redis/tcp-proxy.ts';
import { connect, JumpingTime, live } from './clients.ts';

interface Counter {
  readonly [key: string]: number;
  readonly n: number;
}

const count = ({ n, ...rest }: Counter): Counter => ({ ...rest, n: n + 1 });

const contextOf = async ({ server }: App, id = 'a'): Promise<unknown> => (await server.manager.get(id))?.context;

describe('Writing', () => {
  it('sets, updates, removes and deletes, and tells where that led', async () => {
    const app = await startApp();
    const client = connect(app.address.websocket);
    expect(await client.set('a', { n: 1, gone: { x: 1 } })).toMatchObject({ version: 1 });
    expect(await client.update('a', { m: 2 }, { remove: [['gone', 'x']] })).toMatchObject({ version: 2 });
    expect(await client.remove('a', ['gone'], ['never there'])).toMatchObject({ version: 3 });
    expect(await contextOf(app)).toEqual({ n: 1, m: 2 });
    expect(await client.update('a', {})).toMatchObject({ version: 3 });
    expect(await client.delete('a')).toMatchObject({ version: 3 });
    expect(await contextOf(app)).toBe(undefined);
    expect(client.pendingWrites).toBe(0);
  });

  it('shows a write at once, and takes it for done when the server has it', async () => {
    const app = await startApp();
    await app.server.manager.set('a', { n: 0 });
    const client = connect(app.address.websocket);
    const watch = await live(client.watch('a'));
    const states: ContextState[] = [];
    watch.subscribe((state) => states.push(state));
    const write = client.update('a', { m: 1 });
    expect(watch.state).toMatchObject({ value: { n: 0, m: 1 }, version: 1, pendingWrites: 1 });
    await write;
    await eventually(() => expect(watch.state).toMatchObject({ version: 2, pendingWrites: 0 }));
    // Never was it taken back in between, and never did it make two values.
    expect(new Set(states.map(({ value }) => value)).size).toBe(1);
  });

  it('shows set and delete at once, too', async () => {
    const app = await startApp();
    const client = connect(app.address.websocket);
    const watch = await live(client.watch('a'));
    const states: ContextState[] = [];
    watch.subscribe((state) => states.push(state));
    const set = client.set('a', { n: 1 });
    expect(watch.state.value).toEqual({ n: 1 });
    await set;
    await eventually(() => expect(watch.state).toMatchObject({ version: 1, pendingWrites: 0 }));
    expect(states.every(({ value }) => value?.['n'] === 1)).toBe(true);
    states.length = 0;
    const deleted = client.delete('a');
    expect(watch.state.value).toBe(undefined);
    await deleted;
    await eventually(() => expect(watch.state).toMatchObject({ version: undefined, pendingWrites: 0 }));
    expect(states.every(({ value }) => value === undefined)).toBe(true);
  });

  it('takes back what the server refuses, with the reason, and nothing else', async () => {
    const app = await startApp();
    await app.server.manager.set('a', { n: 0 });
    const client = connect(app.address.websocket);
    const watch = await live(client.watch('a'));
    const refused = client.update('a', { refused: true }, { expectedVersion: 7 });
    const kept = client.update('a', { kept: true });
    expect(watch.state.value).toEqual({ n: 0, refused: true, kept: true });
    await expect(refused).rejects.toMatchObject({
      code: 'VERSION_CONFLICT',
      applied: 'NO',
      details: { currentVersion: 1 },
    });
    expect(watch.state.value).toEqual({ n: 0, kept: true });
    await kept;
    expect(await contextOf(app)).toEqual({ n: 0, kept: true });
  });

  it('refuses at once what no context can hold', async () => {
    const app = await startApp();
    const client = connect(app.address.websocket);
    const date = new Date(0) as unknown as number;
    await expect(client.set('a', { date })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await expect(client.update('a', { n: Number.NaN })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(client.pendingWrites).toBe(0);
  });

  it('sends the writes to one context in their order', async () => {
    const app = await startApp();
    const client = connect(app.address.websocket);
    const versions = await Promise.all([
      client.set('a', { n: 0 }),
      ...Array.from({ length: 20 }, (_, n) => client.update('a', { n })),
    ]);
    expect(versions.map(({ version }) => version)).toEqual([
      1,
      ...Array.from({ length: 20 }, (_, n) => Math.max(1, n + 1)),
    ]);
    expect(await contextOf(app)).toEqual({ n: 19 });
  });
});

describe('An update by a function', () => {
  it('loses nothing where many clients count together', async () => {
    const app = await startApp();
    await app.server.manager.set('a', { n: 0 });
    const clients = Array.from({ length: 4 }, () => connect(app.address.websocket));
    const watches = clients.map((client) => client.watch<Counter>('a'));
    await Promise.all(
      clients.flatMap((client) => Array.from({ length: 10 }, () => client.update<Counter>('a', count))),
    );
    expect(await contextOf(app)).toEqual({ n: 40 });
    for (const watch of watches) await eventually(() => expect(watch.state.value).toEqual({ n: 40 }));
  });

  it('needs no watch', async () => {
    const app = await startApp();
    await app.server.manager.set('a', { n: 0 });
    const clients = Array.from({ length: 3 }, () => connect(app.address.websocket));
    await Promise.all(clients.flatMap((client) => Array.from({ length: 5 }, () => client.update<Counter>('a', count))));
    expect(await contextOf(app)).toEqual({ n: 15 });
  });

  it('is made again on what came first', async () => {
    const app = await startApp();
    await app.server.manager.set('a', { n: 0 });
    const proxy = await TcpProxy.start(app.address.port);
    const client = connect(`ws://127.0.0.1:${proxy.port}/graphql`);
    const watch = await live(client.watch<Counter>('a'));
    // What the client is told comes late: its first try must meet another version than it knows.
    proxy.replies = 30;
    await app.server.manager.update('a', { n: 10, other: 1 });
    const write = client.update<Counter>('a', count);
    expect(watch.state.value).toEqual({ n: 1 });
    expect(await write).toMatchObject({ version: 3 });
    expect(await contextOf(app)).toEqual({ n: 11, other: 1 });
    await eventually(() => expect(watch.state).toMatchObject({ value: { n: 11, other: 1 }, pendingWrites: 0 }));
  });

  it('is refused where it throws, or where there is nothing to update', async () => {
    const app = await startApp();
    await app.server.manager.set('a', { n: 0 });
    const client = connect(app.address.websocket);
    const watch = await live(client.watch('a'));
    const fault = new Error('fault');
    const thrown = client.update('a', () => {
      throw fault;
    });
    await expect(thrown).rejects.toMatchObject({ code: 'WRITE_FAILED', applied: 'NO', cause: fault });
    expect(watch.state).toMatchObject({ value: { n: 0 }, pendingWrites: 0 });
    const missing = { code: 'CONTEXT_NOT_FOUND', applied: 'NO' };
    await expect(client.update('b', (context) => context)).rejects.toMatchObject(missing);
    await live(client.watch('c'));
    await expect(client.update('c', (context) => context)).rejects.toMatchObject(missing);
  });
});

describe('Writing without a connection', () => {
  it('waits for one, shows what will be, and then writes all of it, in order, once', async () => {
    const app = await startApp();
    await app.server.manager.set('a', { n: 0 });
    const proxy = await TcpProxy.start(app.address.port);
    const client = connect(`ws://127.0.0.1:${proxy.port}/graphql`);
    const watch = await live(client.watch<Counter>('a'));
    proxy.isRefusing = true;
    proxy.cut();
    await eventually(() => expect(watch.state.status).toBe('stale'));
    const writes = [
      client.update<Counter>('a', count),
      client.update('a', { m: 1 }),
      client.update<Counter>('a', count),
      client.remove('a', ['m']),
    ];
    expect(watch.state).toMatchObject({ value: { n: 2 }, version: 1, pendingWrites: 4 });
    await app.server.manager.update('a', { n: 100 });
    proxy.heal();
    await Promise.all(writes);
    expect(await app.server.manager.get('a')).toMatchObject({ context: { n: 102 }, version: 6 });
    await eventually(() => expect(watch.state).toMatchObject({ value: { n: 102 }, version: 6, pendingWrites: 0 }));
  });

  it('counts a write once whose answer got lost', async () => {
    const app = await startApp();
    await app.server.manager.set('a', { n: 0 });
    const proxy = await TcpProxy.start(app.address.port);
    const client = connect(`ws://127.0.0.1:${proxy.port}/graphql`);
    const watch = await live(client.watch<Counter>('a'));
    proxy.replies = 'vanish';
    const write = client.update<Counter>('a', count);
    await eventually(async () => expect(await contextOf(app)).toEqual({ n: 1 }));
    // What others do meanwhile must not make it a new write.
    await app.server.manager.update('a', { n: 50 });
    proxy.heal();
    proxy.cut();
    expect(await write).toMatchObject({ version: 3 });
    expect(await contextOf(app)).toEqual({ n: 50 });
    await eventually(() => expect(watch.state).toMatchObject({ value: { n: 50 }, pendingWrites: 0 }));
  });

  it('refuses what has waited for longer than the server remembers', async () => {
    const app = await startApp();
    await app.server.manager.set('a', { n: 0 });
    const proxy = await TcpProxy.start(app.address.port);
    const time = new JumpingTime();
    const client = connect(`ws://127.0.0.1:${proxy.port}/graphql`, { writeTtlMs: 60_000 }, time);
    const watch = await live(client.watch('a'));
    proxy.replies = 'vanish';
    const sent = client.update('a', { sent: true });
    const waiting = client.update('b', { n: 1 });
    const later = client.update('a', { later: true });
    await eventually(async () => expect(await contextOf(app)).toEqual({ n: 0, sent: true }));
    proxy.isRefusing = true;
    proxy.cut();
    time.jump(60_001);
    await Promise.all([
      expect(sent).rejects.toMatchObject({ code: 'WRITE_EXPIRED', applied: 'UNKNOWN' }),
      expect(later).rejects.toMatchObject({ code: 'WRITE_EXPIRED', applied: 'NO' }),
      expect(waiting).rejects.toMatchObject({ code: 'WRITE_EXPIRED' }),
    ]);
    expect(watch.state).toMatchObject({ value: { n: 0 }, pendingWrites: 0 });
  });

  it('refuses more than may wait', async () => {
    const app = await startApp();
    const proxy = await TcpProxy.start(app.address.port);
    proxy.isRefusing = true;
    const client = connect(`ws://127.0.0.1:${proxy.port}/graphql`, { maxPendingWrites: 2 });
    const writes = [client.set('a', { n: 0 }), client.set('b', { n: 0 })];
    await expect(client.set('c', {})).rejects.toMatchObject({ code: 'QUEUE_FULL', applied: 'NO' });
    proxy.heal();
    await Promise.all(writes);
    await client.set('c', {});
  });

  it('refuses what is too large for a message, and goes on with the rest', async () => {
    const app = await startApp();
    await app.server.manager.set('a', { n: 0 });
    const client = connect(app.address.websocket);
    const watch = await live(client.watch('a'));
    const large = client.update('a', { text: 'x'.repeat(3 * 1024 * 1024) });
    const small = client.update('a', { small: true });
    await expect(large).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    await small;
    await eventually(() => expect(watch.state).toMatchObject({ status: 'live', value: { n: 0, small: true } }));
  });

  it('ends with the client', async () => {
    const app = await startApp();
    const proxy = await TcpProxy.start(app.address.port);
    proxy.isRefusing = true;
    const client = connect(`ws://127.0.0.1:${proxy.port}/graphql`);
    const write = client.set('a', {});
    const update = client.update('b', (context) => context);
    client.close();
    await expect(write).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
    await expect(update).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
    await expect(client.set('a', {})).rejects.toMatchObject({ code: 'CLIENT_CLOSED', applied: 'NO' });
  });
});
