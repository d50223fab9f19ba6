import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { storeContract } from '../src/store/contract.ts';

const root = join(import.meta.dirname, '..');

/** What each prints, whole. */
const printed: Record<string, readonly string[]> = {
  'custom-store.ts': [
    `It keeps all ${storeContract.length} cases of the contract.`,
    'After a restart, version 1 gets a delta to version 2.',
  ],
  'custom-formatter.ts': [
    'delta, as the formatter makes it:',
    '  {"key":["a","f"],"action":"added","value":"new"}',
    '  {"key":["a","b","c","d"],"action":"modified","old_value":"1","value":"2"}',
    '  {"key":["a","b","c","e"],"action":"removed","old_value":"3"}',
    'patch, in a format of the API:',
    '  {"op":"add","path":"/a/f","value":"new"}',
    '  {"op":"replace","path":"/a/b/c/d","value":"2"}',
    '  {"op":"remove","path":"/a/b/c/e"}',
  ],
  'custom-archive.ts': [
    'Exported version 2.',
    'Deleted: null.',
    'Restored version 2: {"status":"away"}.',
    'Of what was never kept: RESTORE_FAILED.',
  ],
  'typed-documents.ts': [
    'Apollo Client 1: {"topic":"tea","people":{}}',
    'Apollo Client 2: {"topic":"tea","people":{"ada":"online"}}',
    'Apollo Client 3: {"topic":"tea","people":{"ada":"online","alan":"online"}}',
    'urql 3: {"topic":"tea","people":{"ada":"online","alan":"online"}}',
    'urql 4: {"topic":"coffee","people":{"ada":"online","alan":"online"}}',
  ],
};

describe('the examples', () => {
  test('are all here', () => {
    const files = readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.ts'));
    expect(files.toSorted()).toEqual(Object.keys(printed).toSorted());
  });

  // A process that fails, or does not end by itself, rejects.
  test.each(Object.entries(printed))('%s runs, prints what it shows, and ends', async (name, lines) => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', join('examples', name)], {
      cwd: root,
      timeout: 25_000,
    });
    expect(stdout.trimEnd().split('\n')).toEqual(lines);
  });
});
