import { describe, expect, it } from 'vitest';
import { logFormatOf } from '../../src/server/log.ts';
import { MainProcess } from '../helpers/main-process.ts';

const anyPort = { PORT: '0' };

describe('The log of the process', () => {
  it('is lines of JSON in production, the first of which says where it is', async () => {
    const main = new MainProcess([], { ...anyPort, NODE_ENV: 'production' });
    const http = await main.says(/"http":"([^"]+)"/);
    expect((await fetch(new URL('/health', http))).status).toBe(200);
    main.signal('SIGTERM');
    expect(await main.exit).toBe(0);
    const lines = main.stdout.trim().split('\n');
    const [first, ...rest] = lines.map((line) => JSON.parse(line));
    expect(first).toMatchObject({ level: 'info', http, store: expect.stringContaining('memory') });
    expect(first.msg).toContain('is listening');
    expect(Number.isNaN(Date.parse(first.time))).toBe(false);
    expect(first).not.toHaveProperty('graphiql');
    expect(rest.map(({ level, msg }) => ({ level, msg }))).toEqual([{ level: 'info', msg: 'SIGTERM: stopping.' }]);
    expect(main.stderr).toBe('');
  });

  it('tells of operations where it is asked to', async () => {
    const main = new MainProcess(['--log-level', 'debug', '--log-format', 'json'], anyPort);
    const http = await main.says(/"http":"([^"]+)"/);
    await fetch(`${http}?query=query%20Named{__typename}`, { headers: { 'x-request-id': 'r1' } });
    expect(await main.says(/.*"operation".*/)).toMatch(
      /^\{"level":"debug","time":"[^"]+","operation":"Named","requestId":"r1","ms":[\d.]+,"errors":0,"msg":"query"\}$/,
    );
  });

  it('says nothing where it is told not to', async () => {
    const main = new MainProcess(['--log-level', 'silent', '--log-format', 'json'], anyPort);
    main.signal('SIGTERM');
    await main.exit;
    expect(main.stdout).toBe('');
  });

  it('is for people, unless it is for production or is told otherwise', () => {
    expect(logFormatOf({}, undefined)).toBe('text');
    expect(logFormatOf({}, 'production')).toBe('json');
    expect(logFormatOf({ logFormat: 'text' }, 'production')).toBe('text');
    expect(logFormatOf({ logFormat: 'json' }, 'test')).toBe('json');
  });
});
