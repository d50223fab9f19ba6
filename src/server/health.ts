import type { Plugin } from 'graphql-yoga';

/** `/health`: the process is alive, whatever its store does. `/ready`: requests should come here. */
export function useHealth(isReady: () => Promise<boolean>): Plugin {
  return {
    async onRequest({ request, url, endResponse, fetchAPI }) {
      // To take a URL apart costs more than a glance at it, and nearly all are others.
      if (!/\/(health|ready)/.test(request.url)) return;
      if (url.pathname !== '/health' && url.pathname !== '/ready') return;
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        return endResponse(new fetchAPI.Response(null, { status: 405, headers: { allow: 'GET, HEAD' } }));
      }
      const isUp = url.pathname === '/health' || (await isReady());
      const body = request.method === 'HEAD' ? null : `${JSON.stringify({ status: isUp ? 'ok' : 'unavailable' })}\n`;
      const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
      endResponse(new fetchAPI.Response(body, { status: isUp ? 200 : 503, headers }));
    },
  };
}
