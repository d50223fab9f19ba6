import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { eventually } from '../eventually.ts';
import { reapWithMe } from './reaper.ts';
import { redisBinary } from './redis-binary.ts';

/** How a client behaves while there is no connection, in ioredis' words. */
interface Retrying {
  readonly retryStrategy?: () => number | null;
  readonly maxRetriesPerRequest?: number | null;
}

export interface RedisServerOptions {
  /** More of the command line, such as `['--appendonly', 'yes']`. Without any, nothing is kept on disk. */
  readonly args?: readonly string[];
  readonly password?: string;
  /** Started as a Sentinel on this configuration file's text. */
  readonly sentinel?: string;
}

/** A real Redis on a free port of the loopback, with a folder of its own. Neither outlives this process. */
export class RedisServer {
  readonly port: number;
  readonly password: string;
  readonly #folder: string;
  readonly #command: readonly string[];
  #child: ChildProcess | undefined;
  #exited: Promise<unknown> = Promise.resolve();

  private constructor(port: number, password: string, folder: string, command: readonly string[]) {
    this.port = port;
    this.password = password;
    this.#folder = folder;
    this.#command = command;
  }

  /** Whoever starts it stops it. */
  static async start({ args = [], password = '', sentinel }: RedisServerOptions = {}): Promise<RedisServer> {
    const binary = await redisBinary();
    const folder = await mkdtemp(join(tmpdir(), 'arpeggio-redis-'));
    for (let attempt = 1; ; attempt += 1) {
      const port = await freePort();
      const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
      const keeping = ['--save', '', '--repl-diskless-sync-delay', '0'];
      const auth = password === '' ? [] : ['--requirepass', password];
      const file = join(folder, 'sentinel.conf');
      if (sentinel !== undefined) await writeFile(file, sentinel);
      const command =
        sentinel === undefined
          ? [binary, ...settings, ...keeping, ...auth, ...args]
          : [binary, file, '--sentinel', ...settings, ...auth, ...args];
      const server = new RedisServer(port, password, folder, command);
      try {
        await server.restart();
        return server;
      } catch (error) {
        // Somebody else may have taken the port meanwhile.
        await server.kill();
        if (attempt < 5) continue;
        await server.stop();
        throw error;
      }
    }
  }

  get url(): string {
    return `redis://${this.password === '' ? '' : `:${this.password}@`}127.0.0.1:${this.port}`;
  }

  /** Starts it again, on the same port with the same folder; resolves once it has loaded what it kept. */
  async restart(): Promise<void> {
    await this.kill();
    const [binary = '', ...args] = this.#command;
    const child = spawn(binary, args, { stdio: 'ignore' });
    this.#child = child;
    await once(child, 'spawn');
    const callOff = reapWithMe(Number(child.pid), this.#folder);
    this.#exited = once(child, 'exit').then(callOff);
    const redis = this.connect({ retryStrategy: () => 20, maxRetriesPerRequest: null });
    try {
      const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
      await eventually(async () => {
        if (hasEnded()) return;
        await redis.ping();
        // Somebody else may have taken the port meanwhile.
        if (!(await redis.info('server')).includes(`process_id:${child.pid}\r`)) throw new Error('It is another.');
      });
      if (hasEnded()) throw new Error(`Redis ended with ${child.exitCode ?? child.signalCode}.`);
    } finally {
      redis.disconnect();
    }
  }

  /** As if the power had failed. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#exited;
    this.#child = undefined;
  }

  /** SIGSTOP: it answers nothing, and the kernel still takes what is sent. */
  pause(): void {
    this.signal('SIGSTOP');
  }

  resume(): void {
    this.signal('SIGCONT');
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#child?.exitCode === null) this.#child.kill(signal);
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** A client of the test's own; whoever asks for it disconnects it. */
  connect(options: Retrying = {}): Redis {
    const redis = new Redis({
      host: '127.0.0.1',
      port: this.port,
      ...(this.password === '' ? {} : { password: this.password }),
      ...options,
    });
    redis.on('error', () => {});
    return redis;
  }

  /** A client that is disconnected when the test ends. */
  client(): Redis {
    const redis = this.connect();
    onTestFinished(() => redis.disconnect());
    return redis;
  }
}

/** A Redis for one test. */
export async function startRedis(options?: RedisServerOptions): Promise<RedisServer> {
  const server = await RedisServer.start(options);
  onTestFinished(() => server.stop());
  return server;
}

/** Below the ports that the kernel gives to clients, and low enough for a Cluster's bus, 10,000 above it. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 12_000);
    const server = createServer();
    server.listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
