import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import type { GraphQLFormattedError } from 'graphql';
import { ArpeggioClientError, errorOf } from '../client/errors.ts';
import { isObject } from '../json.ts';
import type { Address } from './address.ts';
import type { Credentials } from './credentials.ts';
import { UNREACHABLE } from './failure.ts';

type Variables = { readonly [name: string]: unknown };

/** Failures before anything was sent. */
const NOT_SENT = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH'];

/** One server, asked over HTTP: one request, one answer. */
export class Endpoint {
  readonly #url: string;
  readonly #timeoutMs: number;
  readonly #credentials: Credentials;

  constructor(address: Address, timeoutMs: number, credentials: Credentials) {
    this.#url = address.http;
    this.#timeoutMs = timeoutMs;
    this.#credentials = credentials;
  }

  async read<T>(query: string, variables: Variables): Promise<T> {
    return (await this.#ask(query, variables)) as T;
  }

  /** Where no answer came, its errors say what became of the write. */
  async write<T>(query: string, variables: Variables): Promise<T> {
    try {
      return await this.read<T>(query, variables);
    } catch (error) {
      if (!(error instanceof ArpeggioClientError)) throw error;
      const { code, message, applied, cause } = error;
      if (applied !== undefined || !UNREACHABLE.includes(code)) throw error;
      throw new ArpeggioClientError(code, message, { applied: 'UNKNOWN', cause });
    }
  }

  async #ask(query: string, variables: Variables): Promise<unknown> {
    const { status, text: body } = await this.#post(JSON.stringify({ query, variables }));
    const answer = parsed(body);
    const { data, errors } = answer ?? {};
    if (Array.isArray(errors)) throw errorOf(errors as readonly GraphQLFormattedError[]);
    if (isObject(data)) return data;
    throw new ArpeggioClientError('CONNECTION_REFUSED', `No Arpeggio answers at ${shown(this.#url)}: HTTP ${status}.`);
  }

  async #post(body: string): Promise<{ readonly status: number | undefined; readonly text: string }> {
    const signal = AbortSignal.timeout(this.#timeoutMs);
    try {
      return await post(this.#url, body, this.#credentials, signal);
    } catch (cause) {
      throw signal.aborted
        ? new ArpeggioClientError('TIMED_OUT', `No answer within ${this.#timeoutMs / 1000} seconds.`, { cause })
        : this.#unreachable(cause);
    }
  }

  #unreachable(cause: unknown): ArpeggioClientError {
    const { code, message } = cause as { readonly code?: unknown; readonly message?: unknown };
    const why = `${shown(this.#url)}: ${code ?? message}`;
    return NOT_SENT.includes(String(code))
      ? new ArpeggioClientError('NO_CONNECTION', `Nothing answers at ${why}.`, { applied: 'NO', cause })
      : new ArpeggioClientError('CONNECTION_LOST', `The connection failed: ${why}.`, { cause });
  }
}

/** Not by `fetch`, which refuses some ports that a server may listen on. */
async function post(
  url: string,
  body: string,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<{ readonly status: number | undefined; readonly text: string }> {
  const { request, Agent } = url.startsWith('https:') ? https : http;
  // A server may answer before it has read all. Were it told to close the connection then, the answer could be lost on the way.
  const agent = new Agent({ keepAlive: true });
  const headers = {
    ...credentials,
    'content-type': 'application/json',
    accept: 'application/graphql-response+json, application/json',
    'content-length': Buffer.byteLength(body),
  };
  try {
    const asked = request(url, { method: 'POST', headers, signal, agent });
    // Once there is an answer, what became of the rest is nobody's concern.
    asked.on('error', () => {});
    asked.end(body);
    const [response] = (await once(asked, 'response')) as [http.IncomingMessage];
    return { status: response.statusCode, text: await text(response) };
  } finally {
    agent.destroy();
  }
}

/** An address without what may be a secret. */
export function shown(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

function parsed(body: string): { readonly data?: unknown; readonly errors?: unknown } | undefined {
  try {
    const answer: unknown = JSON.parse(body);
    return isObject(answer) ? answer : undefined;
  } catch {
    return undefined;
  }
}
