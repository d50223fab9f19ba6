import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startApp } from '../helpers/app.ts';
import { CommandLine, type Outcome, type Surroundings } from '../helpers/command-line.ts';
import { TcpProxy } from '../helpers/redis/tcp-proxy.ts';

const commandLine = new CommandLine();

type Run = (args: readonly string[], surroundings?: Surroundings) => Promise<Outcome>;

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'arpeggio-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

/** The command line with a server to ask. */
async function withServer(): Promise<{ readonly run: Run; readonly port: number }> {
  const { address } = await startApp({ archive: `fs:${folder()}` });
  const run: Run = (args, { env = {}, ...rest } = {}) =>
    commandLine.run(args, { ...rest, env: { ARPEGGIO_URL: address.http, ...env } });
  return { run, port: address.port };
}

const done = (stdout: string): Outcome => ({ code: 0, stdout, stderr: '' });

describe('The commands', () => {
  it('set, get, update, sync, delete, export and restore a context', async () => {
    const { run } = await withServer();
    expect(await run(['set', 'room:1', '{"topic":"tea","people":{}}'])).toEqual(
      done('delta, version 0 → 1\n  + topic "tea"\n  + people {}\n'),
    );
    expect(await run(['get', 'room:1'])).toEqual(done('{\n  "topic": "tea",\n  "people": {}\n}\n'));
    expect(await run(['update', 'room:1', '{"topic":"coffee","people":{"ada":1}}'])).toEqual(
      done('delta, version 1 → 2\n  ~ topic "tea" → "coffee"\n  + people.ada 1\n'),
    );
    expect(await run(['update', 'room:1', '{"topic":"coffee"}'])).toEqual(done('no change, version 2\n'));
    expect(await run(['sync', 'room:1', '--version', '1'])).toEqual(
      done('delta, version 1 → 2\n  ~ topic "tea" → "coffee"\n  + people.ada 1\n'),
    );
    expect(await run(['sync', 'room:1', '--version', '2'])).toEqual(done('no change, version 2\n'));
    const { stdout } = await run(['sync', 'room:1']);
    expect(stdout).toMatch(/^full context, version 2\n\{\n {2}"topic": "coffee"/);
    expect(await run(['sync', 'room:1', '--version', '9'])).toMatchObject({
      stdout: expect.stringContaining('(POSITION_UNKNOWN)'),
    });
    expect(await run(['export', 'room:1'])).toEqual(done('exported, version 2\n'));
    expect(await run(['restore', 'room:1'])).toMatchObject({ code: 5, stdout: '' });
    expect(await run(['restore', 'room:1', '--force'])).toEqual(done('restored, version 3\n'));
    expect(await run(['delete', 'room:1'])).toEqual(done('deleted, version 3 (DELETED)\n'));
    expect(await run(['restore', 'room:1'])).toEqual(done('restored, version 2\n'));
  });

  it('go back in time, as far as is retained', async () => {
    const { run } = await withServer();
    for (const n of [1, 2, 3]) await run(['set', 'a', JSON.stringify({ n, kept: { deep: 1 } })]);
    expect(await run(['get', 'a', '--at', '2'])).toEqual(done('{\n  "n": 2,\n  "kept": {\n    "deep": 1\n  }\n}\n'));
    expect(await run(['history', 'a', '--count', '2'])).toEqual(
      done('delta, version 2 → 3\n  ~ n 2 → 3\ndelta, version 1 → 2\n  ~ n 1 → 2\n'),
    );
    expect(await run(['diff', 'a', '--from', '3', '--to', '1'])).toEqual(done('delta, version 3 → 1\n  ~ n 3 → 1\n'));
    expect(await run(['blame', 'a', '--path', 'kept.deep'])).toEqual(done('added, version 1 (kept.deep)\n'));
    expect(await run(['blame', 'a'])).toEqual(done('changed, version 3\n'));
    expect(await run(['blame', 'a', '--path', '["no",""]'])).toEqual(
      done('No version that is retained has changed it.\n'),
    );
    expect(await run(['revert', 'a', '--to', '1', '--expect-version', '3'])).toEqual(
      done('delta, version 3 → 4\n  ~ n 3 → 1\n'),
    );
    expect(await run(['revert', 'a', '--to', '2', '--expect-version', '3'])).toMatchObject({ code: 5 });
    expect(await run(['revert', 'a', '--to', '9'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('VERSION_NOT_RETAINED'),
    });
    for (const args of [
      ['get', 'b', '--at', '1'],
      ['history', 'b'],
      ['diff', 'b', '--from', '1', '--to', '1'],
      ['blame', 'b'],
    ]) {
      expect(await run(args), args[0]).toMatchObject({ code: 4, stdout: '' });
    }
    expect(await run(['diff', 'a', '--from', '1'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'arpeggio: --to N is needed.\n',
    });
    const { stdout } = await run(['blame', 'a', '--path', 'n', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      type: 'blame',
      id: 'a',
      version: 4,
      path: ['n'],
      action: 'MODIFIED',
      insertedAt: expect.any(Number),
    });
  });

  it('tell a history of many pages to its end', async () => {
    const { run } = await withServer();
    for (let n = 1; n <= 60; n += 1) await run(['set', 'a', `{"n":${n}}`]);
    const { stdout } = await run(['history', 'a', '--json']);
    const versions = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).version);
    expect(versions).toEqual(Array.from({ length: 60 }, (_, i) => 60 - i));
  });

  it('tell one JSON object per line with --json', async () => {
    const { run } = await withServer();
    const json = async (...args: readonly string[]): Promise<{ readonly [name: string]: unknown }> => {
      const { code, stdout, stderr } = await run([...args, '--json']);
      expect([code, stderr, stdout.split('\n').length]).toEqual([0, '', 2]);
      return JSON.parse(stdout);
    };
    const place = { id: 'a', life: expect.any(String), cursor: expect.any(String) };
    const first = await json('set', 'a', '{"x":null,"gone":1}');
    expect(first).toEqual({
      type: 'delta',
      ...place,
      fromVersion: 0,
      version: 1,
      changes: [
        { path: ['x'], action: 'ADDED', value: null },
        { path: ['gone'], action: 'ADDED', value: 1 },
      ],
    });
    expect(await json('get', 'a')).toEqual({ type: 'full', ...place, version: 1, context: { x: null, gone: 1 } });
    const second = await json('update', 'a', '{"x":2}', '--remove', 'gone', '--expect-cursor', String(first['cursor']));
    const delta = {
      type: 'delta',
      ...place,
      fromVersion: 1,
      version: 2,
      changes: [
        { path: ['x'], action: 'MODIFIED', oldValue: null, value: 2 },
        { path: ['gone'], action: 'REMOVED', oldValue: 1 },
      ],
    };
    expect(second).toEqual(delta);
    expect(await json('sync', 'a', '--cursor', String(first['cursor']))).toEqual(delta);
    expect(await json('sync', 'a', '--cursor', String(second['cursor']))).toEqual({
      type: 'unchanged',
      ...place,
      version: 2,
    });
    expect(await json('sync', 'a')).toMatchObject({ type: 'full', version: 2, reason: 'INITIAL', context: { x: 2 } });
    expect(await json('export', 'a')).toEqual({
      type: 'exported',
      id: 'a',
      version: 2,
      exportedAt: expect.any(Number),
    });
    expect(await json('delete', 'a')).toEqual({ type: 'deleted', ...place, version: 2, reason: 'DELETED' });
    expect(await json('restore', 'a')).toEqual({ type: 'restored', ...place, version: 2 });
  });

  it('take JSON from stdin and from a file', async () => {
    const { run } = await withServer();
    const file = join(folder(), 'context.json');
    writeFileSync(file, '\ufeff{"from":"file"}\n');
    expect(await run(['set', 'a', `@${file}`])).toMatchObject({ code: 0 });
    expect(await run(['get', 'a'])).toEqual(done('{\n  "from": "file"\n}\n'));
    const { stdout: stdin } = await run(['get', 'a']);
    expect(await run(['set', 'b'], { stdin })).toMatchObject({ code: 0 });
    expect(await run(['update', 'b', '-'], { stdin: '{"more":1}' })).toEqual(
      done('delta, version 1 → 2\n  + more 1\n'),
    );
    expect(await run(['set', 'c', `@${file}x`])).toMatchObject({ code: 2, stderr: expect.stringContaining('ENOENT') });
    expect(await run(['set', 'c', '-'], { stdin: Buffer.from([0x7b, 0xff, 0x7d]) })).toMatchObject({
      code: 2,
      stderr: 'arpeggio: stdin is not UTF-8.\n',
    });
    expect(await run(['set', 'c'])).toMatchObject({ code: 2, stderr: expect.stringContaining('stdin is empty') });
  });

  it('take out paths whose keys may be anything', async () => {
    const { run } = await withServer();
    const context = { a: { b: 1, c: 1 }, 'x.y': { '': 1, '-': 1 }, '[': 1 };
    await run(['set', 'a', JSON.stringify(context)]);
    const paths = ['--remove', 'a.b', '--remove', '["x.y",""]', '--remove', '["["]', '--remove', 'not.there'];
    expect(await run(['update', 'a', ...paths])).toEqual(
      done('delta, version 1 → 2\n  - a.b 1\n  - ["x.y",""] 1\n  - ["["] 1\n'),
    );
    expect(await run(['update', 'a', '{"n":1}', '--remove=["x.y"]'])).toMatchObject({ code: 0 });
    expect(await run(['get', 'a', '--json'])).toMatchObject({ stdout: expect.stringContaining('{"a":{"c":1},"n":1}') });
  });

  it('take any id and any text, and large contexts', async () => {
    const { run } = await withServer();
    const large = JSON.stringify({ text: 'ü🎉'.repeat(150_000), list: Array.from({ length: 20_000 }, (_, i) => i) });
    expect(await run(['set', 'raum/ü🎉', '-'], { stdin: large })).toMatchObject({ code: 0 });
    const { stdout } = await run(['get', 'raum/ü🎉']);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(large));
    for (const id of ['--json', '-', '--', '-h', '__proto__']) {
      expect(await run(['set', '--', id, '{"a":1}'])).toMatchObject({ code: 0 });
      expect(await run(['get', '--json', '--', id])).toMatchObject({ stdout: expect.stringContaining('"version":1') });
    }
  });

  it('say with a request id that a write is the same', async () => {
    const { run } = await withServer();
    const write = ['set', 'a', '{"n":1}', '--request-id', 'r', '--json'];
    const [first, again] = [await run(write), await run(write)];
    expect(again).toEqual(first);
    expect(await run(['set', 'a', '{"n":2}', '--request-id', 'r'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^arpeggio: BAD_USER_INPUT: /),
    });
  });

  it('find a server at any spelling of its address', async () => {
    const { run, port } = await withServer();
    await run(['set', 'a', '{}']);
    const urls = ['http://127.0.0.1', 'ws://localhost'].flatMap((origin) =>
      ['', '/', '/graphql', '/graphql?x=1#y'].map((path) => `${origin}:${port}${path}`),
    );
    const outcomes = await Promise.all(
      urls.map((url) => run(['get', 'a', '--url', url], { env: { ARPEGGIO_URL: 'x' } })),
    );
    expect(outcomes).toEqual(urls.map(() => done('{}\n')));
  });
});

