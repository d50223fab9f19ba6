import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ListeningApp, startApp } from '../helpers/app.ts';
import { CommandLine } from '../helpers/command-line.ts';
import { eventually } from '../helpers/eventually.ts';
import type { MainProcess } from '../helpers/main-process.ts';
import { TcpProxy } from '../helpers/redis/tcp-proxy.ts';

const commandLine = new CommandLine();

interface Line {
  readonly type: 'full' | 'delta' | 'deleted';
  readonly version: number;
  readonly fromVersion?: number;
  readonly cursor: string;
  readonly context?: { readonly n: number };
  readonly changes?: readonly { readonly value: unknown }[];
}

function linesOf({ stdout }: MainProcess): readonly Line[] {
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/** The command on a server with a context at version 1, `n` being its version. */
async function watching(
  args: readonly string[],
  port?: (app: ListeningApp) => Promise<number>,
): Promise<{ readonly app: ListeningApp; readonly main: MainProcess; readonly write: () => Promise<unknown> }> {
  const app = await startApp();
  const { manager } = app.server;
  await manager.set('a', { n: 1 });
  const url = `http://127.0.0.1:${port ? await port(app) : app.address.port}`;
  const main = commandLine.start(['watch', 'a', '--url', url, ...args]);
  let n = 1;
  return {
    app,
    main,
    write() {
      n += 1;
      return manager.update('a', { n });
    },
  };
}

describe('arpeggio watch', () => {
  it('tells the context, then each change as it comes, and that it was deleted and made anew', async () => {
    const { app, main, write } = await watching([]);
    await main.says(/^full context, version 1\n\{\n {2}"n": 1\n\}\n/);
    await write();
    await main.says(/delta, version 1 → 2\n {2}~ n 1 → 2\n/);
    await app.server.manager.delete('a');
    await main.says(/deleted, version 2 \(DELETED\)\n/);
    await app.server.manager.set('a', { back: true });
    await main.says(/full context, version 1 \(NEW_LIFE\)\n\{\n {2}"back": true\n\}\n/);
    main.signal('SIGINT');
    expect(await main.exit).toBe(0);
    expect(main.stderr).toBe('');
  });

  it('begins where it is told to, and ends after so many events', async () => {
    const { app, main, write } = await watching(['--version', '1', '--count', '2', '--json']);
    await write();
    await eventually(() => expect(linesOf(main)).toHaveLength(1));
    await write();
    expect(await main.exit).toBe(0);
    const [first, second] = linesOf(main);
    expect(first).toEqual({
      type: 'delta',
      id: 'a',
      life: expect.any(String),
      fromVersion: 1,
      version: 2,
      cursor: expect.any(String),
      changes: [{ path: ['n'], action: 'MODIFIED', oldValue: 1, value: 2 }],
    });
    const args = [
      'watch',
      'a',
      '--url',
      app.address.websocket,
      '--cursor',
      String(first?.cursor),
      '--count',
      '1',
      '--json',
    ];
    expect(JSON.parse((await commandLine.run(args)).stdout)).toEqual(second);
  });

  it('waits for a context that is not there yet', async () => {
    const { server, feed, address } = await startApp();
    const main = commandLine.start(['watch', 'b', '--url', address.http, '--count', '1']);
    await eventually(() => expect(feed.size).toBe(1));
    await server.manager.set('b', {});
    expect(await main.exit).toBe(0);
    expect(main.stdout).toBe('full context, version 1\n{}\n');
  });

  it('tells every version once, through cuts of the connection', async () => {
    let proxy: TcpProxy | undefined;
    const { main, write } = await watching(['--json'], async ({ address }) => {
      proxy = await TcpProxy.start(address.port);
      return proxy.port;
    });
    await eventually(() => expect(linesOf(main)).toHaveLength(1));
    for (const isAway of [true, false, true]) {
      const { version = 0 } = linesOf(main).at(-1) ?? {};
      const losses = main.stderr.match(/lost/g)?.length ?? 0;
      proxy!.isRefusing = isAway;
      proxy!.cut();
      await eventually(() => expect(main.stderr.match(/lost/g)).toHaveLength(losses + 1));
      await write();
      await write();
      proxy!.heal();
      await eventually(() => expect(main.stderr.match(/connected again/g)).toHaveLength(losses + 1));
      await write();
      await eventually(() => expect(linesOf(main).at(-1)?.version).toBe(version + 3));
    }
    main.signal('SIGTERM');
    expect(await main.exit).toBe(0);
    const [first, ...rest] = linesOf(main);
    expect(first).toMatchObject({ type: 'full', version: 1 });
    let at = 1;
    for (const { type, fromVersion, version, changes } of rest) {
      expect([type, fromVersion]).toEqual(['delta', at]);
      expect(changes).toMatchObject([{ path: ['n'], oldValue: at, value: version }]);
      at = version;
    }
    expect(at).toBe(10);
    expect(main.stderr).toMatch(/^(arpeggio: the connection is lost.*; trying again\narpeggio: connected again\n){3}$/);
  });

  it('waits for a server that is not there yet, and says so once', async () => {
    let proxy: TcpProxy | undefined;
    const { main } = await watching(['--count', '1'], async ({ address }) => {
      proxy = await TcpProxy.start(address.port);
      proxy.isRefusing = true;
      return proxy.port;
    });
    await eventually(() => expect(main.stderr).not.toBe(''));
    proxy!.heal();
    expect(await main.exit).toBe(0);
    expect(main.stdout).toMatch(/^full context, version 1\n/);
    expect(main.stderr).toMatch(
      /^arpeggio: no connection to ws:\/\/\S+\/graphql \(.+\); trying again\narpeggio: connected again\n$/,
    );
  });

  it('ends with 3 where there has been no connection for as long as it was told', async () => {
    const main = commandLine.start(['watch', 'a', '--url', 'http://127.0.0.1:1', '--timeout', '0.3', '--json']);
    expect(await main.exit).toBe(3);
    const [note, failure] = main.stderr.split('\n');
    expect(note).toMatch(/^arpeggio: no connection .*ECONNREFUSED/);
    expect(JSON.parse(String(failure))).toEqual({
      error: { code: 'TIMED_OUT', message: 'No connection for 0.3 seconds.' },
    });
  });

  it('ends with 1 where the server refuses', async () => {
    const { main } = await watching(['--cursor', 'zz']);
    expect(await main.exit).toBe(1);
    expect(main.stderr).toBe('arpeggio: BAD_USER_INPUT: That is no cursor.\n');
  });

  it('can be interrupted where there is no connection', async () => {
    const main = commandLine.start(['watch', 'a', '--url', 'http://127.0.0.1:1']);
    await eventually(() => expect(main.stderr).toContain('trying again'));
    main.signal('SIGINT');
    expect(await main.exit).toBe(0);
  });

  it('ends quietly when its reader has read enough', async () => {
    const { address, server } = await startApp();
    const { manager } = server;
    await manager.set('a', { n: 1 });
    const script = `{ "$0" "$1" watch a --url "$2" --json; echo "ended with $?" >&2; } | head -n 1`;
    const shell = spawn('sh', ['-c', script, process.execPath, commandLine.main, address.http]);
    onTestFinished(() => void shell.kill('SIGKILL'));
    let [stdout, stderr] = ['', ''];
    shell.stdout.on('data', (text) => {
      stdout += text;
    });
    shell.stderr.on('data', (text) => {
      stderr += text;
    });
    await eventually(() => expect(stdout).toContain('\n'));
    const ended = once(shell, 'close');
    // It learns by writing that nobody reads.
    await eventually(async () => {
      await manager.update('a', { n: Math.random() });
      expect(stderr).not.toBe('');
    });
    await ended;
    expect(stderr).toBe('ended with 0\n');
    expect(JSON.parse(stdout)).toMatchObject({ type: 'full', version: 1, context: { n: 1 } });
  });
});
