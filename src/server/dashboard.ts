import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Plugin } from 'graphql-yoga';

/** What the page is told besides, which is no secret: whoever may open it reads it. */
export interface DashboardSettings {
  readonly endpoint: string;
  readonly presencePrefix: string | null;
  /** Of timestamps. */
  readonly unitMs: number;
}

/** The page needs nothing from elsewhere, and may not ask for it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const TYPES: { readonly [extension: string]: string } = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const FOLDER = '/dashboard/';
/** In a built package it is beside the server; for sources it is where the build has put it. */
const BUILT = ['../dashboard/', '../../dist/dashboard/'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
/** What the settings take the place of. */
const SLOT = '{"settings":null}';
const UNBUILT = 'The dashboard has not been built: npm run build.\n';

interface Asset {
  readonly type: string;
  readonly etag: string;
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly zipped: Uint8Array<ArrayBuffer>;
  /** Whether its name changes with what is in it. */
  readonly isHashed: boolean;
}

/** A page to look at contexts by, at `/`. It holds nothing of them: it asks as any other client, with the credentials that it is given. */
export function useDashboard(settings: DashboardSettings, folders: readonly string[] = BUILT): Plugin {
  let assets: Promise<ReadonlyMap<string, Asset>> | undefined;
  return {
    async onRequest({ request, url, endResponse, fetchAPI }) {
      const { pathname } = url;
      if (pathname !== '/' && !pathname.startsWith(FOLDER)) return;
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return endResponse(new fetchAPI.Response(null, { status: 405, headers: { allow: 'GET, HEAD' } }));
      assets ??= load(settings, folders);
      const all = await assets.catch((): ReadonlyMap<string, Asset> => new Map());
      // It may be built meanwhile.
      if (all.size === 0) assets = undefined;
      const asset = all.get(pathname === '/' ? 'index.html' : pathname.slice(FOLDER.length));
      if (!asset) {
        const headers = { 'content-type': 'text/plain; charset=utf-8' };
        return endResponse(new fetchAPI.Response(all.size === 0 ? UNBUILT : 'Not found.\n', { status: 404, headers }));
      }
      const isZipped = request.headers.get('accept-encoding')?.includes('gzip') ?? false;
      const headers = {
        'content-type': asset.type,
        'content-security-policy': POLICY,
        'x-content-type-options': 'nosniff',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        vary: 'accept-encoding',
        'cache-control': asset.isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
        etag: asset.etag,
        ...(isZipped ? { 'content-encoding': 'gzip' } : {}),
      };
      if (request.headers.get('if-none-match') === asset.etag)
        return endResponse(new fetchAPI.Response(null, { status: 304, headers }));
      const body = request.method === 'HEAD' ? null : isZipped ? asset.zipped : asset.plain;
      endResponse(new fetchAPI.Response(body, { headers }));
    },
  };
}

/** Every file of the page, by its path; none where it has not been built. */
async function load(settings: DashboardSettings, folders: readonly string[]): Promise<ReadonlyMap<string, Asset>> {
  for (const folder of folders) {
    const files = filesOf(folder).filter((path) => extname(path) in TYPES);
    if (!files.includes('index.html')) continue;
    const assets = files.map(async (path) => [path, await assetOf(folder, path, settings)] as const);
    return new Map(await Promise.all(assets));
  }
  return new Map();
}

function filesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => path.replaceAll('\\', '/'));
  } catch {
    return [];
  }
}

async function assetOf(folder: string, path: string, settings: DashboardSettings): Promise<Asset> {
  const file = readFileSync(folder + path);
  // Nothing in a page's data may end the element that holds it.
  const told = () => JSON.stringify({ settings }).replaceAll('<', '\\u003c');
  const plain = path === 'index.html' ? Buffer.from(file.toString('utf8').replace(SLOT, told)) : file;
  return {
    type: TYPES[extname(path)] ?? '',
    etag: `"${createHash('sha256').update(plain).digest('base64url')}"`,
    plain: new Uint8Array(plain),
    zipped: new Uint8Array(await promisify(gzip)(plain)),
    isHashed: path !== 'index.html',
  };
}
