import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Who may import whom, by room; a file at the top of src/ is a room of its own. */
const BASE = ['json', 'errors', 'limits', 'clock', 'pointer'];
const MAY_IMPORT: { readonly [room: string]: readonly string[] } = {
  json: ['errors', 'limits'],
  errors: ['json', 'limits'],
  limits: [],
  patterns: [],
  pointer: [],
  presence: [...BASE, 'context'],
  typed: [...BASE, 'patterns'],
  clock: [],
  delta: BASE,
  store: [...BASE, 'delta'],
  feed: BASE,
  access: ['json', 'errors', 'clock', 'patterns'],
  archive: BASE,
  context: [...BASE, 'delta', 'store/store', 'feed/feed', 'archive/archive'],
  cleanup: [...BASE, 'store/store'],
  metrics: [],
  stats: [...BASE, 'store/store'],
  schema: [...BASE, 'delta', 'context', 'cleanup', 'stats'],
  resolvers: [...BASE, 'schema', 'context', 'cleanup'],
  client: [...BASE, 'delta'],
  server: [
    ...BASE,
    'access',
    'schema/index',
    'schema/builder',
    'resolvers/errors',
    'context',
    'delta',
    'store',
    'feed',
    'archive',
    'cleanup',
    'metrics',
    'presence',
    'stats',
    'typed',
  ],
  'option-kinds': [],
  options: ['limits', 'patterns', 'option-kinds', 'server/server-options', 'server/origins', 'server/log'],
  config: ['option-kinds', 'options'],
  cli: [...BASE, 'typed', 'delta', 'config', 'options', 'server', 'client'],
  main: ['cli'],
  index: [...BASE, 'typed', 'delta', 'store', 'feed', 'context', 'archive', 'cleanup', 'access', 'server'],
};
/** The one file that a room's rule does not cover: it loads the fields so that the schema has them. */
const EXCEPTIONS: { readonly [file: string]: readonly string[] } = { 'schema/index': ['resolvers'] };

interface Import {
  readonly from: string;
  readonly to: string;
  readonly isType: boolean;
}

const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replaceAll('\\', '/').replace(/\.ts$/, ''));
const imports: readonly Import[] = files.flatMap((from) => {
  const text = readFileSync(join(root, 'src', `${from}.ts`), 'utf8');
  return [...text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^;'"]*\sfrom\s+)?'(\.[^']+)\.ts'/gm)].map(
    ([, type, path]): Import => ({ from, to: join(dirname(from), String(path)), isType: type !== undefined }),
  );
});

const roomOf = (file: string): string => String(file.split('/')[0]);

function isAllowed({ from, to }: Import): boolean {
  const room = roomOf(from);
  const allowed = [...(MAY_IMPORT[room] ?? []), ...(EXCEPTIONS[from] ?? [])];
  return roomOf(to) === room || allowed.some((name) => to === name || to.startsWith(`${name}/`));
}

/** A way from a file back to itself along imports that are there at run time; null where there is none. */
function cycleThrough(start: string): readonly string[] | null {
  const ways: (readonly string[])[] = [[start]];
  const seen = new Set<string>();
  for (let way = ways.pop(); way; way = ways.pop()) {
    for (const { from, to, isType } of imports) {
      if (from !== way.at(-1) || isType) continue;
      if (to === start) return [...way, to];
      if (!seen.has(to)) ways.push([...way, to]);
      seen.add(to);
    }
  }
  return null;
}

describe('the house', () => {
  test('the test sees the imports there are', () => {
    expect(imports).toContainEqual({ from: 'context/manager', to: 'context/watch', isType: false });
    expect(imports.length).toBeGreaterThan(100);
  });

  test('every room has a rule', () => {
    expect(files.map(roomOf).filter((room) => !(room in MAY_IMPORT))).toEqual([]);
  });

  test('a room imports only the rooms that it may', () => {
    expect(imports.filter((line) => !isAllowed(line)).map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  test('no file imports itself, by whatever way', () => {
    expect(files.flatMap((file) => cycleThrough(file) ?? [])).toEqual([]);
  });

  test('only Redis files and the server name ioredis', () => {
    const naming = files.filter((file) => /from 'ioredis'/.test(readFileSync(join(root, 'src', `${file}.ts`), 'utf8')));
    expect(naming.filter((file) => !/^server\/|\/redis-/.test(file))).toEqual([]);
  });

  test('a file is at most 350 lines, and its types have no way out', () => {
    for (const file of files) {
      const text = readFileSync(join(root, 'src', `${file}.ts`), 'utf8');
      expect(text.split('\n').length, file).toBeLessThanOrEqual(350);
      expect(text, file).not.toMatch(/as unknown as|\bas any[;,)\].]|: any[;,)\]=]|@ts-(ignore|expect-error)/);
    }
  });
});