describe('A command that fails', () => {
  it('ends with 4 where there is no such context', async () => {
    const { run } = await withServer();
    for (const args of [
      ['get', 'a'],
      ['sync', 'a'],
      ['update', 'a', '{}'],
      ['delete', 'a'],
      ['export', 'a'],
    ]) {
      expect(await run(args)).toEqual({
        code: 4,
        stdout: '',
        stderr: 'arpeggio: CONTEXT_NOT_FOUND: There is no such context.\n',
      });
    }
  });

  it('ends with 5 where the context is elsewhere, and shows nothing of it', async () => {
    const { run } = await withServer();
    await run(['set', 'a', '{"secret":"hunter2"}']);
    await run(['update', 'a', '{"secret":"hunter3"}']);
    const write = ['update', 'a', '{"x":1}', '--expect-version', '1'];
    expect(await run(write)).toEqual({
      code: 5,
      stdout: '',
      stderr: 'arpeggio: VERSION_CONFLICT: The context is at version 2.\n',
    });
    const { code, stderr } = await run([...write, '--json']);
    expect(code).toBe(5);
    expect(JSON.parse(stderr)).toEqual({
      error: {
        code: 'VERSION_CONFLICT',
        message: 'The context is at version 2.',
        applied: 'NO',
        currentVersion: 2,
        currentCursor: expect.any(String),
      },
    });
    expect(await run(['set', 'a', '{}', '--expect-version', '0'])).toMatchObject({ code: 5 });
    expect(await run(['delete', 'a', '--expect-version', '1'])).toMatchObject({ code: 5 });
  });

  it('ends with 1 where the server refuses', async () => {
    const { run } = await withServer();
    const large = JSON.stringify({ a: 'x'.repeat(1_500_000) });
    const tooLarge = JSON.stringify({ a: 'x'.repeat(3_000_000) });
    const [restore, grown, body, cursor] = await Promise.all([
      run(['restore', 'a']),
      run(['set', 'a'], { stdin: large }),
      run(['set', 'a'], { stdin: tooLarge }),
      run(['sync', 'a', '--cursor', 'zz']),
    ]);
    expect(restore).toMatchObject({
      code: 1,
      stderr: 'arpeggio: RESTORE_FAILED: The archive holds no such context.\n',
    });
    expect(grown).toMatchObject({ code: 1, stderr: expect.stringMatching(/^arpeggio: CONTEXT_TOO_LARGE: [^\n]*\n$/) });
    expect(body).toMatchObject({ code: 1, stderr: 'arpeggio: LIMIT_EXCEEDED: The body is too large.\n' });
    expect(cursor).toMatchObject({ code: 1, stderr: 'arpeggio: BAD_USER_INPUT: That is no cursor.\n' });
  });

  it('ends with 3 where nothing answers, and says what became of a write', async () => {
    const { address } = await startApp();
    const proxy = await TcpProxy.start(address.port);
    const refused = ['--url', `http://127.0.0.1:${await freePort()}`];
    const url = ['--url', `http://127.0.0.1:${proxy.port}`];
    expect(await commandLine.run(['get', 'a', ...refused])).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/^arpeggio: NO_CONNECTION: Nothing answers at \S+\/graphql: ECONNREFUSED\.\n$/),
    });
    expect(await commandLine.run(['set', 'a', '{}', '--json', ...refused])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('"applied":"NO"'),
    });
    expect(await commandLine.run(['get', 'a', '--url', `http://127.0.0.1:${address.port}/elsewhere`])).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/CONNECTION_REFUSED: No Arpeggio answers at \S+\/elsewhere: HTTP 404\./),
    });
    proxy.isRefusing = true;
    expect(await commandLine.run(['set', 'a', '{}', ...url])).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(
        /^arpeggio: CONNECTION_LOST: .*\narpeggio: Whether it was written is not known\.\n$/,
      ),
    });
    proxy.heal();
    proxy.blackHole();
    expect(await commandLine.run(['set', 'a', '{}', ...url, '--timeout', '0.2'])).toMatchObject({
      code: 3,
      stderr: 'arpeggio: TIMED_OUT: No answer within 0.2 seconds.\narpeggio: Whether it was written is not known.\n',
    });
  });
});

/** A port where nothing listens. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
