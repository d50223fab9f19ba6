import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { cpSync } from 'node:fs';
import process from 'node:process';

const FOLDER = 'bench/results/compiled';
let isCompiled = false;

/**
 * A process that runs a file of this folder, compiled as the package is. tsx would give every inner function its name at each call, which
 * costs a quarter of a small update. A profile that was asked for (`node --cpu-prof --import tsx …`) is one of the new process too.
 */
export function forkCompiled(name: string, argument: object): ChildProcess {
  if (!isCompiled) {
    const options = ['--noEmit', 'false', '--rootDir', '.', '--outDir', FOLDER];
    execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', ...options], { stdio: 'inherit' });
    cpSync('src/store/scripts', `${FOLDER}/src/store/scripts`, { recursive: true });
    isCompiled = true;
  }
  const execArgv = process.execArgv.filter((flag) => flag.startsWith('--cpu-prof'));
  return fork(`${FOLDER}/bench/${name}.js`, [JSON.stringify(argument)], { execArgv });
}
