import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, validate } from 'graphql';
import { transformWithOxc } from 'vite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createAuthenticator } from '../src/access/authenticator.ts';
import { checkPolicy } from '../src/access/policy.ts';
import { commands } from '../src/cli/commands.ts';
import { readCommand } from '../src/config.ts';
import { schema } from '../src/schema/index.ts';

const root = join(import.meta.dirname, '..');
const pages = [
  'CONTRIBUTING.md',
  'examples/README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

const blocks = pages.flatMap((page) =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(
    ([, language = '', text = ''], i) => ({ name: `${page}, block ${i + 1}`, language, text }),
  ),
);
const of = (...languages: readonly string[]) => blocks.filter(({ language }) => languages.includes(language));

/** What a package of this repository is imported by. */
const modules: { readonly [specifier: string]: string } = {
  arpeggio: 'src/index.ts',
  'arpeggio/client': 'src/client/index.ts',
  'arpeggio/react': 'src/client/react/index.ts',
  'arpeggio/apollo': 'src/client/apollo.ts',
  'arpeggio/urql': 'src/client/urql.ts',
  'arpeggio/testing': 'src/store/contract.ts',
};

describe('The code in the docs', () => {
  test('is of languages that something here looks at', () => {
    const known = ['sh', 'graphql', 'json', 'js', 'ts', 'tsx', 'mermaid'];
    expect(blocks.filter(({ language }) => !known.includes(language))).toEqual([]);
    expect(blocks.length).toBeGreaterThan(15);
  });

  test.each(of('graphql'))('$name is GraphQL of this schema', ({ text }) => {
    expect(validate(schema, parse(text))).toEqual([]);
  });

  test.each(of('json'))('$name is a policy', ({ text }) => {
    expect(checkPolicy(JSON.parse(text), 'It')).toBeTruthy();
  });

  test.each(of('js'))('$name is a configuration that the server takes', async ({ text }) => {
    const folder = mkdtempSync(join(tmpdir(), 'arpeggio-docs-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    // As whoever runs it has set it.
    const whole = text.replaceAll(/process\.env\.\w+_SHA256/g, `'${'0'.repeat(64)}'`);
    writeFileSync(join(folder, 'arpeggio.config.mjs'), whole);
    const command = await readCommand({ args: [], env: {}, cwd: folder });
    if (command.kind !== 'serve' || !command.options.access) throw new Error('It says nothing of access.');
    expect(createAuthenticator(command.options.access)).toBeTypeOf('function');
  });

  test.each(of('ts', 'tsx'))('$name is TypeScript, and imports what there is', async ({ text, language }) => {
    await transformWithOxc(text, `block.${language}`);
    for (const [, names = '', specifier = ''] of text.matchAll(/import \{([^}]*)\} from '(arpeggio[^']*)'/g)) {
      const file = join(root, modules[specifier] ?? `no such module: ${specifier}`);
      const values = Object.keys(await import(file));
      for (const name of names.split(',').map((given) => given.trim().split(' as ')[0] ?? '')) {
        if (name.startsWith('type ')) expect(readFileSync(file, 'utf8')).toContain(name.slice(5));
        else expect(values).toContain(name);
      }
    }
  });

  test.each(of('sh'))('$name calls what there is', ({ text }) => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
    const builtIn = ['ci', 'install', 'test', 'start'];
    for (const line of text.split('\n').filter((each) => each !== '')) {
      const [program = '', ...words] = line.replace(/ #.*/, '').trim().split(/\s+/);
      switch (program) {
        case 'npm': {
          const [verb = '', script = ''] = words;
          if (verb === 'run') expect(Object.keys(scripts)).toContain(script);
          else expect(builtIn).toContain(verb);
          break;
        }
        case 'arpeggio':
          expect(['serve', 'doctor', 'types', ...commands.map(({ name }) => name)]).toContain(words[0]);
          break;
        default:
          expect(['docker', 'kubectl', '.ci/run']).toContain(program);
      }
    }
  });
});
