import type { RequestListener, ServerOptions, ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import { type LimitHits, type Limits, noLimitHits } from '../limits.ts';
import { addressOfRequest } from './addresses.ts';
import { Rates } from './rates.ts';

type RequestLimits = Pick<Limits, 'headersMs' | 'requestMs' | 'idleMs' | 'headerBytes'>;

/** How long node lets a request take to come, and how large its head may be. Answers take as long as they do. */
export function requestOptions({ headersMs, requestMs, idleMs, headerBytes }: RequestLimits): ServerOptions {
  return {
    headersTimeout: Math.min(headersMs, requestMs),
    requestTimeout: requestMs,
    keepAliveTimeout: idleMs,
    maxHeaderSize: headerBytes,
    connectionsCheckingInterval: Math.max(1, Math.min(30_000, headersMs / 2, requestMs / 2)),
  };
}

/** Asked by whoever watches the server. */
const FREE_PATHS = ['/health', '/ready'];

/** Refuses requests that come too fast from one address, or with too many headers, before anything is read of them. */
export function limitRequests(
  limits: Limits,
  clock: Clock,
  handle: RequestListener,
  hits: LimitHits = noLimitHits(),
): RequestListener {
  const { headerCount, requestsPerSecond } = limits;
  const rates = Number.isFinite(requestsPerSecond) ? new Rates(clock, requestsPerSecond) : undefined;
  return (request, response) => {
    if (request.rawHeaders.length > 2 * headerCount) {
      hits.headerCount += 1;
      refuse(response, 431, 'The request has too many headers.');
      return;
    }
    // Whatever else a URL looks like, it may come to be the path of operations.
    const wait = rates && !FREE_PATHS.includes(request.url ?? '') ? rates.take(addressOfRequest(request)) : 0;
    if (wait > 0) {
      hits.requestsPerSecond += 1;
      response.setHeader('retry-after', Math.ceil(wait / 1000));
      refuse(response, 429, 'Too many operations come from here: try again later.');
      return;
    }
    handle(request, response);
  };
}

function refuse(response: ServerResponse, status: number, message: string): void {
  const text = JSON.stringify({ errors: [{ message, extensions: { code: 'LIMIT_EXCEEDED', applied: 'NO' } }] });
  const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) };
  response.writeHead(status, headers).end(text);
}
