import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MainProcess } from '../helpers/main-process.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');

const schemas = [
  { in: 'room:*', schema: { type: 'object', required: ['topic'], properties: { topic: { type: 'string' } } } },
  {
    in: 'room:1',
    schema: { title: 'first room', type: 'object', required: ['n'], properties: { n: { type: 'integer' } } },
  },
  ...['game', 'hall'].map((name) => ({
    in: `${name}:*`,
    schema: {
      type: 'object',
      properties: { item: { $ref: '#/$defs/Item' } },
      $defs: { Item: { type: 'object', required: [name], properties: { [name]: { type: 'boolean' } } } },
    },
  })),
  { in: `a\`\${x}*`, schema: { type: 'object', properties: { odd: { type: 'boolean' } } } },
];

describe('arpeggio types', () => {
  it('prints types that a compiler takes, and that tell contexts by their ids', async () => {
    const main = new MainProcess(['types'], { ARPEGGIO_SCHEMAS: JSON.stringify(schemas) });
    expect(await main.exit, main.stderr).toBe(0);
    expect(main.stdout).toContain('export interface Room {');
    expect(main.stdout).toContain('export interface FirstRoom {');
    const folder = await mkdtemp(join(tmpdir(), 'arpeggio-types-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'contexts.ts'), main.stdout);
    await writeFile(
      join(folder, 'use.ts'),
      `import type { ContextOf } from './contexts.ts';
      export const second: ContextOf<'room:2'> = { topic: 'tea' };
      export const first: ContextOf<'room:1'> = { topic: 'tea', n: 1 };
      export const any: ContextOf<'tower:1'> = 5;
      export const game: ContextOf<'game:1'> = { item: { game: true } };
      export const hall: ContextOf<'hall:1'> = { item: { hall: true } };
      // @ts-expect-error
      export const other: ContextOf<'hall:1'> = { item: { game: true } };
      export const odd: ContextOf<'a\`\${x}1'> = { odd: true };
      // @ts-expect-error
      export const missing: ContextOf<'room:1'> = { topic: 'tea' };
      // @ts-expect-error
      export const wrong: ContextOf<'room:2'> = { topic: 1 };
      // @ts-expect-error
      export const even: ContextOf<'a\`\${x}1'> = { odd: 1 };
      `,
    );
    const options = [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--allowImportingTsExtensions',
      '--module',
      'nodenext',
      '--ignoreConfig',
    ];
    const { stdout } = await run('npx', ['tsc', ...options, join(folder, 'use.ts')], { cwd: root }).catch(
      (error) => error,
    );
    expect(stdout).toBe('');
  });

  it('says what is wrong with what it is given, and how it is used', async () => {
    const none = new MainProcess(['types']);
    expect(await none.exit).toBe(2);
    expect(none.stderr).toBe('arpeggio: The configuration has no schemas.\n');
    const wrong = new MainProcess(['types'], { ARPEGGIO_SCHEMAS: '[{"in":"a","schema":{"type":"objekt"}}]' });
    expect(await wrong.exit).toBe(2);
    expect(wrong.stderr).toContain('schemas[0].schema');
    const help = new MainProcess(['types', '--help']);
    expect(await help.exit).toBe(0);
    expect(help.stdout).toContain('Usage: arpeggio types');
  });
});
