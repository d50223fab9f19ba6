import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Plugin } from 'graphql-yoga';
import { GRAPHIQL_EXAMPLES } from './graphiql-examples.ts';

/** The page needs nothing from elsewhere, and may not ask for it. Its editor makes workers of blobs and styles of its own. */
const POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' blob:",
  "style-src 'unsafe-inline'",
  'font-src data:',
  'img-src data:',
  'worker-src blob:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

interface Page {
  readonly etag: string;
  readonly plain: string;
  readonly zipped: Uint8Array<ArrayBuffer>;
}

/** GraphiQL for browsers that open the endpoint. It brings all of its 9 MB along, so it is made when first asked for. */
export function useGraphiQL(endpoint: string): Plugin {
  let page: Promise<Page> | undefined;
  return {
    async onRequest({ request, url, endResponse, fetchAPI }) {
      if (request.method !== 'GET' || url.pathname !== endpoint) return;
      if (!request.headers.get('accept')?.includes('text/html')) return;
      page ??= makePage(endpoint).catch((error: unknown) => {
        page = undefined;
        throw error;
      });
      const { plain, zipped, etag } = await page;
      const isZipped = request.headers.get('accept-encoding')?.includes('gzip') ?? false;
      const headers = {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': POLICY,
        'x-content-type-options': 'nosniff',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        vary: 'accept, accept-encoding',
        'cache-control': 'no-cache',
        etag,
        ...(isZipped ? { 'content-encoding': 'gzip' } : {}),
      };
      if (request.headers.get('if-none-match') === etag)
        return endResponse(new fetchAPI.Response(null, { status: 304, headers }));
      endResponse(new fetchAPI.Response(isZipped ? zipped : plain, { headers }));
    },
  };
}

async function makePage(endpoint: string): Promise<Page> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const plain = renderGraphiQL({
    title: 'Arpeggio',
    endpoint,
    defaultQuery: GRAPHIQL_EXAMPLES,
    // Over a WebSocket the page would leave out its headers, and with them who asks.
    subscriptionsProtocol: 'SSE',
  });
  const etag = `"${createHash('sha256').update(plain).digest('base64url')}"`;
  return { plain, etag, zipped: new Uint8Array(await promisify(gzip)(plain)) };
}
