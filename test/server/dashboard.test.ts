import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createYoga } from 'graphql-yoga';
import { describe, expect, it, onTestFinished } from 'vitest';
import { schema } from '../../src/schema/index.ts';
import { type DashboardSettings, useDashboard } from '../../src/server/dashboard.ts';
import { makeApp } from '../helpers/app.ts';

const settings: DashboardSettings = { endpoint: '/graphql', presencePrefix: '</script>$&', unitMs: 1000 };
const SCRIPT = 'console.log("hello");'.repeat(50);

/** A server with a page that was built, or, without files, one that was not. */
function opened(files: { readonly [path: string]: string } = {}) {
  const folder = `${mkdtempSync(join(tmpdir(), 'dashboard-'))}/`;
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const yoga = createYoga({ schema, plugins: [useDashboard(settings, ['/nowhere/', folder])], logging: false });
  const get = (path: string, init?: RequestInit) => yoga.fetch(new Request(`http://localhost${path}`, init));
  return { get, folder };
}

const PAGE = {
  'index.html': '<script type="application/json" id="settings">{"settings":null}</script>',
  'assets/index-1.js': SCRIPT,
  'assets/index-2.css': 'a {}',
  'notes.txt': 'not a part of the page',
};

describe('The dashboard', () => {
  it('is at /, with what the page is to know, which can not end its element', async () => {
    const { get } = opened(PAGE);
    const answer = await get('/');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    const [, told = ''] = /id="settings">(.*)<\/script>$/.exec(await answer.text()) ?? [];
    expect(told).not.toContain('<');
    expect(JSON.parse(told)).toEqual({ settings });
  });

  it('may ask nobody else for anything, nor be put into a page of anybody', async () => {
    const { headers } = await opened(PAGE).get('/');
    const policy = String(headers.get('content-security-policy')).split('; ');
    expect(policy).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "frame-ancestors 'none'",
      ]),
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('has files that a browser may keep, zipped where it takes that', async () => {
    const { get } = opened(PAGE);
    const plain = await get('/dashboard/assets/index-1.js');
    expect(plain.headers.get('cache-control')).toContain('immutable');
    expect(plain.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(await plain.text()).toBe(SCRIPT);
    const zipped = await get('/dashboard/assets/index-1.js', { headers: { 'accept-encoding': 'gzip' } });
    expect(zipped.headers.get('content-encoding')).toBe('gzip');
    expect((await zipped.arrayBuffer()).byteLength).toBeLessThan(SCRIPT.length / 2);
    const etag = String(plain.headers.get('etag'));
    expect((await get('/dashboard/assets/index-1.js', { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect((await get('/dashboard/assets/index-2.css')).headers.get('content-type')).toContain('text/css');
  });

  it.each([
    ['/dashboard/assets/other.js', 404],
    ['/dashboard/../index.html', 404],
    ['/dashboard/..%2f..%2fetc/passwd', 404],
    ['/dashboard/notes.txt', 404],
    ['/dashboard/', 404],
    ['/dashboard', 404],
    ['/other', 404],
  ])('has nothing at %s', async (path, status) => {
    expect((await opened(PAGE).get(path)).status).toBe(status);
  });

  it('is only read', async () => {
    const { get } = opened(PAGE);
    expect((await get('/', { method: 'POST' })).status).toBe(405);
    const head = await get('/', { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(await head.text()).toBe('');
  });

  it('says where it has not been built, and is there once it is', async () => {
    const { get, folder } = opened();
    const answer = await get('/');
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain('npm run build');
    writeFileSync(join(folder, 'index.html'), PAGE['index.html']);
    expect((await get('/')).status).toBe(200);
  });

  it('is not there where it is not wanted', async () => {
    const { server } = makeApp({ dashboard: false });
    const answer = await server.fetch(new Request('http://localhost/'));
    expect(answer.status).toBe(404);
    expect(await answer.text()).not.toContain('dashboard');
  });
});
