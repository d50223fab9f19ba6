import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { addressOf } from '../../src/server/addresses.ts';
import { startApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import { connectTo, sendRaw } from '../helpers/raw.ts';
import { initSocket, openSocket } from '../helpers/raw-socket.ts';
import { serverSockets } from '../helpers/server-sockets.ts';

const health = 'GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
const watched = 'subscription { contextChanged(id: "a") { __typename } }';

describe('A WebSocket', () => {
  it('that says nothing is closed after `handshakeMs`', async () => {
    const { address } = await startApp({ limits: { handshakeMs: 50 } });
    const raw = await openSocket(address);
    expect(await raw.closing()).toMatchObject({ code: 4408 });
  });

  it('runs `socketOperations` at once; one more is refused, and another that ends makes room', async () => {
    const { address } = await startApp({ limits: { socketOperations: 3 } });
    const raw = await initSocket(address);
    for (const id of ['1', '2', '3', '4']) raw.subscribe(id, watched, {});
    expect(await raw.messageFor('4')).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'LIMIT_EXCEEDED' } }],
    });
    raw.subscribe('5', '{ __typename }', {});
    expect(await raw.messageFor('5')).toMatchObject({ type: 'error' });
    raw.send({ type: 'complete', id: '2' });
    for (let i = 6; i < 20; i += 1) {
      raw.subscribe(String(i), '{ __typename }', {});
      expect(await raw.messageFor(String(i))).toMatchObject({ type: 'next', payload: { data: {} } });
    }
    expect(raw.closed).toBeUndefined();
  });

  it('is left unread while its messages come too fast, and loses none of them', async () => {
    const clock = new FakeClock();
    const sockets = serverSockets();
    const { address } = await startApp({ clock, limits: { socketMessagesPerSecond: 10 } });
    const raw = await initSocket(address);
    const pongs = (): number => raw.received.filter(({ type }) => type === 'pong').length;
    // Nine more fill the second that may come at once; what comes in one piece with the tenth is read with it.
    for (let i = 1; i <= 10; i += 1) {
      raw.send({ type: 'ping' });
      await eventually(() => expect(pongs()).toBe(i));
    }
    await eventually(() => expect(sockets[0]?.isPaused()).toBe(true));
    raw.send({ type: 'ping' });
    expect(await sendRaw(address, health)).toContain('200 OK');
    expect(pongs()).toBe(10);
    clock.elapse(100);
    await eventually(() => expect(pongs()).toBe(11));
    expect(raw.closed).toBeUndefined();
  });

  it('is left unread while pings of its own protocol come too fast', async () => {
    const clock = new FakeClock();
    const sockets = serverSockets();
    const { address } = await startApp({ clock, limits: { socketMessagesPerSecond: 10 } });
    const raw = await initSocket(address);
    let pongs = 0;
    raw.socket.on('pong', () => {
      pongs += 1;
    });
    for (let i = 1; i <= 10; i += 1) {
      raw.socket.ping();
      await eventually(() => expect(pongs).toBe(i));
    }
    await eventually(() => expect(sockets[0]?.isPaused()).toBe(true));
    raw.subscribe('1', '{ __typename }', {});
    expect(await sendRaw(address, health)).toContain('200 OK');
    expect(raw.received).toHaveLength(1);
    clock.elapse(100);
    expect(await raw.messageFor('1')).toMatchObject({ type: 'next' });
  });
});

describe('An address', () => {
  it('has `connectionsPerAddress`, WebSockets among them; those of more are cut, and one that ends makes room', async () => {
    const { address } = await startApp({ limits: { connectionsPerAddress: 3 } });
    const sockets = [await initSocket(address), await initSocket(address)];
    const idle = await connectTo(address);
    const refused = await connectTo(address);
    await once(refused, 'close');
    await expect(openSocket(address)).rejects.toThrow();
    idle.destroy();
    await eventually(async () => expect(await sendRaw(address, health)).toContain('200 OK'));
    for (const { closed } of sockets) expect(closed).toBeUndefined();
  });

  it('is counted once for a connection whose upgrade is declined', async () => {
    const { address } = await startApp({ limits: { connectionsPerAddress: 1 } });
    const declined = health.replace('close', 'Upgrade, close\r\nUpgrade: h2c');
    for (let i = 0; i < 5; i += 1) {
      await eventually(async () => expect(await sendRaw(address, declined)).toContain('200 OK'));
    }
  });

  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8::6', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['2001:db8:1:2::', '2001:db8:1:2'],
  ])('%s counts as %s', (given, counted) => {
    expect(addressOf(given)).toBe(counted);
  });
});
