import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { eventually } from './eventually.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

/** The real process, as it is started from a shell; killed when the test ends. */
export class MainProcess {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  readonly exit: Promise<number | null>;

  /** `node` are the arguments that make Node run it: from the source, unless it has been compiled. */
  constructor(
    args: readonly string[] = [],
    env: { readonly [name: string]: string } = {},
    node: readonly string[] = ['--import', 'tsx', main],
    cwd = root,
  ) {
    // Of the test's own environment nothing that could be an option goes along.
    const { PATH = '' } = process.env;
    this.child = spawn(process.execPath, [...node, ...args], { cwd, env: { PATH, ...env } });
    this.child.stdout?.setEncoding('utf8').on('data', (text) => {
      this.stdout += text;
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text) => {
      this.stderr += text;
    });
    this.exit = once(this.child, 'close').then(([code]) => code);
    onTestFinished(async () => {
      this.child.kill('SIGKILL');
      await this.exit;
    });
  }

  /** Resolves once it has printed this. */
  async says(pattern: RegExp): Promise<string> {
    return eventually(() => {
      const match = pattern.exec(this.stdout);
      if (match) return match[1] ?? match[0];
      throw new Error(`It has not said ${pattern}, but:\n${this.stdout}${this.stderr}`);
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}
