import { parseCookie } from 'cookie';
import type { Credentials } from '../../access/viewer.ts';
import { isObject } from '../../json.ts';
import type { Origins } from '../origins.ts';

/** One header of a request; a node request's headers, a fetch request's, or a WebSocket's payload, each in its own way. */
type Read = (name: string) => unknown;

/** As RFC 6265 has the name of a cookie. */
const COOKIE_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/** What requests bring along to say who asks. */
export class CredentialReader {
  readonly #cookie: string | undefined;
  readonly #origins: Origins;

  /** @throws TypeError for a name that no cookie has */
  constructor(cookie: string | undefined, origins: Origins) {
    if (cookie !== undefined && !(typeof cookie === 'string' && COOKIE_NAME.test(cookie)))
      throw new TypeError('access.cookie takes the name of a cookie.');
    this.#cookie = cookie;
    this.#origins = origins;
  }

  ofHeaders(headers: { readonly [name: string]: unknown }): Credentials {
    return this.#of((name) => headers[name]);
  }

  ofRequest({ headers, url }: Request): Credentials {
    return this.#of((name) => headers.get(name) ?? (name === 'host' ? new URL(url).host : undefined));
  }

  /** Browsers send a cookie whoever's page asks: it counts where the page is known to be one of ours, and brings nothing else. */
  #of(read: Read): Credentials {
    const shown = credentialsOf(read);
    if (this.#cookie === undefined || Object.keys(shown).length > 0) return shown;
    const cookies = read('cookie');
    if (typeof cookies !== 'string' || !this.#origins.isOwn(read)) return shown;
    const token = parseCookie(cookies)[this.#cookie];
    return token === undefined ? shown : { token };
  }
}

/** Null where a `connection_init` brings none. */
export function credentialsOfPayload(payload: unknown): Credentials | null {
  if (!isObject(payload)) return null;
  const { token, apiKey } = payload;
  const byHeaders = credentialsOf((name) => Object.entries(payload).find(([key]) => key.toLowerCase() === name)?.[1]);
  const all = {
    ...byHeaders,
    ...(isNone(token) ? {} : { token: textOf(token) }),
    ...(isNone(apiKey) ? {} : { apiKey: textOf(apiKey) }),
  };
  return Object.keys(all).length === 0 ? null : all;
}

function credentialsOf(read: Read): Credentials {
  const authorization = read('authorization');
  const apiKey = read('x-api-key');
  return {
    ...(isNone(authorization) ? {} : { token: bearerOf(textOf(authorization)) }),
    ...(isNone(apiKey) ? {} : { apiKey: textOf(apiKey) }),
  };
}

function isNone(value: unknown): boolean {
  return value === undefined || value === null;
}

/** What is no text is a credential all the same: one that nobody has. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function bearerOf(authorization: string): string {
  return /^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '';
}
