import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { Rates } from '../../src/server/rates.ts';
import { startApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import { connectTo, sendRaw } from '../helpers/raw.ts';

const short = { headersMs: 100, requestMs: 200, idleMs: 100 };
const query = JSON.stringify({ query: '{ __typename }' });
const refusal = { errors: [{ message: expect.any(String), extensions: { code: 'LIMIT_EXCEEDED', applied: 'NO' } }] };

function head(...lines: string[]): string {
  const all = ['POST /graphql HTTP/1.1', 'Host: localhost', 'Content-Type: application/json', ...lines];
  return `${all.join('\r\n')}\r\n\r\n`;
}

describe('A request', () => {
  it.each([
    ['no byte', ''],
    ['half of its headers', 'POST /graphql HTTP/1.1\r\nHost: localh'],
    ['half of its body', head('Content-Length: 100') + query],
    ['none of its body', head('Content-Length: 100')],
    ['a chunk of its body', `${head('Transfer-Encoding: chunked')}5\r\n{"que\r\n`],
  ])('of which %s has come is answered with 408 or cut', async (_, part) => {
    const { address } = await startApp({ limits: short });
    const answer = await sendRaw(address, part);
    expect(answer).toMatch(/^(HTTP\/1\.1 408 |$)/);
  });

  it('that comes byte by byte is cut all the same', async () => {
    const { address } = await startApp({ limits: short });
    const socket = await connectTo(address);
    socket.write(head('Content-Length: 1000'));
    const dripping = setInterval(() => socket.write(' '), 20);
    const answer = await text(socket);
    clearInterval(dripping);
    expect(answer).toMatch(/^(HTTP\/1\.1 408 |$)/);
  });

  it('may have an answer that takes longer than itself, as a stream does', async () => {
    const { address, server } = await startApp({ limits: short });
    await server.manager.set('a', {});
    const body = JSON.stringify({ query: 'subscription { contextChanged(id: "a") { ... on Versioned { version } } }' });
    const socket = await connectTo(address);
    socket.write(head('Accept: text/event-stream', `Content-Length: ${body.length}`) + body);
    let received = '';
    socket.on('data', (chunk) => {
      received += String(chunk);
    });
    await eventually(() => expect(received).toContain('text/event-stream'));
    // By then as much time has passed as a request may take.
    const late = await connectTo(address);
    const ended = text(late);
    late.write(head('Content-Length: 1000'));
    await ended;
    await server.manager.update('a', { x: 1 });
    await eventually(() => expect(received).toContain('"version":2'));
  });

  it('is awaited for `idleMs` after another', async () => {
    const { address } = await startApp({ limits: short });
    const socket = await connectTo(address);
    const closed = once(socket, 'close');
    socket.resume();
    socket.write(head(`Content-Length: ${query.length}`) + query);
    await closed;
  });

  it('has 100 headers and no more, of 16 KiB and no more', async () => {
    const { address } = await startApp();
    const headers = (count: number) => Array.from({ length: count }, (_, i) => `X-${i}: x`);
    const sent = (...lines: string[]) =>
      sendRaw(address, head(...lines, `Content-Length: ${query.length}`, 'Connection: close') + query);
    expect(await sent(...headers(96))).toContain('200 OK');
    const refused = await sent(...headers(97));
    expect(refused).toMatch(/^HTTP\/1\.1 431 /);
    expect(JSON.parse(refused.split('\r\n\r\n')[1] ?? '')).toEqual(refusal);
    expect(await sent(`X: ${'x'.repeat(15 * 1024)}`)).toContain('200 OK');
    expect(await sent(`X: ${'x'.repeat(17 * 1024)}`)).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('that comes too fast from one address is refused with 429, and told when to come', async () => {
    const clock = new FakeClock();
    const { address, origin } = await startApp({ clock, limits: { requestsPerSecond: 2 } });
    const post = () =>
      fetch(address.http, { method: 'POST', headers: { 'content-type': 'application/json' }, body: query });
    for (let i = 0; i < 2; i += 1) expect((await post()).status).toBe(200);
    const refused = await post();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toEqual(refusal);
    expect((await fetch(`${origin}/health`)).status).toBe(200);
    clock.elapse(500);
    expect([(await post()).status, (await post()).status]).toEqual([200, 429]);
  });
});

describe('Rates', () => {
  it('forget those who do not come any more, and how many they know has a bound', () => {
    const clock = new FakeClock();
    const rates = new Rates(clock, 0.1);
    for (let i = 0; i < 20_000; i += 1) expect(rates.take(`a${i}`)).toBe(0);
    expect(rates.take('a19999')).toBe(10_000);
    expect(rates.take('a0')).toBe(0);
    clock.elapse(10_000);
    expect(rates.take('a19999')).toBe(0);
  });
});
