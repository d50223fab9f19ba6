import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/json.ts';
import type { ContextWrite } from '../generated/graphql.ts';
import { startApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';
import { deleteContext, setContext, updateContext, writeContexts } from '../helpers/operations.ts';
import { type Seen, withApollo, withUrql, withUrqlAndSchema } from '../helpers/recipes.ts';
import { TcpProxy } from '../helpers/redis/tcp-proxy.ts';

const recipes = [
  { name: 'Apollo Client', connect: withApollo },
  { name: 'urql', connect: withUrql },
  { name: 'urql that knows the schema', connect: withUrqlAndSchema },
];

/** A server whose two ways can be broken each by itself. */
async function start() {
  const { address, server } = await startApp({ archiveTimeoutMs: 5000, ...archive() });
  const port = Number(new URL(address.http).port);
  const [web, sockets] = [await TcpProxy.start(port), await TcpProxy.start(port)];
  const http = `http://127.0.0.1:${web.port}/graphql`;
  const websocket = `ws://127.0.0.1:${sockets.port}/graphql`;
  return { manager: server.manager, web, sockets, address: { ...address, http, websocket } };
}

/** An archive that always holds the same, at version 1. */
function archive() {
  return { restoreContext: async () => ({ context: { from: 'archive' }, version: 1 }) };
}

/** Whether no state is followed by an older one of its life. */
function expectNoStepBack(seen: readonly Seen[]): void {
  const newest = new Map<string, number>();
  for (const state of seen) {
    if (!state) continue;
    expect(state.version).toBeGreaterThanOrEqual(newest.get(state.life) ?? 0);
    newest.set(state.life, state.version);
  }
}

describe.each(recipes)('With its recipe, $name', ({ connect }) => {
  it('shows those who watch a query each change', async () => {
    const { manager, address } = await start();
    await manager.set('a', { n: 0, kept: [1] });
    const client = connect(address);
    const seen = client.watch('a');
    await eventually(() => expect(seen.at(-1)).toMatchObject({ version: 1 }));
    client.follow('a');
    for (const n of [1, 2, 3]) {
      await manager.update('a', { n });
      await eventually(() => expect(seen.at(-1)).toMatchObject({ version: n + 1, context: { n, kept: [1] } }));
    }
    expectNoStepBack(seen);
  });

  it('shows a context that is made after it was asked for, its deletion, and its next life', async () => {
    const { manager, address } = await start();
    const client = connect(address);
    const seen = client.watch('a');
    await eventually(() => expect(seen).toEqual([null]));
    client.follow('a');
    await manager.set('a', { life: 1 });
    await eventually(() => expect(seen.at(-1)).toMatchObject({ version: 1, context: { life: 1 } }));
    await manager.update('a', { more: true });
    await manager.delete('a');
    await eventually(() => expect(seen.at(-1)).toBeNull());
    await manager.set('a', { life: 2 });
    await eventually(() => expect(seen.at(-1)).toMatchObject({ version: 1, context: { life: 2 } }));
  });

  it('takes a lower version of another life, as a restore makes it', async () => {
    const { manager, address } = await start();
    await manager.set('a', { n: 0 });
    const client = connect(address);
    const seen = client.watch('a');
    client.follow('a');
    for (const n of [1, 2, 3]) await manager.update('a', { n });
    await eventually(() => expect(seen.at(-1)).toMatchObject({ version: 4 }));
    await manager.delete('a');
    await manager.restore('a');
    await eventually(() => expect(seen.at(-1)).toMatchObject({ version: 1, context: { from: 'archive' } }));
  });

  it('keeps two contexts apart', async () => {
    const { manager, address } = await start();
    const client = connect(address);
    const ids = ['a', 'b'];
    for (const id of ids) await manager.set(id, { id });
    const seen = ids.map((id) => client.watch(id));
    for (const id of ids) client.follow(id);
    for (const id of ids) await manager.update(id, { changed: id });
    await eventually(() =>
      ids.forEach((id, i) => {
        expect(seen[i]?.at(-1)).toMatchObject({ version: 2, context: { id, changed: id } });
      }),
    );
  });

  it('goes on where it was after its connection is cut, and converges when it is cut amid writes', async () => {
    const { manager, address, sockets } = await start();
    await manager.set('a', { n: 0 });
    const client = connect(address);
    const seen = client.watch('a');
    client.follow('a');
    await eventually(() => expect(sockets.size).toBe(1));
    for (let n = 1; n <= 120; n += 1) {
      if (n % 20 === 0) sockets.cut();
      await manager.update('a', { n, [`k${n % 7}`]: { n } });
      if (n % 5 === 0) await new Promise(setImmediate);
    }
    const { version, context } = (await manager.get('a')) ?? expect.fail('There is a context.');
    await eventually(() => expect(seen.at(-1)).toMatchObject({ version, context }));
    expectNoStepBack(seen);
    expect(client.errors).toEqual([]);
  });

  it('asks for no more than it lacks when it comes back', async () => {
    const { manager, address, sockets } = await start();
    const requests: string[] = [];
    sockets.onRequest = (chunk) => requests.push(unmask(chunk));
    await manager.set('a', { n: 0 });
    const client = connect(address);
    const seen = client.watch('a');
    client.follow('a');
    await eventually(() => expect(seen.at(-1)).toMatchObject({ version: 1 }));
    await manager.update('a', { n: 1 });
    await eventually(() => expect(seen.at(-1)).toMatchObject({ version: 2 }));
    const { cursor } = (await manager.get('a')) ?? expect.fail('There is a context.');
    requests.length = 0;
    sockets.cut();
    await eventually(() => expect(requests.join()).toContain(`"cursor":"${cursor}"`));
  });

  it('starts to follow from what a query has brought', async () => {
    const { manager, address, sockets } = await start();
    const requests: string[] = [];
    sockets.onRequest = (chunk) => requests.push(unmask(chunk));
    const { cursor } = (await manager.set('a', { n: 0 })).context;
    const client = connect(address);
    const seen = client.watch('a');
    await eventually(() => expect(seen.at(-1)).toMatchObject({ version: 1 }));
    client.follow('a');
    await eventually(() => expect(requests.join()).toContain(`"cursor":"${cursor}"`));
    await manager.update('a', { n: 1 });
    await eventually(() => expect(seen.at(-1)).toMatchObject({ version: 2, context: { n: 1 } }));
  });

  it('learns after a cut that a context was deleted, and made anew', async () => {
    const { manager, address, sockets } = await start();
    await manager.set('a', { life: 1 });
    const client = connect(address);
    const seen = client.watch('a');
    client.follow('a');
    await eventually(() => expect(seen.at(-1)).toMatchObject({ version: 1 }));
    sockets.isRefusing = true;
    sockets.cut();
    await manager.delete('a');
    sockets.heal();
    await eventually(() => expect(seen.at(-1)).toBeNull());
    sockets.isRefusing = true;
    sockets.cut();
    await manager.set('a', { life: 2 });
    sockets.heal();
    await eventually(() => expect(seen.at(-1)).toMatchObject({ context: { life: 2 } }));
  });

  it('gives nobody an older version, however late an answer comes', async () => {
    const { manager, address, web } = await start();
    await manager.set('a', { n: 0 });
    const client = connect(address);
    const seen = client.watch('a');
    client.follow('a');
    await eventually(() => expect(seen.at(-1)).toMatchObject({ version: 1 }));
    const isAsked = new Promise<void>((resolve) => {
      web.onRequest = () => resolve();
    });
    web.replies = 500;
    const late = client.read('a');
    await isAsked;
    // The server has answered by now, or does so with what is newer still.
    for (const n of [1, 2, 3]) await manager.update('a', { n });
    await eventually(() => expect(seen.at(-1)).toMatchObject({ version: 4 }));
    const count = seen.length;
    expect(await late).toMatchObject({ version: 4, context: { n: 3 } });
    expect(seen.slice(count).every((state) => state?.version === 4)).toBe(true);
    expectNoStepBack(seen);
  });

  it.each(['nothing was there', 'an earlier life was there'])(
    'believes the subscription, and not an answer from when %s',
    async (when) => {
      const { manager, address, web } = await start();
      if (when !== 'nothing was there') await manager.set('a', { life: 1 });
      const client = connect(address);
      const seen = client.watch('a');
      client.follow('a');
      await eventually(() => expect(seen.length).toBeGreaterThan(0));
      web.replies = 500;
      let answered = 0;
      const late = client.read('a').then(() => {
        answered += 1;
      });
      await eventually(() => expect(web.made).toBeGreaterThan(0));
      await settled();
      if (when !== 'nothing was there') await manager.delete('a');
      await manager.set('a', { life: 2 });
      await eventually(() => expect(seen.at(-1)).toMatchObject({ context: { life: 2 } }));
      expect(answered).toBe(0);
      await late;
      expect(seen.at(-1)).toMatchObject({ context: { life: 2 } });
    },
  );

  it('learns of a deletion that came before it followed, where the answer from before comes after', async () => {
    const { manager, address, web } = await start();
    await manager.set('a', { n: 0 });
    const client = connect(address);
    web.replies = 300;
    const seen = client.watch('a');
    await eventually(() => expect(web.made).toBe(1));
    await settled();
    await manager.delete('a');
    client.follow('a');
    await eventually(() => expect(seen.length).toBeGreaterThan(0));
    await eventually(() => expect(seen.at(-1)).toBeNull());
    await manager.set('a', { n: 1 });
    await eventually(() => expect(seen.at(-1)).toMatchObject({ context: { n: 1 } }));
  });

  it('shows what its own writes came to, followed or not', async () => {
    const { manager, address } = await start();
    const client = connect(address);
    const seen = client.watch('a');
    await eventually(() => expect(seen).toEqual([null]));
    await client.mutate(setContext, { id: 'a', context: { n: 1 } });
    await eventually(() => expect(seen.at(-1)).toMatchObject({ version: 1, context: { n: 1 } }));
    await client.mutate(updateContext, { id: 'a', changes: { n: 2 } });
    await eventually(() => expect(seen.at(-1)).toMatchObject({ version: 2, context: { n: 2 } }));
    await client.mutate(deleteContext, { id: 'a' });
    await eventually(() => expect(seen.at(-1)).toBeNull());
    client.follow('a');
    await client.mutate(setContext, { id: 'a', context: { n: 3 } });
    await eventually(() => expect(seen.at(-1)).toMatchObject({ context: { n: 3 } }));
    const writes = [4, 5, 6, 7, 8].map((n) => client.mutate(updateContext, { id: 'a', changes: { n } }));
    await Promise.all(writes);
    const now = (await manager.get('a')) ?? expect.fail('There is a context.');
    await eventually(() => expect(seen.at(-1)).toMatchObject({ version: 6, context: now.context as JsonObject }));
    expectNoStepBack(seen);
  });

  it('shows what one write to several contexts came to', async () => {
    const { address } = await start();
    const client = connect(address);
    const watched = ['{g}:a', '{g}:b'].map((id) => client.watch(id));
    await eventually(() => expect(watched).toEqual([[null], [null]]));
    const write = (writes: ContextWrite[]) => client.mutate(writeContexts, { writes });
    await write([{ set: { id: '{g}:a', context: { n: 1 } } }, { set: { id: '{g}:b', context: { n: 2 } } }]);
    await eventually(() => expect(watched[0]?.at(-1)).toMatchObject({ version: 1, context: { n: 1 } }));
    await eventually(() => expect(watched[1]?.at(-1)).toMatchObject({ version: 1, context: { n: 2 } }));
    await write([{ delete: { id: '{g}:a' } }, { update: { id: '{g}:b', changes: { n: 3 } } }]);
    await eventually(() => expect(watched[0]?.at(-1)).toBeNull());
    await eventually(() => expect(watched[1]?.at(-1)).toMatchObject({ version: 2, context: { n: 3 } }));
  });

  it('follows no more once nobody does', async () => {
    const { manager, address, sockets } = await start();
    await manager.set('a', { n: 0 });
    const client = connect(address);
    const seen = client.watch('a');
    const stop = client.follow('a');
    await eventually(() => expect(seen.at(-1)).toMatchObject({ version: 1 }));
    await eventually(() => expect(sockets.size).toBe(1));
    stop();
    await eventually(() => expect(sockets.size).toBe(0));
    // An answer of another life counts again.
    await manager.delete('a');
    await manager.set('a', { life: 2 });
    await client.read('a');
    await eventually(() => expect(seen.at(-1)).toMatchObject({ context: { life: 2 } }));
    await manager.delete('a');
    expect(await client.read('a')).toBeNull();
  });
});

/** A request that is on its way to the loopback is there. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
}

/** The text of the WebSocket messages in a chunk, of less than 64 KiB each. */
function unmask(chunk: Buffer): string {
  const texts: string[] = [];
  for (let at = 0; at + 6 <= chunk.length; ) {
    const short = (chunk[at + 1] ?? 0) & 0x7f;
    const head = short === 126 ? 4 : 2;
    const length = short === 126 ? chunk.readUInt16BE(at + 2) : short;
    const [mask, start] = [chunk.subarray(at + head, at + head + 4), at + head + 4];
    texts.push(
      chunk
        .subarray(start, start + length)
        .map((byte, i) => byte ^ (mask[i % 4] ?? 0))
        .toString(),
    );
    at = start + length;
  }
  return texts.join('\n');
}
