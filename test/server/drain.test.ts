import { describe, expect, it } from 'vitest';
import { MemoryFeed } from '../../src/feed/memory-feed.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import { makeApp, startApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import { gated } from '../helpers/gates.ts';
import { initSocket } from '../helpers/raw-socket.ts';
import { RawStream } from '../helpers/raw-stream.ts';

const WATCH = 'subscription { contextChanged(id: "a", version: 0) { __typename } }';
const UPDATE = 'mutation { updateContext(id: "a", changes: { late: true }) { delta { version } } }';
const RESTARTING = { code: 1012, reason: 'Service restart' };

describe('A server that is to stop', () => {
  it('says that it is not ready, and serves everybody as before until the delay is over', async () => {
    const clock = new FakeClock();
    const { server, address, origin } = await startApp({ clock, drainDelayMs: 5000, feed: new MemoryFeed() });
    await server.manager.set('a', {});
    const closed = server.close();
    expect((await fetch(`${origin}/ready`)).status).toBe(503);
    expect((await fetch(`${origin}/health`)).status).toBe(200);
    const answer = await fetch(`${address.http}?query={__typename}`);
    expect(await answer.json()).toEqual({ data: { __typename: 'Query' } });
    expect(answer.headers.get('connection')).toBe('close');
    const late = await initSocket(address);
    late.subscribe('1', UPDATE);
    expect(await late.messageFor('1')).toMatchObject({
      payload: { data: { updateContext: { delta: { version: 2 } } } },
    });
    clock.elapse(5000);
    await closed;
    expect(await late.closing()).toEqual(RESTARTING);
    await expect(fetch(address.http)).rejects.toThrow();
  });

  it('lets clients go one after the other, and tells those that are left of changes', async () => {
    const clock = new FakeClock();
    const { server, address } = await startApp({ clock, drainMs: 30_000, feed: new MemoryFeed() });
    await server.manager.set('a', { n: 0 });
    const sockets = [await initSocket(address), await initSocket(address), await initSocket(address)];
    const stream = new RawStream(address, WATCH, {});
    await stream.read();
    for (const raw of sockets) {
      raw.subscribe('1', WATCH);
      await raw.messageFor('1');
    }
    const closed = server.close();
    for (let gone = 1; gone <= 3; gone += 1) {
      await eventually(() => expect(sockets.filter((raw) => raw.closed)).toHaveLength(gone));
      const left = sockets.filter((raw) => !raw.closed);
      const told = left.map(({ received }) => received.length);
      await server.manager.update('a', { n: gone });
      await eventually(() => expect(left.map(({ received }) => received.length)).toEqual(told.map((n) => n + 1)));
      expect(stream.ended).toBeUndefined();
      clock.elapse(10);
    }
    await eventually(() => expect(stream.ended).toBe('cut'));
    await closed;
    expect(sockets.map((raw) => raw.closed)).toEqual([RESTARTING, RESTARTING, RESTARTING]);
  });

  it('answers what a client has asked before it lets it go, and does nothing that it asks then', async () => {
    const { options, reading } = gated();
    const { server, address, feed } = await startApp(options);
    await server.manager.set('a', {});
    let commits = 0;
    await feed.listen('a', () => void commits++);
    const raw = await initSocket(address);
    reading.shut();
    raw.subscribe('1', '{ sync(id: "a", version: 1) { __typename } }');
    await eventually(() => expect(reading.waiting).toBe(1));
    const closed = server.close();
    raw.subscribe('2', UPDATE);
    // What comes behind it has been heard, once this is answered.
    raw.send({ type: 'ping' });
    await eventually(() => expect(raw.received.at(-1)).toMatchObject({ type: 'pong' }));
    expect(raw.closed).toBeUndefined();
    reading.open();
    await closed;
    expect(await raw.closing()).toEqual(RESTARTING);
    expect(await raw.messageFor('1')).toMatchObject({ payload: { data: { sync: { __typename: 'NoChange' } } } });
    expect(raw.received.filter(({ id }) => id === '2')).toEqual([]);
    expect(commits).toBe(0);
  });

  it('waits for nobody for long', async () => {
    const { options, reading } = gated();
    const { server, address, logged } = await startApp({ ...options, shutdownMs: 1000 });
    await server.manager.set('a', {});
    const raw = await initSocket(address);
    reading.shut();
    const query = '{ sync(id: "a", version: 1) { __typename } }';
    raw.subscribe('1', query);
    const request = fetch(`${address.http}?query=${encodeURIComponent(query)}`);
    request.catch(() => {});
    await eventually(() => expect(reading.waiting).toBe(2));
    await server.close();
    await expect(request).rejects.toThrow();
    expect(await raw.closing()).toMatchObject({ code: 1006 });
    expect(logged).toEqual([]);
    reading.open();
  });

  it('gives up what never ends, and says so', async () => {
    class Unending extends MemoryStore {
      override close(): Promise<void> {
        return new Promise(() => {});
      }
    }
    const { server, logged } = await startApp({ store: () => new Unending(), shutdownMs: 100 });
    await server.close();
    expect(logged).toEqual(['Closing took too long: it was given up.']);
  });

  it('needs some of the time for more than to wait', () => {
    expect(() => makeApp({ drainDelayMs: 25_000 })).toThrow(
      'drainDelayMs must be less than shutdownMs, which includes it.',
    );
  });
});
