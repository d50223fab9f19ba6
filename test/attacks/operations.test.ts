import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { bodyOf, type OperationAttack, operationAttacks } from './operations.ts';
import { sharedTarget } from './target.ts';

const target = sharedTarget();

interface Answer {
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}

function codeOf({ errors }: Answer): string {
  return errors ? String(errors[0]?.extensions?.code) : 'none';
}

const url = () => `http://127.0.0.1:${target().port}/graphql`;

/** Where all errors of an operation that does not run have a status of their own. */
const ACCEPT = 'application/graphql-response+json';

async function post(attack: OperationAttack): Promise<string> {
  const headers = { 'content-type': 'application/json', accept: ACCEPT };
  const response = await fetch(url(), { method: 'POST', headers, body: bodyOf(attack) });
  const code = codeOf((await response.json()) as Answer);
  const isBeforeAnyRan = ['LIMIT_EXCEEDED', 'GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED'].includes(code);
  expect(isBeforeAnyRan ? [400] : [200, 400]).toContain(response.status);
  return code;
}

async function postForEvents(attack: OperationAttack): Promise<string> {
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
  const response = await fetch(url(), { method: 'POST', headers, body: bodyOf(attack) });
  const [, data = ''] = /^data: (\{.*)$/m.exec(await response.text()) ?? [];
  return codeOf(JSON.parse(data));
}

async function get({ query, variables, operationName }: OperationAttack): Promise<string | undefined> {
  const params = new URLSearchParams({ query });
  if (variables !== undefined) params.set('variables', variables);
  if (operationName !== undefined) params.set('operationName', operationName);
  const response = await fetch(`${url()}?${params}`, { headers: { accept: ACCEPT } });
  // All of it is a header to node.
  if (String(params).length > 15_000 && response.status === 431) return undefined;
  return codeOf((await response.json()) as Answer);
}

function overWebSocket(attack: OperationAttack): Promise<string> {
  const socket = new WebSocket(url().replace('http', 'ws'), 'graphql-transport-ws');
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', (code) => resolve(`closed with ${code}`));
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('message', (text) => {
      const { type, payload } = JSON.parse(String(text));
      // May come in one piece with the answer.
      if (type === 'complete') return;
      if (type === 'connection_ack') socket.send(`{"type":"subscribe","id":"1","payload":${bodyOf(attack)}}`);
      else resolve(codeOf(type === 'error' ? { errors: payload } : payload));
      if (type !== 'connection_ack') socket.terminate();
    });
  });
}

describe('An operation that means harm', () => {
  it('is one of many', () => {
    expect(operationAttacks.length).toBeGreaterThan(100);
    expect(new Set(operationAttacks.map(({ name }) => name)).size).toBe(operationAttacks.length);
  });

  it.each(operationAttacks)('is answered alike on every transport: $name', async (attack) => {
    const isMutation = attack.query.startsWith('mutation');
    // The second time the document may be known, and its post a plain one.
    expect([await post(attack), await post(attack)]).toEqual([attack.code, attack.code]);
    expect(await postForEvents(attack)).toBe(attack.code);
    expect(await overWebSocket(attack)).toBe(attack.code);
    const byGet = await get(attack);
    // Before all else but its limits, a mutation is none for GET.
    const expected = isMutation && attack.code !== 'LIMIT_EXCEEDED' ? 'BAD_USER_INPUT' : attack.code;
    if (byGet !== undefined) expect(byGet).toBe(expected);
  });
});
