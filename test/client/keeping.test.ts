import { describe, expect, it } from 'vitest';
import type { WriteStorage } from '../../src/client/index.ts';
import { startApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';
import { TcpProxy } from '../helpers/redis/tcp-proxy.ts';
import { connect, JumpingTime, live } from './clients.ts';

function memoryStorage(): WriteStorage & { readonly items: Map<string, string> } {
  const items = new Map<string, string>();
  return { items, getItem: (key) => items.get(key) ?? null, setItem: (key, value) => items.set(key, value) };
}

const keptIn = ({ items }: ReturnType<typeof memoryStorage>): unknown[] =>
  JSON.parse(items.get('arpeggio:writes') ?? '{"writes":[]}').writes;

describe('Keeping writes', () => {
  it('makes again what was under way when the page went, in order, and what had been answered not', async () => {
    const app = await startApp();
    await app.server.manager.set('a', { log: {} });
    const proxy = await TcpProxy.start(app.address.port);
    const url = `ws://127.0.0.1:${proxy.port}/graphql`;
    const storage = memoryStorage();
    const first = connect(url, { storage });
    await first.update('a', { answered: true });
    proxy.isRefusing = true;
    proxy.cut();
    const lost = [first.update('a', { n: 1 }), first.update('a', { n: 2, m: 2 }), first.remove('a', ['m'])];
    await eventually(() => expect(keptIn(storage)).toHaveLength(3));
    first.close();
    for (const write of lost) await expect(write).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
    expect(keptIn(storage)).toHaveLength(3);
    await app.server.manager.update('a', { answered: false });
    proxy.heal();
    const second = connect(url, { storage });
    const watch = second.watch('a');
    await eventually(() => expect(watch.state).toMatchObject({ status: 'live', pendingWrites: 0, version: 6 }));
    expect(watch.state.value).toEqual({ log: {}, answered: false, n: 2 });
    await eventually(() => expect(keptIn(storage)).toEqual([]));
  });

  it('counts once what had been written, though its answer got lost with the page', async () => {
    const app = await startApp();
    await app.server.manager.set('a', { n: 0 });
    const proxy = await TcpProxy.start(app.address.port);
    const url = `ws://127.0.0.1:${proxy.port}/graphql`;
    const storage = memoryStorage();
    const first = connect(url, { storage });
    await live(first.watch('a'));
    proxy.replies = 'vanish';
    const write = first.update('a', ({ n, ...rest }) => ({ ...rest, n: Number(n) + 1 }));
    await eventually(async () => expect((await app.server.manager.get('a'))?.context).toEqual({ n: 1 }));
    first.close();
    await expect(write).rejects.toMatchObject({ code: 'CLIENT_CLOSED', applied: 'UNKNOWN' });
    await app.server.manager.update('a', { n: 10 });
    proxy.heal();
    proxy.cut();
    const second = connect(url, { storage });
    await eventually(() => expect(keptIn(storage)).toEqual([]));
    expect(second.pendingWrites).toBe(0);
    expect((await app.server.manager.get('a'))?.context).toEqual({ n: 10 });
  });

  it('makes what was kept before all that has been made since, however late it is found', async () => {
    const app = await startApp();
    await app.server.manager.set('a', { v: 'first' });
    const storage = memoryStorage();
    const proxy = await TcpProxy.start(app.address.port);
    proxy.isRefusing = true;
    const first = connect(`ws://127.0.0.1:${proxy.port}/graphql`, { storage });
    const lost = first.update('a', { v: 'old' });
    first.close();
    await expect(lost).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
    await eventually(() => expect(keptIn(storage)).toHaveLength(1));
    let find = (): void => {};
    const found = new Promise<void>((resolve) => {
      find = resolve;
    });
    const late: WriteStorage = { ...storage, getItem: (key) => found.then(() => storage.getItem(key)) };
    const second = connect(app.address.websocket, { storage: late });
    const watch = second.watch('a');
    const write = second.update('a', { v: 'new' });
    await eventually(() => expect(watch.state).toMatchObject({ status: 'live', value: { v: 'new' }, version: 1 }));
    find();
    expect(await write).toMatchObject({ version: 3 });
    expect((await app.server.manager.get('a'))?.context).toEqual({ v: 'new' });
  });

  it('leaves them kept when the client is closed, where the storage takes its time too', async () => {
    const app = await startApp();
    const proxy = await TcpProxy.start(app.address.port);
    proxy.isRefusing = true;
    const kept = memoryStorage();
    const slow: WriteStorage = {
      getItem: async (key) => kept.getItem(key),
      async setItem(key, value) {
        await new Promise((resolve) => setImmediate(resolve));
        await new Promise((resolve) => setImmediate(resolve));
        kept.setItem(key, value);
      },
    };
    const client = connect(`ws://127.0.0.1:${proxy.port}/graphql`, { storage: slow });
    const lost = [client.update('a', { n: 1 })];
    await eventually(() => expect(keptIn(kept)).toHaveLength(1));
    lost.push(client.update('a', { n: 2 }));
    client.close();
    for (const write of lost) await expect(write).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
    await eventually(() => expect(keptIn(kept)).toHaveLength(2));
  });

  it('tells of those that are refused after all', async () => {
    const app = await startApp();
    const proxy = await TcpProxy.start(app.address.port);
    proxy.isRefusing = true;
    const url = `ws://127.0.0.1:${proxy.port}/graphql`;
    const storage = memoryStorage();
    const time = new JumpingTime();
    const first = connect(url, { storage }, time);
    const lost = [first.update('missing', { n: 1 })];
    time.jump(-600_000);
    lost.push(first.set('old', {}));
    await eventually(() => expect(keptIn(storage)).toHaveLength(2));
    first.close();
    for (const write of lost) await expect(write).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
    proxy.heal();
    const refused: unknown[] = [];
    connect(url, { storage, onRefused: (id, { code }) => refused.push([id, code]) });
    await eventually(() => expect(refused).toHaveLength(2));
    expect(refused).toContainEqual(['missing', 'CONTEXT_NOT_FOUND']);
    expect(refused).toContainEqual(['old', 'WRITE_EXPIRED']);
    await eventually(() => expect(keptIn(storage)).toEqual([]));
  });

  it.each([
    ['nothing of ours', 'rubbish'],
    ['what a later version has kept', '{"version":99,"writes":[{}]}'],
    ['null', 'null'],
    ['less than there should be', '{"version":1}'],
    ['other things in place of writes', '{"version":1,"writes":[null,1,{"id":"a"}]}'],
  ])('goes on where the storage holds %s', async (_, text) => {
    const app = await startApp();
    const storage = memoryStorage();
    storage.items.set('arpeggio:writes', text);
    const client = connect(app.address.websocket, { storage });
    expect(await client.set('a', {})).toMatchObject({ version: 1 });
  });

  it('goes on where the storage fails, and takes one that answers later', async () => {
    const app = await startApp();
    const failing: WriteStorage = {
      getItem: () => Promise.reject(new Error('forbidden')),
      setItem: () => {
        throw new Error('full');
      },
    };
    expect(await connect(app.address.websocket, { storage: failing }).set('a', {})).toMatchObject({ version: 1 });
    const kept = memoryStorage();
    const later: WriteStorage = {
      getItem: async (key) => kept.getItem(key),
      setItem: async (key, value) => kept.setItem(key, value),
    };
    expect(await connect(app.address.websocket, { storage: later }).set('b', {})).toMatchObject({ version: 1 });
    await eventually(() => expect(keptIn(kept)).toEqual([]));
  });
});
