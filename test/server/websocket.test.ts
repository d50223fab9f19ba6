import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { WebSocket } from 'ws';
import { MemoryFeed } from '../../src/feed/memory-feed.ts';
import { defaultLimits } from '../../src/limits.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import type { Log } from '../../src/store/store.ts';
import { UPGRADE } from '../attacks/requests.ts';
import { startApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';
import { gated } from '../helpers/gates.ts';
import { sendRaw } from '../helpers/raw.ts';
import { initSocket, openSocket, type RawSocket } from '../helpers/raw-socket.ts';
import { PassThrough } from '../store/pass-through.ts';

const hello = '{ __typename }';
const watch = 'subscription ($id: ID!) { contextChanged(id: $id, version: 0) { __typename } }';

/** A subscribe message that is exactly so long. */
function messageOf(bytes: number): string {
  const query = 'mutation { setContext(id: "a", context: {}) { context { version } } }';
  return JSON.stringify({ type: 'subscribe', id: 'big', payload: { query } }).padEnd(bytes, ' ');
}

/** A store that tells times which can be written to no message. */
class Unspeakable extends PassThrough {
  override async readLog(id: string, after: number): Promise<Log> {
    const insertedAt = { toJSON: () => expect.fail('secret') } as never;
    const { head, entries } = await super.readLog(id, after);
    return { head: head?.status === 'live' ? { ...head, insertedAt } : head, entries };
  }
}

let consoleErrors: MockInstance;

beforeEach(() => {
  consoleErrors = vi.spyOn(console, 'error').mockImplementation(() => {});
});

afterEach(() => {
  // Whatever a client does, it makes no noise: what is worth a word goes to the log.
  expect(consoleErrors).not.toHaveBeenCalled();
  consoleErrors.mockRestore();
});

describe('GraphQL over WebSocket', () => {
  it('opens to its own origin, and to clients that are no browser', async () => {
    const { address, origin } = await startApp();
    for (const options of [{ origin }, {}]) {
      const raw = await initSocket(address, options);
      raw.subscribe('1', hello);
      expect(await raw.messageFor('1')).toMatchObject({ type: 'next', payload: { data: { __typename: 'Query' } } });
    }
  });

  it('refuses a page of another origin', async () => {
    const { address, origin } = await startApp();
    const other = new URL(origin);
    other.port = String(address.port + 1);
    for (const foreign of ['http://evil.example', other.origin, 'null', 'nonsense', `${origin}.evil.example`]) {
      await expect(openSocket(address, { origin: foreign })).rejects.toThrow('401');
    }
  });

  it('refuses a page whose own name leads here, though its browser takes that for the same origin', async () => {
    const { address } = await startApp();
    const host = `evil.example:${address.port}`;
    await expect(openSocket(address, { origin: `http://${host}`, headers: { host } })).rejects.toThrow('401');
  });

  it('opens at /graphql and nowhere else', async () => {
    const { address } = await startApp();
    const elsewhere = { ...address, websocket: address.websocket.replace('/graphql', '/other') };
    await expect(openSocket(elsewhere)).rejects.toThrow('400');
  });

  it('speaks graphql-transport-ws and no other protocol', async () => {
    const { address } = await startApp();
    await expect(openSocket(address, {}, 'graphql-ws')).rejects.toThrow();
    const none = await openSocket(address, {}, []);
    expect(await none.closing()).toMatchObject({ code: 4406 });
  });

  it('takes a message of 2 MiB, and closes with 1009 at one byte more, with nothing stored', async () => {
    const { address, server, logged } = await startApp();
    const tooLong = await initSocket(address);
    tooLong.send(messageOf(defaultLimits.bodyBytes + 1));
    expect(await tooLong.closing()).toMatchObject({ code: 1009 });
    expect(await server.manager.get('a')).toBeNull();
    const longest = await initSocket(address);
    longest.send(messageOf(defaultLimits.bodyBytes));
    expect(await longest.messageFor('big')).toMatchObject({ type: 'next', payload: { data: expect.anything() } });
    expect(logged).toEqual([]);
  });

  it('goes on with the other operations of a socket when one of them is wrong', async () => {
    const { address, server, feed } = await startApp();
    const raw = await initSocket(address);
    raw.subscribe('watch', watch, { id: 'a' });
    await eventually(() => expect(feed.size).toBe(1));
    raw.subscribe('syntax', '{');
    raw.subscribe('validation', '{ nothing }');
    raw.subscribe('variables', watch, { id: null });
    raw.subscribe('input', watch, { id: '' });
    for (const [id, code] of [
      ['syntax', 'GRAPHQL_PARSE_FAILED'],
      ['validation', 'GRAPHQL_VALIDATION_FAILED'],
    ] as const) {
      expect(await raw.messageFor(id)).toMatchObject({ type: 'error', payload: [{ extensions: { code } }] });
    }
    for (const id of ['variables', 'input']) {
      const payload = { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] };
      expect(await raw.messageFor(id)).toMatchObject({ type: 'next', payload });
    }
    await server.manager.set('a', {});
    expect(await raw.messageFor('watch')).toMatchObject({ type: 'next' });
    expect(raw.closed).toBeUndefined();
  });

  it('masks what goes wrong with an event after all, and goes on', async () => {
    const changes = new MemoryFeed();
    const { address, server, feed, logged } = await startApp({
      feed: changes,
      store: (options) => new Unspeakable(new MemoryStore({ ...options, tell: changes.tell })),
    });
    const raw = await initSocket(address);
    await server.manager.set('a', {});
    raw.subscribe('1', 'subscription { contextChanged(id: "a", version: 1) { ... on Delta { insertedAt } } }');
    await eventually(() => expect(feed.size).toBe(1));
    await server.manager.update('a', { x: 1 });
    expect(await raw.messageFor('1')).toEqual({
      type: 'error',
      id: '1',
      payload: [{ message: 'Unexpected error.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
    });
    expect(logged).toHaveLength(1);
    expect(logged.join()).not.toContain('secret');
    await eventually(() => expect(feed.size).toBe(0));
    expect(raw.closed).toBeUndefined();
  });

  it('closes a socket that does not speak the protocol', async () => {
    const { address } = await startApp();
    const silent = await openSocket(address);
    silent.subscribe('1', hello);
    expect(await silent.closing()).toMatchObject({ code: 4401 });
    const nonsense = await initSocket(address);
    nonsense.send('nonsense');
    expect(await nonsense.closing()).toMatchObject({ code: 4400 });
    const twice = await initSocket(address);
    twice.subscribe('same', watch, { id: 'a' });
    twice.subscribe('same', watch, { id: 'a' });
    expect(await twice.closing()).toMatchObject({ code: 4409 });
  });

  it('closes a socket on a broken frame, and the process goes on', async () => {
    const { address, logged } = await startApp();
    const handshake = ['GET /graphql HTTP/1.1', ...UPGRADE].join('\r\n');
    expect(await sendRaw(address, `${handshake}\r\n\r\n\u007f\u007f\u007f\u007f`)).toMatch(/^HTTP\/1.1 101 /);
    const raw = await initSocket(address);
    raw.subscribe('1', hello);
    expect(await raw.messageFor('1')).toMatchObject({ type: 'next' });
    expect(logged).toEqual([]);
  });

  it('answers pings of the protocol and of the socket', async () => {
    const { address } = await startApp();
    const raw = await initSocket(address);
    raw.send({ type: 'ping', payload: { x: 1 } });
    await eventually(() => expect(raw.received).toContainEqual({ type: 'pong', payload: { x: 1 } }));
    raw.send({ type: 'ping' });
    await eventually(() => expect(raw.received).toContainEqual({ type: 'pong' }));
    const pong = new Promise((resolve) => raw.socket.once('pong', resolve));
    raw.socket.ping();
    await pong;
    expect(raw.socket.readyState).toBe(WebSocket.OPEN);
  });

  it('answers a ping that is large or deep without what it says', async () => {
    const { address, logged } = await startApp();
    const raw = await initSocket(address);
    raw.received.length = 0;
    raw.send({ type: 'ping', payload: { text: 'x'.repeat(1024) } });
    raw.send(`{"type":"ping","payload":{"a":${'['.repeat(500_000)}${']'.repeat(500_000)}}}`);
    await eventually(() => expect(raw.received).toEqual([{ type: 'pong' }, { type: 'pong' }]));
    expect(raw.closed).toBeUndefined();
    expect(logged).toEqual([]);
  });

  it('closes a socket on which a client speaks as a server, and says nothing of it', async () => {
    const { address, logged } = await startApp();
    const raw = await initSocket(address);
    raw.send({ type: 'connection_ack' });
    expect(await raw.closing()).toEqual({ code: 4500, reason: 'Internal server error' });
    expect(logged).toEqual([]);
  });

  it('closes a socket whose answer can not be written, and logs that without what it says', async () => {
    const changes = new MemoryFeed();
    const { address, server, logged } = await startApp({
      feed: changes,
      store: (options) => new Unspeakable(new MemoryStore({ ...options, tell: changes.tell })),
    });
    await server.manager.set('a', {});
    await server.manager.update('a', { x: 1 });
    const raw = await initSocket(address);
    raw.subscribe('1', '{ sync(id: "a", version: 1) { ... on Delta { insertedAt } } }');
    expect(await raw.closing()).toEqual({ code: 4500, reason: 'Internal server error' });
    expect(logged).toHaveLength(1);
    expect(logged.join()).not.toContain('secret');
  });
});

describe('An operation that is completed, and another one of its id', () => {
  const subscribe = (query: string, variables = {}) => ({ type: 'subscribe', id: '1', payload: { query, variables } });
  const complete = { type: 'complete', id: '1' };
  const event = { type: 'next', id: '1', payload: { data: { contextChanged: { __typename: 'FullContext' } } } };
  const heard = (raw: RawSocket) => raw.received.filter(({ id }) => id === '1');

  it('begun while the first begins to listen: that one ends, and the other is told what it asked for', async () => {
    const { options, listening } = gated();
    const { address, server, feed } = await startApp(options);
    const raw = await initSocket(address);
    listening.shut();
    raw.send(subscribe(watch, { id: 'a' }));
    await eventually(() => expect(listening.waiting).toBe(1));
    raw.sendTogether([complete, subscribe(watch, { id: 'b' })]);
    await eventually(() => expect(listening.waiting).toBe(2));
    listening.open();
    await eventually(() => expect(feed.size).toBe(1));
    await server.manager.set('a', {});
    await server.manager.set('b', {});
    await eventually(() => expect(heard(raw)).toEqual([event]));
    raw.send(complete);
    await eventually(() => expect(feed.size).toBe(0));
  });

  it('begun in one piece with the first and its end, and busy for longer: it is answered', async () => {
    const { options, reading } = gated();
    const { address, server, feed } = await startApp(options);
    await server.manager.set('b', {});
    const raw = await initSocket(address);
    reading.shut();
    const query = subscribe('{ sync(id: "b", version: 1) { __typename } }');
    raw.sendTogether([subscribe(watch, { id: 'a' }), complete, query]);
    await eventually(() => expect(reading.waiting).toBe(1));
    reading.open();
    const answer = { type: 'next', id: '1', payload: { data: { sync: { __typename: 'NoChange' } } } };
    await eventually(() => expect(heard(raw)).toEqual([answer, complete]));
    expect(feed.size).toBe(0);
  });

  it('begun in one piece with the first, and with its end: each change is told once', async () => {
    const { address, server, feed } = await startApp();
    const raw = await initSocket(address);
    raw.sendTogether([subscribe(watch, { id: 'a' }), complete, subscribe(watch, { id: 'a' })]);
    await eventually(() => expect(feed.size).toBe(1));
    await server.manager.set('a', {});
    await eventually(() => expect(heard(raw)).toHaveLength(1));
    await server.manager.delete('a');
    await eventually(() => expect(heard(raw)).toHaveLength(2));
    raw.send(complete);
    await eventually(() => expect(feed.size).toBe(0));
  });

  it('begun in one piece with the end of the first: it is not ended with it', async () => {
    const { address, server, feed } = await startApp();
    const raw = await initSocket(address);
    raw.send(subscribe(watch, { id: 'a' }));
    await eventually(() => expect(feed.size).toBe(1));
    raw.sendTogether([complete, subscribe(watch, { id: 'b' })]);
    await server.manager.set('b', {});
    await eventually(() => expect(heard(raw)).toEqual([event]));
    raw.socket.terminate();
    await eventually(() => expect(feed.size).toBe(0));
  });

  it('does not get the refusal of the first, nor its answer', async () => {
    const { options, reading } = gated();
    const { address, server } = await startApp(options);
    await server.manager.set('b', {});
    const raw = await initSocket(address);
    raw.sendTogether([subscribe('{ nothing }'), complete, subscribe(watch, { id: 'b' })]);
    await eventually(() => expect(heard(raw)).toEqual([event]));
    raw.send(complete);
    reading.shut();
    raw.send(subscribe('{ sync(id: "b", version: 1) { __typename } }'));
    await eventually(() => expect(reading.waiting).toBe(1));
    raw.sendTogether([complete, subscribe(watch, { id: 'b' })]);
    await eventually(() => expect(reading.waiting).toBe(2));
    reading.open();
    await eventually(() => expect(heard(raw)).toEqual([event, event]));
  });

  it('closes the socket where the first is not completed', async () => {
    const { address } = await startApp();
    const raw = await initSocket(address);
    raw.sendTogether([subscribe(watch, { id: 'a' }), subscribe(watch, { id: 'b' })]);
    expect(await raw.closing()).toMatchObject({ code: 4409 });
  });
});
