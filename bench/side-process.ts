import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** One side of a benchmark in a process of its own, so that its CPU time is its own. It has to answer `usage`, and to begin by its url. */
export class SideProcess {
  readonly #child: ChildProcess;
  readonly url: string;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  /** `file` lies beside this one. With BENCH_PROFILE=FOLDER each side leaves a CPU profile there. */
  static async start(file: string, side: string): Promise<SideProcess> {
    const folder = process.env['BENCH_PROFILE'];
    const profile = folder ? ['--cpu-prof', `--cpu-prof-dir=${folder}/${side.replaceAll(/\W+/g, '-')}`, ...EXITS] : [];
    const child = fork(new URL(file, import.meta.url), [side], {
      env: { ...process.env, NODE_ENV: 'production' },
      execArgv: ['--expose-gc', '--import', 'tsx', ...profile],
    });
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

/** Only a process that ends by itself writes its profile. */
const EXITS = ['--import', 'data:text/javascript,process.on("SIGTERM",()=>process.exit())'];

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
