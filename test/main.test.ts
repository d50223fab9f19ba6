import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { optionNames, options } from '../src/options.ts';
import { startApp } from './helpers/app.ts';
import { eventually } from './helpers/eventually.ts';
import { MainProcess } from './helpers/main-process.ts';
import { connectTo } from './helpers/raw.ts';
import { initSocket } from './helpers/raw-socket.ts';
import { startFakeRedis } from './helpers/redis/fake-redis.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

const anyPort = { PORT: '0' };

describe('The process', () => {
  it('prints its addresses and the store in use, and answers there', async () => {
    const main = new MainProcess([], anyPort);
    const http = await main.says(/GraphQL over HTTP and SSE\s+(\S+)/);
    const websocket = await main.says(/GraphQL over WebSocket\s+(\S+)/);
    expect(main.stdout).toContain(`Arpeggio ${version} is listening.`);
    expect(main.stdout).toMatch(/Store\s+memory/);
    expect(http).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/graphql$/);
    const response = await fetch(`${http}?query={__typename}`);
    expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
    const raw = await initSocket({ http, websocket, port: 0 });
    raw.subscribe('1', '{ __typename }');
    expect(await raw.messageFor('1')).toMatchObject({ type: 'next' });
    expect(main.stderr).toBe('');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('stops cleanly on %s', async (signal) => {
    const main = new MainProcess([], anyPort);
    const http = await main.says(/SSE\s+(\S+)/);
    const websocket = await main.says(/WebSocket\s+(\S+)/);
    const raw = await initSocket({ http, websocket, port: 0 });
    main.signal(signal);
    expect(await main.exit).toBe(0);
    expect(main.stdout).toContain(`${signal}: stopping.`);
    expect(main.stderr).toBe('');
    expect(await raw.closing()).toMatchObject({ code: 1012 });
  });

  it('ends with 0 on SIGTERM while it waits for Redis, too', async () => {
    let isAsked = false;
    const redis = await startFakeRedis(() => {
      isAsked = true;
      return null;
    });
    const main = new MainProcess([], { ...anyPort, REDIS_URL: redis.url });
    await eventually(() => expect(isAsked).toBe(true));
    main.signal('SIGTERM');
    expect(await main.exit).toBe(0);
    expect(main.stderr).toBe('');
  });

  it('stops at once when it is asked twice', async () => {
    const main = new MainProcess([], anyPort);
    const port = Number(await main.says(/127\.0\.0\.1:(\d+)/));
    // A request that never ends keeps it waiting.
    const socket = await connectTo({ http: '', websocket: '', port });
    const head = ['POST /graphql HTTP/1.1', 'Host: localhost', 'Content-Type: application/json', 'Content-Length: 10'];
    socket.write(`${head.join('\r\n')}\r\nExpect: 100-continue\r\n\r\n`);
    await eventually(() => expect(socket.bytesRead).toBeGreaterThan(0));
    main.signal('SIGTERM');
    await main.says(/SIGTERM: stopping\./);
    main.signal('SIGINT');
    expect(await main.exit).toBe(1);
  });

  it('prints how it is used', async () => {
    const main = new MainProcess(['serve', '--help'], { PORT: 'nonsense' });
    expect(await main.exit).toBe(0);
    for (const name of optionNames) expect(main.stdout).toContain(options[name].env ?? name);
    expect(main.stdout).toContain('Usage: arpeggio [serve] [options]');
  });

  it('prints its version', async () => {
    const main = new MainProcess(['--version']);
    expect(await main.exit).toBe(0);
    expect(main.stdout).toBe(`${version}\n`);
  });

  it('names an option that was given a value it does not take, what it got, and what it takes', async () => {
    const main = new MainProcess([], { PORT: 'abc' });
    expect(await main.exit).toBe(1);
    expect(main.stderr).toBe('arpeggio: PORT is "abc"; it takes an integer from 0 to 65535.\n');
    expect(main.stdout).toBe('');
  });

  it('refuses to listen beyond loopback, unless it is insecure on purpose', async () => {
    const refused = new MainProcess([], { ...anyPort, HOST: '0.0.0.0' });
    expect(await refused.exit).toBe(1);
    expect(refused.stderr).toMatch(/^arpeggio: Refusing to listen on 0\.0\.0\.0: .*ARPEGGIO_INSECURE=1/);
    const insecure = new MainProcess([], { ...anyPort, HOST: '0.0.0.0', ARPEGGIO_INSECURE: '1' });
    const port = await insecure.says(/http:\/\/0\.0\.0\.0:(\d+)\/graphql/);
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
    expect(insecure.stderr).toContain('INSECURE');
  });

  it('says that a port is taken, and ends', async () => {
    const { address } = await startApp();
    const main = new MainProcess(['--port', String(address.port)]);
    expect(await main.exit).toBe(1);
    expect(main.stderr).toMatch(/^arpeggio: .*address already in use 127\.0\.0\.1:\d+\n$/);
  });
});
