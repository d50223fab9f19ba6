import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const docs = readdirSync(join(root, 'docs'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`);
const pages = ['README.md', 'CONTRIBUTING.md', 'examples/README.md', ...docs];

/** What says what is, and so has to prove it; benchmarks prove themselves. */
const claims = docs.filter((page) => page !== 'docs/benchmarks.md');

/** A test file and the names that follow it: `test/a.test.ts` › `one`, `another`. */
const CITATION = /`(test\/[\w./-]+\.ts)` ›((?:,?\s+`[^`]+`)+)/g;

function citations(text: string): readonly { readonly file: string; readonly name: string }[] {
  return [...text.matchAll(CITATION)].flatMap(([, file = '', names = '']) =>
    [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => ({ file, name })),
  );
}

/** Whether the file has a test, a group, a law, or a row of a table of tests, of exactly that name. */
function hasName(source: string, name: string): boolean {
  const literal = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const named = new RegExp(`(?:(?:\\b(?:test|it|describe|law)|\\))\\(|\\bwhat:)\\s*(['"\`])${literal}\\1`);
  return named.test(source.replaceAll("\\'", "'"));
}

/** What a heading of GitHub's is linked by. */
function anchorsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
}

describe.each(claims)('%s', (page) => {
  test('cites tests that are there, by their exact names', () => {
    const cited = citations(read(page));
    expect(cited.length).toBeGreaterThan(10);
    expect(cited.filter(({ file, name }) => !existsSync(join(root, file)) || !hasName(read(file), name))).toEqual([]);
  });

  test('names no file without saying what in it', () => {
    const text = read(page);
    const named = [...text.matchAll(/`test\/[^`]+`/g)].length;
    expect([...text.matchAll(CITATION)].length).toBe(named);
  });
});

test('every known fault of Chord has a test that carries its number', () => {
  const sections = read('docs/chord.md').split(/^### (?=\d+\. )/m);
  const bare = sections.slice(1).filter((section) => {
    const number = section.slice(0, section.indexOf('.'));
    return !citations(section).some(({ name }) => new RegExp(`Chord fault ${number}\\b`).test(name));
  });
  expect(sections).toHaveLength(13);
  expect(bare).toEqual([]);
});

test('every promise names tests that hold it', () => {
  const sections = read('docs/guarantees.md').split(/^## (?=G\d+\. )/m);
  expect(sections).toHaveLength(12);
  expect(sections.slice(1).filter((section) => citations(section).length === 0)).toEqual([]);
});

test('the npm scripts that pages speak of are there', () => {
  const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Record<string, string> };
  const named = pages.flatMap((page) => [...read(page).matchAll(/npm run ([\w:]+)/g)].map(([, script = '']) => script));
  expect(named).toContain('bench:chord');
  expect(named.filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
});

test('every benchmark is described, and one of those that npm run bench runs', () => {
  const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Record<string, string> };
  const benches = Object.keys(scripts).flatMap((script) => /^bench:(\w+)$/.exec(script)?.[1] ?? []);
  expect(benches.length).toBeGreaterThan(3);
  const [page, runner] = [read('docs/benchmarks.md'), read('bench/all.ts')];
  expect(benches.filter((name) => !page.includes(`npm run bench:${name}`))).toEqual([]);
  expect(benches.filter((name) => !runner.includes(`name: '${name}'`))).toEqual([]);
});

test.each(pages)('the links of %s lead somewhere', (page) => {
  const dead = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^\w+:/.test(link))
    .filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      return !existsSync(join(root, target)) || (anchor !== undefined && !anchorsOf(read(target)).includes(anchor));
    });
  expect(dead).toEqual([]);
});
