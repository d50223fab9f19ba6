import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

it('The client weighs at most 12 KB with graphql-ws, minified and compressed, and brings nothing else', async () => {
  const modules: string[] = [];
  const built = await build({
    root,
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: true,
      lib: { entry: join(root, 'src/client/index.ts'), name: 'client', formats: ['iife'] },
    },
    plugins: [{ name: 'modules', moduleParsed: ({ id }) => void modules.push(id) }],
  });
  const [{ output }] = built as unknown as [{ output: [{ code: string }] }];
  const [{ code }] = output;
  expect(gzipSync(code).length).toBeLessThanOrEqual(12 * 1024);
  const packages = modules.flatMap((id) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1] ?? []);
  expect([...new Set(packages)]).toEqual(['graphql-ws']);
  expect(code).toContain('contextChanged');
});
