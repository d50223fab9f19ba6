import { parseArgs } from 'node:util';
import type { Command } from './command.ts';
import { UsageError } from './failure.ts';
import { type Flag, type FlagName, type Flags, flags } from './flags.ts';
import { nearest } from './nearest.ts';

export interface Arguments {
  readonly flags: Flags;
  readonly positionals: readonly string[];
}

/**
 * Reads what was typed behind a command. What stands behind `--` is no flag.
 *
 * @throws UsageError
 */
export function readArguments(command: Command, args: readonly string[]): Arguments {
  const known = command.flags.map((name) => ({ name, flag: flags[name] as Flag<unknown> }));
  // Not strict: its errors would advise what is not right here.
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    options: Object.fromEntries(known.map(({ flag }) => [flag.spelled.slice(2), parsing(flag)])),
  });
  const given: { [Name in FlagName]?: unknown } = {};
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const { rawName, value, inlineValue } = token;
    const found = known.find(({ flag }) => rawName === flag.spelled || rawName === flag.short);
    if (!found) throw unknownFlag(command, rawName);
    const { name, flag } = found;
    given[name] = flag.read(textOf(flag, value, inlineValue === true), given[name]);
  }
  // Each value was made by its flag.
  return { flags: given as Flags, positionals };
}

function parsing({ takes, short }: Flag<unknown>): { readonly type: 'string' | 'boolean'; readonly short?: string } {
  return {
    type: takes === undefined ? 'boolean' : 'string',
    ...(short === undefined ? {} : { short: short.slice(1) }),
  };
}

function textOf({ spelled, takes }: Flag<unknown>, value: string | undefined, isInline: boolean): string {
  if (takes === undefined) {
    if (value !== undefined) throw new UsageError(`${spelled} takes no value.`);
    return '';
  }
  if (value === undefined) throw new UsageError(`${spelled} needs a value: ${spelled} ${takes}.`);
  // Rather a flag whose value was forgotten than a value.
  if (!isInline && value.length > 1 && value.startsWith('-')) {
    throw new UsageError(`${spelled} needs a value; one that begins with a dash is written ${spelled}=-….`);
  }
  return value;
}

function unknownFlag(command: Command, typed: string): UsageError {
  const meant = nearest(
    typed,
    command.flags.map((name) => flags[name].spelled),
  );
  const hint = meant === undefined ? 'Behind -- it would be no option.' : `Did you mean ${meant}?`;
  return new UsageError(`${command.name} has no option ${JSON.stringify(typed)}. ${hint}`);
}

/** @throws UsageError where it was not given */
export function required<Name extends FlagName>(given: Flags, name: Name): NonNullable<Flags[Name]> {
  const value = given[name];
  const { spelled, takes } = flags[name] as Flag<unknown>;
  if (value === undefined || value === null) throw new UsageError(`${spelled} ${takes} is needed.`);
  return value;
}

/** @throws UsageError where more than one of them was given */
export function checkExclusive(given: Flags, ...names: readonly FlagName[]): void {
  const both = names.filter((name) => given[name] !== undefined).map((name) => flags[name].spelled);
  if (both.length > 1) throw new UsageError(`${both.join(' and ')} do not go together: give one of them.`);
}
