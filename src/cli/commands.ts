import type { Command } from './command.ts';
import type { FlagName } from './flags.ts';
import { blame, diff, history } from './past.ts';
import { get, sync } from './reads.ts';
import { watch } from './watch.ts';
import { exportContext, remove, restoreContext, revert, set, update } from './writes.ts';

const MANNER: readonly FlagName[] = ['json', 'noColor', 'url'];
const COMMON: readonly FlagName[] = [...MANNER, 'timeout', 'help'];
const EXPECTED: readonly FlagName[] = ['expectVersion', 'expectCursor', 'requestId'];

const JSON_NOTE = 'JSON is an object; @FILE reads it from a file, and - (or nothing) from stdin.';

/** Every command, once: dispatch, help and suggestions are made of it. */
export const commands: readonly Command[] = [
  {
    name: 'get',
    takes: 'ID',
    summary: 'Prints a context, as it is or as it was.',
    examples: ['arpeggio get room:1', 'arpeggio get room:1 --at 3 --json'],
    flags: ['at', ...COMMON],
    run: get,
  },
  {
    name: 'set',
    takes: 'ID [JSON]',
    summary: 'Replaces a whole context, or makes it.',
    notes: [JSON_NOTE],
    examples: [`arpeggio set room:1 '{"topic":"tea"}'`, 'arpeggio get room:1 | arpeggio set room:2 --expect-version 0'],
    flags: [...EXPECTED, ...COMMON],
    run: set,
  },
  {
    name: 'update',
    takes: 'ID [JSON]',
    summary: 'Merges changes into a context: objects merge, everything else replaces.',
    notes: [JSON_NOTE, 'With --remove and no JSON, paths are taken out and nothing is merged.'],
    examples: [`arpeggio update room:1 '{"people":{"ada":"online"}}'`, 'arpeggio update room:1 --remove people.ada'],
    flags: ['remove', ...EXPECTED, ...COMMON],
    run: update,
  },
  {
    name: 'sync',
    takes: 'ID',
    summary: 'Prints the least that brings a copy up to date: full context, delta or no change.',
    examples: ['arpeggio sync room:1 --version 1'],
    flags: ['version', 'cursor', ...COMMON],
    run: sync,
  },
  {
    name: 'watch',
    takes: 'ID',
    summary: 'Prints each change as it comes, without a gap, whatever happens to the connection.',
    notes: [
      'Begins with the whole context, or where --version or --cursor say; waits where there is no such context yet.',
      'A lost connection is told on stderr, and tried again for ever. Ctrl-C ends it, with 0.',
    ],
    examples: ['arpeggio watch room:1', 'arpeggio watch room:1 --json | while read -r event; do …; done'],
    flags: ['version', 'cursor', 'count', ...MANNER, 'patience', 'help'],
    run: watch,
  },
  {
    name: 'history',
    takes: 'ID',
    summary: 'Prints what changed from version to version, the newest first, as far back as is retained.',
    examples: ['arpeggio history room:1 --count 10'],
    flags: ['count', ...COMMON],
    run: history,
  },
  {
    name: 'diff',
    takes: 'ID',
    summary: 'Prints what differs between two retained versions.',
    examples: ['arpeggio diff room:1 --from 3 --to 5'],
    flags: ['from', 'to', ...COMMON],
    run: diff,
  },
  {
    name: 'blame',
    takes: 'ID',
    summary: 'Prints the version that last changed a path, or something inside it.',
    examples: ['arpeggio blame room:1 --path people.ada'],
    flags: ['path', ...COMMON],
    run: blame,
  },
  {
    name: 'revert',
    takes: 'ID',
    summary: 'Makes a context what it was at a version, by a new version.',
    examples: ['arpeggio revert room:1 --to 3 --expect-version 5'],
    flags: ['to', ...EXPECTED, ...COMMON],
    run: revert,
  },
  {
    name: 'delete',
    takes: 'ID',
    summary: "Ends a context's life.",
    examples: ['arpeggio delete room:1 --expect-version 3'],
    flags: [...EXPECTED, ...COMMON],
    run: remove,
  },
  {
    name: 'export',
    takes: 'ID',
    summary: "Hands a context to the server's archive.",
    examples: ['arpeggio export room:1'],
    flags: COMMON,
    run: exportContext,
  },
  {
    name: 'restore',
    takes: 'ID',
    summary: "Begins a new life with what the server's archive holds.",
    examples: ['arpeggio restore room:1'],
    flags: ['force', 'requestId', ...COMMON],
    run: restoreContext,
  },
];
