import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll } from 'vitest';
import { MainProcess } from './main-process.ts';

const root = join(import.meta.dirname, '../..');

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly stdin?: string | Uint8Array;
  readonly env?: { readonly [name: string]: string };
}

/** The command line as it is installed: compiled once for the tests of a file, and started as a process each time. */
export class CommandLine {
  #main = '';

  constructor() {
    beforeAll(async () => {
      // Below node_modules, where it finds its dependencies.
      const folder = mkdtempSync(join(root, 'node_modules', '.command-line-'));
      const outDir = join(folder, 'dist');
      const flags = ['--declaration', 'false', '--sourceMap', 'false', '--inlineSources', 'false'];
      const tsc = join(root, 'node_modules/typescript/bin/tsc');
      await promisify(execFile)(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', outDir, ...flags], {
        cwd: root,
      });
      cpSync(join(root, 'package.json'), join(folder, 'package.json'));
      this.#main = join(outDir, 'main.js');
      return () => rmSync(folder, { recursive: true });
    });
  }

  /** What a shell would run. */
  get main(): string {
    return this.#main;
  }

  /** Starts it and leaves it running. */
  start(args: readonly string[], { stdin = '', env = {} }: Surroundings = {}): MainProcess {
    const main = new MainProcess(args, env, [this.#main]);
    // It may end without having read.
    main.child.stdin?.on('error', () => {}).end(stdin);
    return main;
  }

  async run(args: readonly string[], surroundings: Surroundings = {}): Promise<Outcome> {
    const main = this.start(args, surroundings);
    const code = await main.exit;
    return { code, stdout: main.stdout, stderr: main.stderr };
  }
}
