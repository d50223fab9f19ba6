import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { startApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';
import { connectTo } from '../helpers/raw.ts';
import { openSocket } from '../helpers/raw-socket.ts';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** A megabyte, of which some twenty are made when it is parsed. */
const LARGE = JSON.stringify(Array.from({ length: 330_000 }, () => ({})));
const query = 'subscription ($id: ID!) { contextChanged(id: $id, version: 0) { __typename } }';
const COUNT = 5;

function heap(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

const asked = (n: number): string =>
  `"query":${JSON.stringify(query)},"variables":{"id":"${n}","other":${LARGE}},"extensions":{"large":${LARGE}}`;

it('A WebSocket holds nothing of its greeting, and a subscription over it is not asked for at length', async () => {
  const app = await startApp({ limits: { bodyBytes: 8 * 1024 * 1024 } });
  const raw = await openSocket(app.address);
  const before = heap();
  raw.send(`{"type":"connection_init","payload":{"large":${LARGE}}}`);
  await eventually(() => expect(raw.received).toHaveLength(1));
  raw.send(`{"type":"subscribe","id":"1","payload":{${asked(1)}}}`);
  expect(await raw.messageFor('1')).toMatchObject({
    type: 'error',
    payload: [{ extensions: { code: 'LIMIT_EXCEEDED' } }],
  });
  const short = { query, variables: { id: '2', other: 'x'.repeat(60_000) } };
  raw.send(JSON.stringify({ type: 'subscribe', id: '2', payload: short }));
  await eventually(() => expect(app.feed.size).toBe(1));
  await eventually(() => expect(heap() - before).toBeLessThan(10 * 1024 * 1024));
});

it('A subscription over SSE holds nothing of what it was asked with but what it needs', async () => {
  const app = await startApp({ limits: { bodyBytes: 8 * 1024 * 1024 } });
  const before = heap();
  for (let n = 0; n < COUNT; n += 1) {
    const socket = await connectTo(app.address);
    socket.resume();
    const body = `{${asked(n)}}`;
    const head = [
      'POST /graphql HTTP/1.1',
      'Host: localhost',
      'Accept: text/event-stream',
      'Content-Type: application/json',
    ];
    socket.write(`${head.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  }
  await eventually(() => expect(app.feed.size).toBe(COUNT));
  await eventually(() => expect(heap() - before).toBeLessThan(10 * 1024 * 1024));
});
