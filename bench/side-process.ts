import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { forkFile } from './fork.ts';

/** One side of a benchmark in a process of its own, so that its CPU time is its own. It has to answer `usage`, and to begin by its url. */
export class SideProcess {
  readonly #child: ChildProcess;
  readonly url: string;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  /** `file` lies in this folder. */
  static async start(file: string, side: string): Promise<SideProcess> {
    const child = forkFile(file, side);
    const [{ url }] = (await once(child, 'message')) as [{ url: string }];
    return new SideProcess(child, url);
  }

  async ask<T>(message: object): Promise<T> {
    this.#child.send(message);
    const [answer] = (await once(this.#child, 'message')) as [T];
    return answer;
  }

  /** CPU time so far, in microseconds. */
  async cpu(): Promise<number> {
    const { cpu } = await this.ask<{ readonly cpu: NodeJS.CpuUsage }>({ usage: true });
    return cpu.user + cpu.system;
  }

  async stop(): Promise<void> {
    this.#child.kill(process.env['BENCH_PROFILE'] ? 'SIGTERM' : 'SIGKILL');
    await once(this.#child, 'exit');
  }
}
