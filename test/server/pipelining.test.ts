import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { MAX_WAITING } from '../../src/server/pipelining.ts';
import { startApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';
import { gated } from '../helpers/gates.ts';
import { connectTo } from '../helpers/raw.ts';
import { serverSockets } from '../helpers/server-sockets.ts';

const ANSWER_BYTES = 900_000;

describe('Requests of one connection, sent without waiting', () => {
  const large = 'GET /graphql?query={sync(id:"big",version:0){...on%20FullContext{context}}} HTTP/1.1';
  const small = 'GET /graphql?query={sync(id:"big",version:1){__typename}} HTTP/1.1';
  const requests = (line: string, count: number) =>
    `${line}\r\nHost: localhost\r\n\r\n`.replaceAll('"', '%22').repeat(count);

  it('are served one after the other, as their answers are taken', async () => {
    const { options, reading } = gated();
    const sockets = serverSockets();
    const { address, server } = await startApp(options);
    await server.manager.set('big', { text: 'x'.repeat(ANSWER_BYTES) });
    const socket = await connectTo(address);
    reading.shut();
    const before = reading.passed;
    // The systems between take a few.
    socket.write(requests(large, 20) + requests(small, 20));
    await eventually(() => expect(reading.waiting).toBe(1));
    reading.open();
    await eventually(() => expect(sockets[0]?.writableLength).toBeGreaterThan(0));
    for (let i = 0; i < 300; i += 1) await turn();
    expect(reading.passed - before).toBeLessThan(20);
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk) => {
      text += chunk;
    });
    await eventually(() => expect(text.match(/NoChange/g)).toHaveLength(20));
    expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(40);
    expect(text.lastIndexOf('xxx')).toBeLessThan(text.indexOf('NoChange'));
  });

  it(`wait ${MAX_WAITING} at a time; past that the connection is cut`, async () => {
    const { options, reading } = gated();
    const { address, server } = await startApp(options);
    await server.manager.set('big', {});
    const socket = await connectTo(address);
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk) => {
      text += chunk;
    });
    for (let time = 1; time <= 2; time += 1) {
      reading.shut();
      socket.write(requests(small, 1 + MAX_WAITING));
      await eventually(() => expect(reading.waiting).toBe(1));
      reading.open();
      await eventually(() => expect(text.match(/NoChange/g)).toHaveLength(time * (1 + MAX_WAITING)));
    }
    reading.shut();
    socket.write(requests(small, 2 + MAX_WAITING));
    await eventually(() => expect(socket.closed).toBe(true));
    reading.open();
  });
});
