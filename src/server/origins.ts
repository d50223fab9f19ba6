import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/** Which pages may talk to the server: its own, and those of origins that it is told of. */
export class Origins {
  readonly #allowed: ReadonlySet<string>;
  readonly #hasCookie: boolean;

  /** `hasCookie`: whether a cookie may say who asks. @throws TypeError for what is no origin, such as `*` */
  constructor(allowed: readonly string[] = [], hasCookie = false) {
    this.#hasCookie = hasCookie;
    for (const origin of allowed) {
      if (!isOrigin(origin)) throw new TypeError(`allowedOrigins: ${origin} is not SCHEME://HOST[:PORT].`);
    }
    this.#allowed = new Set(allowed);
  }

  /** A browser names the page that asks; what names none is no browser. */
  mayOpen({ headers: { origin, host } }: IncomingMessage): boolean {
    if (origin === undefined || this.#allowed.has(origin)) return true;
    return isAt(origin, host);
  }

  /** Whether a browser says that a page of ours asks: by its origin or, where it names none, by how that stands to the server. */
  isOwn(read: (header: string) => unknown): boolean {
    const origin = read('origin');
    if (origin === undefined) return read('sec-fetch-site') === 'same-origin';
    return typeof origin === 'string' && (this.#allowed.has(origin) || isAt(origin, read('host')));
  }

  /**
   * Puts on every answer, whoever gives it, what browsers are to know: to take it for nothing but what it says it is, and which pages may
   * read it.
   */
  told(handle: RequestListener): RequestListener {
    return (request, response) => {
      response.setHeader('X-Content-Type-Options', 'nosniff');
      if (this.#allowed.size > 0 && this.#answer(request, response)) response.writeHead(204).end();
      else handle(request, response);
    };
  }

  /** Returns whether that was all that was asked. */
  #answer({ method, headers }: IncomingMessage, response: ServerResponse): boolean {
    response.setHeader('Vary', 'Origin');
    const { origin } = headers;
    if (origin === undefined || !this.#allowed.has(origin)) return false;
    response.setHeader('Access-Control-Allow-Origin', origin);
    if (this.#hasCookie) response.setHeader('Access-Control-Allow-Credentials', 'true');
    if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) {
      response.setHeader('Access-Control-Expose-Headers', 'Retry-After');
      return false;
    }
    response.setHeader('Access-Control-Allow-Methods', 'GET, POST');
    response.setHeader('Access-Control-Allow-Headers', 'Accept, Authorization, Content-Type, Last-Event-ID, X-API-Key');
    response.setHeader('Access-Control-Max-Age', '600');
    return true;
  }
}

function isAt(origin: string, host: unknown): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** As browsers write it: no path, no default port, no user, no capitals, no pattern. */
export function isOrigin(text: unknown): text is string {
  return typeof text === 'string' && /^https?:[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}
