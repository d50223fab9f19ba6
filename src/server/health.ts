import type { Plugin } from 'graphql-yoga';

/** `/health`: the process is alive, whatever its store does. `/ready`: it can serve. */
export function useHealth(ready: () => Promise<void>): Plugin {
  return {
    async onRequest({ request, url, endResponse, fetchAPI }) {
      // To take a URL apart costs more than a glance at it, and nearly all are others.
      if (!/\/(health|ready)/.test(request.url)) return;
      if (url.pathname !== '/health' && url.pathname !== '/ready') return;
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        return endResponse(new fetchAPI.Response(null, { status: 405, headers: { allow: 'GET, HEAD' } }));
      }
      const isUp = url.pathname === '/health' || (await succeeds(ready));
      const body = request.method === 'HEAD' ? null : `${JSON.stringify({ status: isUp ? 'ok' : 'unavailable' })}\n`;
      const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
      endResponse(new fetchAPI.Response(body, { status: isUp ? 200 : 503, headers }));
    },
  };
}

async function succeeds(check: () => Promise<void>): Promise<boolean> {
  try {
    await check();
    return true;
  } catch {
    return false;
  }
}
