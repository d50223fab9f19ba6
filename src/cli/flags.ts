import type { Path } from '../delta/deep-update.ts';
import { DEFAULT_URL } from './address.ts';
import { UsageError } from './failure.ts';
import { readPath } from './path.ts';

/** What can be told behind a command, as it was understood. */
export interface Flags {
  readonly url?: string;
  /** In milliseconds. */
  readonly timeout?: number;
  /** In milliseconds. */
  readonly patience?: number;
  readonly json?: boolean;
  readonly noColor?: boolean;
  readonly help?: boolean;
  readonly expectVersion?: number;
  readonly expectCursor?: string;
  readonly requestId?: string;
  readonly version?: number;
  readonly cursor?: string;
  readonly remove?: readonly Path[];
  readonly count?: number;
  readonly force?: boolean;
  readonly at?: number;
  readonly from?: number;
  readonly to?: number;
  readonly path?: Path;
}
export type FlagName = keyof Flags;

export interface Flag<T> {
  readonly spelled: string;
  /** What stands for its value in the help; a flag without one is a switch. */
  readonly takes?: string;
  readonly short?: string;
  readonly description: string;
  /** `before` is what an earlier flag of this name gave. */
  readonly read: (text: string, before: T | undefined) => T;
}

const isOn = (): boolean => true;
const text = (given: string): string => given;

function integer(spelled: string, min: number): (text: string) => number {
  return (given) => {
    const value = /^\d{1,16}$/.test(given) ? Number(given) : Number.NaN;
    if (Number.isSafeInteger(value) && value >= min) return value;
    throw new UsageError(`${spelled} takes an integer, ${min} or more.`);
  };
}

function seconds(given: string): number {
  const value = /^\d{1,7}(\.\d+)?$/.test(given) ? Number(given) * 1000 : 0;
  if (value >= 1 && value < 2 ** 31) return Math.round(value);
  throw new UsageError('--timeout takes seconds, such as 5 or 0.5.');
}

/** Every flag of every command, once: parsing and help are made of it. */
export const flags: { readonly [Name in FlagName]-?: Flag<NonNullable<Flags[Name]>> } = {
  expectVersion: {
    spelled: '--expect-version',
    takes: 'N',
    description: 'Write only at exactly this version; 0: only where there is no such context.',
    read: integer('--expect-version', 0),
  },
  expectCursor: {
    spelled: '--expect-cursor',
    takes: 'C',
    description: 'Write only at exactly this position, which names the life too.',
    read: text,
  },
  requestId: {
    spelled: '--request-id',
    takes: 'R',
    description: 'Makes a retry safe: for 10 minutes the same write with the same id counts once.',
    read: text,
  },
  remove: {
    spelled: '--remove',
    takes: 'PATH',
    description: `Takes a path out, after the merge: a.b, or '["a.b","c"]' for any keys. Can be repeated.`,
    read: (given, before = []) => [...before, readPath(given, '--remove')],
  },
  force: {
    spelled: '--force',
    description: 'Replace a context that is live; without it that is a conflict.',
    read: isOn,
  },
  version: {
    spelled: '--version',
    takes: 'N',
    description: 'Go on from this version.',
    read: integer('--version', 0),
  },
  cursor: {
    spelled: '--cursor',
    takes: 'C',
    description: 'Go on from exactly this position, as --json tells it: the better choice.',
    read: text,
  },
  count: {
    spelled: '--count',
    takes: 'N',
    description: 'End after so many.',
    read: integer('--count', 1),
  },
  at: {
    spelled: '--at',
    takes: 'N',
    description: 'As it was at this version.',
    read: integer('--at', 1),
  },
  from: {
    spelled: '--from',
    takes: 'N',
    description: 'The version to start from.',
    read: integer('--from', 1),
  },
  to: {
    spelled: '--to',
    takes: 'N',
    description: 'The version to come to, which may be the earlier.',
    read: integer('--to', 1),
  },
  path: {
    spelled: '--path',
    takes: 'PATH',
    description: `What to look at: a.b, or '["a.b","c"]' for any keys. Default: the whole context.`,
    read: (given) => readPath(given, '--path'),
  },
  json: {
    spelled: '--json',
    description: 'Print JSON for programs, one object per line; errors too, on stderr.',
    read: isOn,
  },
  noColor: {
    spelled: '--no-color',
    description: 'No colours. (NO_COLOR does the same; FORCE_COLOR=1 keeps them in a pipe.)',
    read: isOn,
  },
  url: {
    spelled: '--url',
    takes: 'URL',
    description: `Where the server is. Variable: ARPEGGIO_URL. Default: ${DEFAULT_URL}.`,
    read: text,
  },
  timeout: {
    spelled: '--timeout',
    takes: 'SECONDS',
    description: 'How long to wait for an answer. Default: 60.',
    read: seconds,
  },
  patience: {
    spelled: '--timeout',
    takes: 'SECONDS',
    description: 'End when there has been no connection for so long. Default: never.',
    read: seconds,
  },
  help: { spelled: '--help', short: '-h', description: 'Prints this.', read: isOn },
};
