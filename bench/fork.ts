import { type ChildProcess, fork } from 'node:child_process';
import process from 'node:process';

/**
 * A process that runs another file of this folder, so that its CPU time and its memory are its own. With `BENCH_PROFILE=FOLDER` it
 * leaves a CPU profile there when it ends by itself or by SIGTERM.
 */
export function forkFile(name: string, ...args: readonly string[]): ChildProcess {
  const folder = process.env['BENCH_PROFILE'];
  const profile = folder ? ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--import', ENDS] : [];
  return fork(new URL(`./${name}.js`, import.meta.url), [...args], {
    execArgv: ['--expose-gc', '--no-warnings', ...profile],
    env: { ...process.env, NODE_ENV: 'production' },
  });
}

const ENDS = 'data:text/javascript,process.on("SIGTERM",()=>process.exit())';
