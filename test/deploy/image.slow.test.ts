import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { MainProcess } from '../helpers/main-process.ts';
import { root, textOf } from './files.ts';

it('what the Dockerfile copies is enough to build it, and what it keeps to run it, writing nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'arpeggio-image-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const copied = [...textOf('Dockerfile').matchAll(/^COPY (?!--)(.+) \S+$/gm)].flatMap(([, paths = '']) =>
    paths.split(' '),
  );
  for (const path of copied) cpSync(join(root, path), join(folder, path), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  execFileSync('npm', ['run', 'build'], { cwd: folder, stdio: 'pipe' });
  for (const path of ['src', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'])
    rmSync(join(folder, path), { recursive: true });
  const before = readdirSync(folder, { recursive: true }).length;
  const env = {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: '0',
    ARPEGGIO_ACCESS: textOf('deploy/access.example.json'),
  };
  const main = new MainProcess(['serve'], env, [join(folder, 'dist/main.js')], folder);
  const port = await main.says(/"http":"http:\/\/127\.0\.0\.1:(\d+)/);
  expect((await fetch(`http://127.0.0.1:${port}/ready`)).status).toBe(200);
  main.signal('SIGTERM');
  expect(await main.exit).toBe(0);
  expect(readdirSync(folder, { recursive: true })).toHaveLength(before);
}, 120_000);
