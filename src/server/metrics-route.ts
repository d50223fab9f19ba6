import { createServer, type Server as HttpServer } from 'node:http';
import type { Plugin } from 'graphql-yoga';
import type { ServerMetrics } from './server-metrics.ts';

export const METRICS_PATH = '/metrics';

type Source = Pick<ServerMetrics, 'text' | 'contentType'>;

/** What a request is refused with; undefined where it may see the metrics. */
export type RefusalOf = (request: Request, context: object) => Promise<ResponseInit | undefined>;

/** `/metrics`, to whoever may see them. */
export function useMetrics(source: Source, refusalOf: RefusalOf): Plugin {
  return {
    async onRequest({ request, url, endResponse, fetchAPI, serverContext }) {
      if (!request.url.includes(METRICS_PATH) || url.pathname !== METRICS_PATH) return;
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        return endResponse(new fetchAPI.Response(null, { status: 405, headers: { allow: 'GET, HEAD' } }));
      }
      const refusal = await refusalOf(request, serverContext ?? {});
      if (refusal) return endResponse(new fetchAPI.Response(null, refusal));
      const body = request.method === 'HEAD' ? null : await source.text();
      endResponse(new fetchAPI.Response(body, { headers: headersOf(source) }));
    },
  };
}

/** A server of `/metrics` alone, which asks nobody who they are. */
export function metricsServer(source: Source): HttpServer {
  return createServer((request, response) => {
    const isAsked = request.url?.split('?', 1)[0] === METRICS_PATH;
    if (!isAsked || (request.method !== 'GET' && request.method !== 'HEAD')) {
      response.writeHead(isAsked ? 405 : 404, isAsked ? { allow: 'GET, HEAD' } : {}).end();
      return;
    }
    source.text().then(
      (text) => response.writeHead(200, headersOf(source)).end(request.method === 'HEAD' ? undefined : text),
      () => response.destroy(),
    );
  });
}

function headersOf({ contentType }: Source): { readonly [name: string]: string } {
  return { 'content-type': contentType, 'cache-control': 'no-store' };
}
