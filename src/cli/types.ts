import process from 'node:process';
import { readCommand } from '../config.ts';
import { typesOf } from '../typed/types-of.ts';

const ABOUT = `arpeggio types: prints TypeScript types of the contexts that the server's schemas describe.

Usage: arpeggio types [options of the server] > contexts.ts

It reads the configuration as the server would, and needs json-schema-to-typescript: npm install --save-dev json-schema-to-typescript.
Give client.watch<ContextOf<'room:1'>>('room:1') what it prints.`;

/** The types go to stdout and everything else to stderr, so that what is written to a file is whole. */
export async function types(args: readonly string[]): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) return console.log(ABOUT);
  try {
    const command = await readCommand({ args, env: process.env, cwd: process.cwd() });
    if (command.kind !== 'serve') return;
    const { schemas = [] } = command.options;
    if (schemas.length === 0) throw new Error('The configuration has no schemas.');
    process.stdout.write(await typesOf(schemas));
  } catch (error) {
    console.error(`arpeggio: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 2;
  }
}
