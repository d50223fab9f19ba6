import type { Credentials } from '../../access/viewer.ts';
import { isObject } from '../../json.ts';

/** One header of a request; a node request's headers, a fetch request's, or a WebSocket's payload, each in its own way. */
type Read = (name: string) => unknown;

export function credentialsOfHeaders(headers: { readonly [name: string]: unknown }): Credentials {
  return credentialsOf((name) => headers[name]);
}

export function credentialsOfRequest({ headers }: Request): Credentials {
  return credentialsOf((name) => headers.get(name) ?? undefined);
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
