import process from 'node:process';
import { type Address, addressOf, DEFAULT_URL } from './address.ts';
import { readArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { commands } from './commands.ts';
import { credentialsIn } from './credentials.ts';
import { Endpoint } from './endpoint.ts';
import { exitCodes, UsageError } from './failure.ts';
import type { Flags } from './flags.ts';
import { helpOf, usageOf } from './help.ts';
import { nearest } from './nearest.ts';
import { Output } from './output.ts';
import { hasColours } from './style.ts';

const TIMEOUT_MS = 60_000;

/** Runs one command, tells what it came to, and ends the process with the code for that. */
export async function invoke(name: string, args: readonly string[]): Promise<void> {
  // Who reads no further has seen enough.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? exitCodes.ok[0] : exitCodes.refused[0]);
  });
  process.stderr.on('error', () => {});
  const output = outputFor(args);
  let code: number = exitCodes.ok[0];
  try {
    await runCommand(name, args, output);
  } catch (error) {
    code = output.fail(error);
  }
  // Not before all is written, and without waiting for connections to close.
  process.stdout.write('', () => process.exit(code));
}

async function runCommand(name: string, args: readonly string[], output: Output): Promise<void> {
  const command = commands.find((known) => known.name === name);
  if (!command) throw unknownCommand(name);
  const { flags, positionals } = readArguments(command, args);
  if (flags.help) return console.log(helpOf(command));
  const [id, json] = positionalsOf(command, positionals);
  const address = addressFor(flags);
  const credentials = credentialsIn(process.env);
  const endpoint = new Endpoint(address, flags.timeout ?? TIMEOUT_MS, credentials);
  await command.run({ id, json, flags, address, credentials, endpoint, output });
}

/** An error in the arguments, too, is told as they ask for, so they are not read properly here. */
function outputFor(args: readonly string[]): Output {
  const end = args.indexOf('--');
  const before = end === -1 ? args : args.slice(0, end);
  return new Output(process.stdout, process.stderr, {
    isJson: before.includes('--json'),
    isColoured: hasColours(process.stdout.isTTY === true, process.env, before.includes('--no-color')),
  });
}

function positionalsOf(command: Command, given: readonly string[]): readonly [id: string, json: string | undefined] {
  const [id, json, ...more] = given;
  if (id === undefined) throw new UsageError(`${command.name} needs the ID of a context.`, usageOf(command));
  const takesJson = command.takes === 'ID [JSON]';
  if (more.length > 0 || (json !== undefined && !takesJson)) {
    const hint = takesJson ? ' Put JSON in quotes.' : '';
    throw new UsageError(`${command.name} takes no more than ${command.takes}.${hint}`, usageOf(command));
  }
  return [id, json];
}

function addressFor({ url }: Flags): Address {
  if (url !== undefined) return addressOf(url, '--url');
  return addressOf(process.env['ARPEGGIO_URL'] || DEFAULT_URL, 'ARPEGGIO_URL');
}

function unknownCommand(name: string): UsageError {
  const meant = nearest(name, ['serve', 'doctor', 'types', 'help', ...commands.map((known) => known.name)]);
  const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
  return new UsageError(`There is no command ${JSON.stringify(name)}.${hint}`, 'See arpeggio --help.');
}
