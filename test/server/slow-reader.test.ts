import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { emptyReplica, follow, type Replica, type ReplicaEvent } from '../../src/client/replica.ts';
import type { Address } from '../../src/server/create-server.ts';
import { startApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';
import { gated } from '../helpers/gates.ts';
import { type Reader, ways } from '../helpers/readers.ts';
import { serverSockets } from '../helpers/server-sockets.ts';

const UPDATES = 4000;
const UPDATE_BYTES = 10_000;
/** An event with its names round the update. */
const EVENT_BYTES = UPDATE_BYTES + 1000;
/** A comment of SSE, in a chunk of its own. */
const PING_BYTES = '3\r\n:\n\n\r\n'.length;

function replicaOf({ results }: Reader): Replica {
  const events = results.map((result) => (result as { data: { contextChanged: ReplicaEvent } }).data.contextChanged);
  return events.reduce(follow, emptyReplica);
}

describe.each(ways)('A subscriber over $name that stops reading', ({ subscribe }) => {
  it('costs no more than a few events during 4,000 updates of 10 KB, and then sees what it missed as one', async () => {
    const sockets = serverSockets();
    const { options, reading } = gated();
    const { server, address, feed } = await startApp(options);
    let n = 0;
    const update = async (): Promise<void> => {
      n += 1;
      await server.manager.update('a', { text: `${n}`.padEnd(UPDATE_BYTES) });
      // Whatever the server would send for it, it sends now.
      await setImmediate();
    };
    await server.manager.set('a', { kept: 'from the start' });
    const reader = await subscribe(address, 'a');
    await eventually(() => expect(feed.size).toBe(1));
    const [socket] = sockets;
    if (!socket) throw new Error('The server has no connection.');

    // The buffers of the operating system take what they can, once.
    for (let sent = -1; sent !== socket.bytesWritten || socket.writableLength === 0; ) {
      sent = socket.bytesWritten;
      for (let i = 0; i < 20; i += 1) await update();
    }
    const readsBefore = reading.passed;
    const sentBefore = socket.bytesWritten;
    let mostHeld = 0;
    for (let i = 0; i < UPDATES; i += 1) {
      await update();
      mostHeld = Math.max(mostHeld, socket.writableLength);
    }
    // One event, behind what the buffers of Node's streams hold: 64 KiB at most.
    expect(mostHeld).toBeLessThan(64 * 1024 + 2 * EVENT_BYTES);
    // Of Yoga's pings one may have come on top.
    expect(socket.bytesWritten - sentBefore).toBeLessThanOrEqual(PING_BYTES);
    expect(reading.passed - readsBefore).toBeLessThanOrEqual(1);

    await reader.read();
    const { version, cursor, context } = (await server.manager.get('a')) ?? expect.fail('It is gone.');
    await eventually(() => expect(reader.results.at(-1)).toMatchObject({ data: { contextChanged: { version } } }));
    expect(replicaOf(reader)).toMatchObject({ status: 'live', cursor, context });
    expect(reading.passed - readsBefore).toBeLessThanOrEqual(4);
    expect(reader.results.length).toBeLessThan(UPDATES / 4);
    // Four thousand updates are more than the store keeps deltas of.
    expect(reader.results.at(-1)).toMatchObject({ data: { contextChanged: { reason: 'FELL_BEHIND' } } });
  });
});

/** A server in a process of its own, whose memory can be measured. */
async function startProcess(): Promise<ChildProcess> {
  const file = new URL('./slow-reader.process.ts', import.meta.url);
  const child = fork(file, { execArgv: ['--expose-gc', '--import', 'tsx'] });
  onTestFinished(async () => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  return child;
}

async function ask<T>(child: ChildProcess, question: string): Promise<T> {
  child.send(question);
  return new Promise((resolve, reject) => {
    child.once('message', (answer) => resolve(answer as T));
    child.once('exit', (code) => reject(new Error(`The server's process ended with ${code}.`)));
  });
}

describe('Twenty subscribers that stop reading', () => {
  it('cost a server no more than a few events each', async () => {
    const child = await startProcess();
    const address = await ask<Address>(child, 'listen');
    // Warm, with its window full: 100 deltas of 10 KB.
    const before = await ask<number>(child, 'update');
    const readers = await Promise.all(
      ways.flatMap((way) => Array.from({ length: 10 }, () => way.subscribe(address, 'a'))),
    );
    expect(await ask<number>(child, 'watched')).toBe(1);
    const filled = await ask<number>(child, 'update');
    const after = await ask<number>(child, 'update');
    // Each has its connection besides: buffers, parsers, promises.
    expect(filled - before).toBeLessThan(readers.length * 50 * EVENT_BYTES);
    expect(after - filled).toBeLessThan(readers.length * 10 * EVENT_BYTES);
    const version = await ask<number>(child, 'version');
    for (const reader of readers) await reader.read();
    for (const reader of readers) {
      await eventually(() => expect(reader.results.at(-1)).toMatchObject({ data: { contextChanged: { version } } }));
      expect(replicaOf(reader)).toMatchObject({ version });
    }
  });
});
