import type { Command } from './command.ts';
import { exitCodes } from './failure.ts';
import { type Flag, flags } from './flags.ts';

/** What can be done at all. */
export function overview(commands: readonly Command[]): string {
  const rows = [
    ['serve', 'Starts the server; so does arpeggio without a command.'],
    ['types', "Prints TypeScript types of what the server's schemas describe."],
    ['doctor', 'Looks at the configuration and at Redis, and says what to change.'],
    ...commands.map(({ name, takes, summary }) => [`${name} ${takes}`, summary]),
  ];
  return [
    'arpeggio: versioned contexts over GraphQL, the server and a client.',
    '',
    'Usage: arpeggio [serve] [options]',
    '       arpeggio COMMAND ID [options]',
    '',
    'Commands:',
    ...table(rows),
    '',
    'A client command asks the server at --url or ARPEGGIO_URL, http://127.0.0.1:4000/graphql by default.',
    'Who asks it is said by ARPEGGIO_TOKEN or ARPEGGIO_API_KEY, where the server wants to know.',
    'arpeggio COMMAND --help tells its options, arpeggio serve --help those of the server.',
    'An ID that begins with a dash comes last, behind --: arpeggio get -- -1',
    '',
    'A client command ends with:',
    ...table(Object.values(exitCodes).map(([code, meaning]) => [String(code), meaning])),
  ].join('\n');
}

export function usageOf({ name, takes }: Command): string {
  return `Usage: arpeggio ${name} ${takes} [options]`;
}

/** What one command does and takes. */
export function helpOf(command: Command): string {
  const rows = command.flags.map((name): readonly [string, string] => {
    const { spelled, takes, short, description } = flags[name] as Flag<unknown>;
    return [
      `${spelled}${takes === undefined ? '' : ` ${takes}`}${short === undefined ? '' : `, ${short}`}`,
      description,
    ];
  });
  return [
    command.summary,
    ...(command.notes ?? []),
    '',
    usageOf(command),
    '',
    'Options:',
    ...table(rows),
    '',
    command.examples.length > 1 ? 'Examples:' : 'Example:',
    ...command.examples.map((example) => `  ${example}`),
  ].join('\n');
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const width = Math.max(...rows.map(([name = '']) => name.length));
  return rows.map(([name = '', text = '']) => `  ${name.padEnd(width)}  ${text}`);
}
