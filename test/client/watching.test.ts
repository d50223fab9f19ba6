import { describe, expect, it } from 'vitest';
import { type ContextState, createClient } from '../../src/client/index.ts';
import type { Json, JsonObject } from '../../src/json.ts';
import { startApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';
import { TcpProxy } from '../helpers/redis/tcp-proxy.ts';
import { connect, live } from './clients.ts';

describe('Watching a context', () => {
  it('shows what there is, then each change', async () => {
    const { server, address } = await startApp();
    await server.manager.set('a', { n: 1 });
    const watch = connect(address.websocket).watch('a');
    expect(watch.state).toMatchObject({ id: 'a', status: 'connecting', value: undefined, version: undefined });
    await eventually(() => expect(watch.state).toMatchObject({ status: 'live', value: { n: 1 }, version: 1 }));
    await server.manager.update('a', { m: 2 });
    await eventually(() => expect(watch.state).toMatchObject({ status: 'live', value: { n: 1, m: 2 }, version: 2 }));
    const { cursor, life } = (await server.manager.get('a')) ?? expect.fail();
    expect(watch.state).toMatchObject({ cursor, life, pendingWrites: 0, error: undefined });
  });

  it('keeps the identity of what did not change, and of the whole state as long as nothing does', async () => {
    const { server, address } = await startApp();
    await server.manager.set('a', { kept: { x: 1 }, list: [{ a: 1 }, { b: 1 }], n: 0 });
    const watch = connect(address.websocket).watch<{ readonly kept: JsonObject; readonly list: readonly Json[] }>('a');
    await eventually(() => expect(watch.state.status).toBe('live'));
    const { state } = watch;
    expect(watch.state).toBe(state);
    await server.manager.update('a', { n: 1, list: [{ a: 1 }, { b: 2 }] });
    await eventually(() => expect(watch.state.version).toBe(2));
    expect(watch.state.value?.kept).toBe(state.value?.kept);
    expect(watch.state.value?.list[0]).toBe(state.value?.list[0]);
    expect(Object.isFrozen(watch.state.value?.list)).toBe(true);
  });

  it('goes through deletions and lives', async () => {
    const { server, address } = await startApp();
    const watch = connect(address.websocket).watch('a');
    await eventually(() => expect(watch.state).toMatchObject({ status: 'live', value: undefined }));
    await server.manager.set('a', { n: 1 });
    await eventually(() => expect(watch.state).toMatchObject({ status: 'live', value: { n: 1 } }));
    await server.manager.delete('a');
    await eventually(() => expect(watch.state).toMatchObject({ status: 'live', value: undefined, version: undefined }));
    await server.manager.set('a', { n: 2 });
    await eventually(() => expect(watch.state).toMatchObject({ status: 'live', value: { n: 2 }, version: 1 }));
  });

  it('tells listeners each state once, and none after they left', async () => {
    const { server, address } = await startApp();
    await server.manager.set('a', { n: 0 });
    const watch = connect(address.websocket).watch('a');
    const told: ContextState[] = [];
    const stop = watch.subscribe((state) => told.push(state));
    await eventually(() => expect(watch.state.status).toBe('live'));
    expect(new Set(told).size).toBe(told.length);
    expect(told.at(-1)).toBe(watch.state);
    stop();
    const count = told.length;
    await server.manager.update('a', { n: 1 });
    await eventually(() => expect(watch.state.version).toBe(2));
    expect(told.length).toBe(count);
  });

  it('can be iterated: the present state, then later ones, of which a slow reader gets the latest', async () => {
    const { server, address } = await startApp();
    await server.manager.set('a', { n: 0 });
    const watch = connect(address.websocket).watch('a');
    const seen: unknown[] = [];
    for await (const { status, value, version } of watch) {
      if (status !== 'live') continue;
      seen.push(value?.['n']);
      if (seen.length === 2) break;
      for (let n = 1; n <= 5; n += 1) await server.manager.update('a', { n });
      await eventually(() => expect(watch.state.version).toBe(6));
      expect(version).toBe(1);
    }
    expect(seen).toEqual([0, 5]);
  });

  it('ends iterations when it is closed', async () => {
    const { address } = await startApp();
    const watch = connect(address.websocket).watch('a');
    const ended = (async () => {
      for await (const { status } of watch) if (status === 'live') queueMicrotask(() => watch.close());
      return 'ended';
    })();
    expect(await ended).toBe('ended');
    expect(watch.state.status).toBe('live');
  });

  it('is one subscription for all watches of an id, which ends some time after the last of them', async () => {
    const { server, address, feed } = await startApp();
    await server.manager.set('a', { n: 0 });
    const client = connect(address.websocket, { lingerMs: 30 });
    const [first, second] = [client.watch('a'), client.watch('a')];
    await eventually(() => expect(first.state.status).toBe('live'));
    expect(second.state).toBe(first.state);
    first.close();
    first.close();
    await server.manager.update('a', { n: 1 });
    await eventually(() => expect(second.state.version).toBe(2));
    expect(first.state.version).toBe(1);
    second.close();
    // Who comes again soon finds everything in place.
    const third = client.watch('a');
    expect(third.state).toMatchObject({ status: 'live', version: 2 });
    third.close();
    await eventually(() => expect(feed.size).toBe(0));
    const fourth = client.watch('a');
    expect(fourth.state).toMatchObject({ status: 'connecting', value: undefined });
    await eventually(() => expect(fourth.state).toMatchObject({ status: 'live', version: 2 }));
  });

  it('fails for good where the server refuses, and says why', async () => {
    const { address } = await startApp();
    const client = connect(address.websocket);
    const watch = client.watch('x'.repeat(1000));
    await eventually(() => expect(watch.state).toMatchObject({ status: 'failed', error: { code: 'BAD_USER_INPUT' } }));
    await live(client.watch('a'));
  });

  it('is stale while there is no connection, and goes on from where it was', async () => {
    const { server, address } = await startApp();
    await server.manager.set('a', { n: 0 });
    const proxy = await TcpProxy.start(address.port);
    const watch = await live(connect(`ws://127.0.0.1:${proxy.port}/graphql`).watch('a'));
    const { value } = watch.state;
    const statuses: string[] = [];
    watch.subscribe(({ status }) => statuses.push(status));
    proxy.isRefusing = true;
    proxy.cut();
    await eventually(() => expect(watch.state.status).toBe('stale'));
    expect(watch.state).toMatchObject({ version: 1, error: { code: 'CONNECTION_LOST' } });
    expect(watch.state.value).toBe(value);
    for (let n = 1; n <= 3; n += 1) await server.manager.update('a', { n });
    proxy.heal();
    await eventually(() => expect(watch.state).toMatchObject({ status: 'live', value: { n: 3 }, version: 4 }));
    expect(watch.state.error).toBe(undefined);
    expect(statuses).not.toContain('connecting');
  });

  it('notices a connection that is dead without having ended', async () => {
    const { server, address } = await startApp();
    await server.manager.set('a', { n: 0 });
    const proxy = await TcpProxy.start(address.port);
    const watch = await live(connect(`ws://127.0.0.1:${proxy.port}/graphql`, { keepAliveMs: 40 }).watch('a'));
    proxy.blackHole();
    await eventually(() => expect(watch.state.status).toBe('stale'));
    await server.manager.update('a', { n: 1 });
    proxy.heal();
    proxy.cut();
    await eventually(() => expect(watch.state).toMatchObject({ status: 'live', value: { n: 1 } }));
  });

  it('waits for a server that is not there yet', async () => {
    const { server, address } = await startApp();
    await server.manager.set('a', { n: 0 });
    const proxy = await TcpProxy.start(address.port);
    proxy.isRefusing = true;
    const watch = connect(`ws://127.0.0.1:${proxy.port}/graphql`).watch('a');
    await eventually(() =>
      expect(watch.state).toMatchObject({ status: 'connecting', error: { code: 'CONNECTION_LOST' } }),
    );
    proxy.heal();
    await eventually(() => expect(watch.state).toMatchObject({ status: 'live', value: { n: 0 } }));
  });

  it('ends with its client', async () => {
    const { server, address, feed } = await startApp();
    await server.manager.set('a', { n: 0 });
    const client = connect(address.websocket);
    const watch = await live(client.watch('a'));
    const told: ContextState[] = [];
    watch.subscribe((state) => told.push(state));
    const iterated = (async () => {
      for await (const _ of watch);
    })();
    const write = client.update('a', { n: 1 });
    client.close();
    await iterated;
    await expect(write).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
    expect(told.at(-1)).toMatchObject({ status: 'failed', error: { code: 'CLIENT_CLOSED' } });
    expect(watch.state).toMatchObject({ status: 'failed' });
    for (const id of ['a', 'b']) expect(() => client.watch(id)).toThrow('The client is closed.');
    await eventually(() => expect(feed.size).toBe(0));
  });

  it('needs no WebSocket before anything is watched', () => {
    const client = createClient({ url: 'ws://127.0.0.1:1/graphql', webSocketImpl: 'none' });
    client.close();
  });
});

describe('Bringing a copy up to date', () => {
  it('takes what the copy lacks', async () => {
    const { server, address } = await startApp();
    await server.manager.set('a', { n: 0 });
    const client = connect(address.websocket);
    const first = await client.sync('a');
    expect(first).toMatchObject({ status: 'live', version: 1, context: { n: 0 } });
    expect(await client.sync('a', first)).toBe(first);
    await server.manager.update('a', { n: 1 });
    expect(await client.sync('a', first)).toMatchObject({ version: 2, context: { n: 1 } });
    await server.manager.delete('a');
    await expect(client.sync('a', first)).rejects.toMatchObject({ code: 'CONTEXT_NOT_FOUND' });
    client.close();
    await expect(client.sync('a')).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
  });
});
