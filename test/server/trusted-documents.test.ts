import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createServer } from '../../src/server/create-server.ts';
import { type ListeningApp, startApp } from '../helpers/app.ts';
import { initSocket } from '../helpers/raw-socket.ts';

const read = 'query ($id: ID!) { context(id: $id) { version } }';
const watch = 'subscription { contextChanged(id: "a", version: 0) { __typename } }';
const trustedDocuments = { read, watch };
const variables = { id: 'a' };
const found = { data: { context: null } };
const refusal = { errors: [{ message: expect.any(String), extensions: { code: 'BAD_USER_INPUT' } }] };

const byId = [
  { documentId: 'read', variables },
  { extensions: { persistedQuery: { version: 1, sha256Hash: 'read' } }, variables },
];
const others = [
  { query: '{ __typename }' },
  { query: `${read} `, variables },
  { query: 'read', variables },
  { documentId: 'nothing' },
  { documentId: '__proto__' },
  { documentId: 'constructor' },
  { documentId: ['read'] },
  { query: '{ __typename }', documentId: 'read', variables },
  { extensions: { persistedQuery: { sha256Hash: 'nothing' } } },
  { extensions: { persistedQuery: null } },
  { extensions: { persistedQuery: 'read' } },
];

async function post({ address }: ListeningApp, params: object): Promise<{ status: number; answer: unknown }> {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const response = await fetch(address.http, { method: 'POST', headers, body: JSON.stringify(params) });
  return { status: response.status, answer: await response.json() };
}

describe('Trusted documents', () => {
  it('run by their text or their id, and no other does, over HTTP', async () => {
    const app = await startApp({ trustedDocuments });
    for (let time = 1; time <= 2; time += 1) {
      for (const params of [{ query: read, variables }, ...byId]) {
        expect(await post(app, params)).toEqual({ status: 200, answer: found });
      }
      for (const params of [...others, {}]) {
        expect(await post(app, params), JSON.stringify(params)).toEqual({ status: 400, answer: refusal });
      }
    }
    for (const asked of ['documentId=read', 'extensions={"persistedQuery":{"sha256Hash":"read"}}']) {
      const byId = await fetch(`${app.address.http}?${asked}&variables={"id":"a"}`);
      expect([byId.status, await byId.json()]).toEqual([200, found]);
    }
    const unknown = await fetch(`${app.address.http}?documentId=nothing`);
    expect([unknown.status, await unknown.json()]).toEqual([400, refusal]);
    const byGet = await fetch(`${app.address.http}?query={__typename}`);
    expect([byGet.status, await byGet.json()]).toEqual([400, refusal]);
    expect(app.logged).toEqual([]);
  });

  it('run by their text or their id, and no other does, over WebSocket', async () => {
    const { address, server, logged } = await startApp({ trustedDocuments });
    const raw = await initSocket(address);
    const send = async (id: string, params: object): Promise<unknown> => {
      raw.send({ type: 'subscribe', id, payload: { query: '', ...params } });
      return raw.messageFor(id);
    };
    for (const [i, params] of [{ query: read, variables }, ...byId, ...byId].entries()) {
      expect(await send(`good ${i}`, params)).toMatchObject({ type: 'next', payload: found });
    }
    for (const [i, params] of [...others, ...others, {}].entries()) {
      expect(await send(`bad ${i}`, params)).toMatchObject({ type: 'error', payload: refusal.errors });
    }
    raw.send({ type: 'subscribe', id: 'live', payload: { query: '', documentId: 'watch' } });
    await server.manager.set('a', {});
    expect(await raw.messageFor('live')).toMatchObject({ type: 'next', payload: { data: { contextChanged: {} } } });
    expect(raw.closed).toBeUndefined();
    expect(logged).toEqual([]);
  });

  it('may stand in a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'arpeggio-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'documents.json');
    writeFileSync(file, JSON.stringify(trustedDocuments));
    const app = await startApp({ trustedDocuments: file });
    expect(await post(app, { documentId: 'read', variables })).toEqual({ status: 200, answer: found });
    expect(await post(app, { query: '{ __typename }' })).toEqual({ status: 400, answer: refusal });
  });

  it('are checked as the server starts', () => {
    const start = (documents: unknown) => () =>
      createServer({ trustedDocuments: documents as { [id: string]: string }, archive: 'off' });
    expect(start({ a: '{ nothing }' })).toThrow('a: Cannot query field "nothing"');
    expect(start({ a: '{ a(' })).toThrow('a: Syntax Error');
    for (const none of [{ a: 1 }, [1], null]) expect(start(none)).toThrow(TypeError);
    expect(start('/nowhere.json')).toThrow('/nowhere.json');
  });

  it('are named by no `documentId` where there is no list', async () => {
    const { answer } = await post(await startApp(), { query: '{ __typename }', documentId: 'read' });
    expect(answer).toEqual(refusal);
  });
});
