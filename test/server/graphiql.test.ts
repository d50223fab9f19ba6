import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { parse, print, separateOperations, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from '../../src/schema/index.ts';
import { GRAPHIQL_EXAMPLES } from '../../src/server/graphiql-examples.ts';
import { startApp } from '../helpers/app.ts';
import { transports } from '../helpers/transports.ts';

/** As browsers ask for a page. */
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

interface Answer {
  readonly status: number | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Buffer;
}

/** Unlike fetch it does not unzip. */
function get(url: string, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers }, (response) => {
      buffer(response).then(
        (body) => resolve({ status: response.statusCode, headers: response.headers, body }),
        reject,
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('GraphiQL', () => {
  it('is what a browser gets at /graphql, zipped where it takes that, and the same either way', async () => {
    const { address } = await startApp();
    const plain = await get(address.http, { accept: BROWSER });
    const zipped = await get(address.http, { accept: BROWSER, 'accept-encoding': 'gzip, deflate, br' });
    for (const { status, headers } of [plain, zipped]) {
      expect(status).toBe(200);
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(headers['vary']).toBe('accept, accept-encoding');
    }
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(zipped.headers['content-encoding']).toBe('gzip');
    expect(zipped.body.length).toBeLessThan(plain.body.length / 2);
    expect(gunzipSync(zipped.body).equals(plain.body)).toBe(true);
  });

  it('is sent once to a browser that keeps it', async () => {
    const { address } = await startApp();
    const { headers } = await get(address.http, { accept: BROWSER });
    const again = await get(address.http, { accept: BROWSER, 'if-none-match': String(headers['etag']) });
    expect(again).toMatchObject({ status: 304, body: Buffer.alloc(0) });
    expect((await get(address.http, { accept: BROWSER, 'if-none-match': '"another"' })).status).toBe(200);
  });

  it('brings all it needs along: no script, style, font or image comes from elsewhere', async () => {
    const { server } = await startApp();
    const page = await server.fetch(new Request('http://localhost/graphql', { headers: { accept: BROWSER } }));
    const html = await page.text();
    const tags = html.match(/<(?:script|link|img|iframe|source)\b[^>]*>/gi) ?? [];
    expect(tags.filter((tag) => /\b(?:src|href)\s*=\s*["']?\s*(?:https?:)?\/\//i.test(tag))).toEqual([]);
    expect(tags.some((tag) => tag.startsWith('<script'))).toBe(true);
    // Matches, not the page: a failure would print all of it.
    expect(html.match(/^\s*<!doctype html>/i)).not.toBeNull();
    expect(html.match(/@import\s+(?:url\()?["']?(?:https?:)?\/\/.{0,80}/gi)).toBeNull();
    expect(html.match(/url\(\s*["']?(?:https?:)?\/\/.{0,80}/gi)).toBeNull();
    const policy = page.headers.get('content-security-policy');
    expect(policy).toMatch(/^default-src 'none';/);
    expect(policy).toContain("connect-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
  });

  it('leaves what is no browser, and what is another path, as it was', async () => {
    const { address, origin } = await startApp();
    for (const accept of ['application/json', 'application/graphql-response+json', '*/*']) {
      const { status, body } = await get(`${address.http}?query={__typename}`, { accept });
      expect(status).toBe(200);
      expect(JSON.parse(body.toString())).toEqual({ data: { __typename: 'Query' } });
    }
    const headers = { accept: BROWSER, 'content-type': 'application/json' };
    const posted = await fetch(address.http, { method: 'POST', headers, body: '{"query":"{__typename}"}' });
    expect(await posted.json()).toEqual({ data: { __typename: 'Query' } });
    for (const path of ['/graphiql', '/graphql/x']) {
      expect((await get(origin + path, { accept: BROWSER })).status).toBe(404);
    }
  });

  it('is not there with graphiql: false', async () => {
    const { address } = await startApp({ graphiql: false });
    expect(await get(address.http, { accept: 'text/html' })).toMatchObject({ status: 406 });
    const bare = await get(address.http, { accept: BROWSER });
    expect(bare.status).toBe(400);
    expect(JSON.parse(bare.body.toString())).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    const query = await get(`${address.http}?query={__typename}`, { accept: BROWSER });
    expect(JSON.parse(query.body.toString())).toEqual({ data: { __typename: 'Query' } });
  });

  it('opens with examples that fit the schema', async () => {
    const document = parse(GRAPHIQL_EXAMPLES);
    expect(validate(schema, document)).toEqual([]);
    const names = Object.keys(separateOperations(document));
    expect(names).toEqual(['Watch', 'Set', 'Update', 'Sync', 'List', 'Delete']);
    const { server } = await startApp();
    const page = await server.fetch(new Request('http://localhost/graphql', { headers: { accept: 'text/html' } }));
    expect((await page.text()).includes(JSON.stringify(GRAPHIQL_EXAMPLES))).toBe(true);
  });
});

describe.each(transports)("GraphiQL's examples over $name", ({ open }) => {
  it('work one after the other, and the first sees what the others do', async () => {
    const { client } = await open();
    const { Watch } = separateOperations(parse(GRAPHIQL_EXAMPLES));
    const events = client.subscribe(print(Watch!), {});
    const seen = async () => (await events.next()).value;
    const run = (name: string) => client.run(GRAPHIQL_EXAMPLES, {}, name);
    expect(await run('Set')).toMatchObject({ data: { setContext: { context: { version: 1 } } } });
    const first = { contextChanged: { __typename: 'FullContext', version: 1, context: { topic: 'tea' } } };
    expect(await seen()).toMatchObject({ data: first });
    expect(await run('Update')).toMatchObject({ data: { updateContext: { context: { version: 2 } } } });
    expect(await seen()).toMatchObject({
      data: { contextChanged: { __typename: 'Delta', fromVersion: 1, version: 2 } },
    });
    expect(await run('Sync')).toMatchObject({ data: { sync: { __typename: 'Delta', version: 2 } } });
    const node = { contextId: 'room:1', version: 2, sizeInBytes: expect.any(Number) };
    expect(await run('List')).toEqual({ data: { contexts: { nodes: [node] } } });
    expect(await run('Delete')).toEqual({ data: { deleteContext: { version: 2, reason: 'DELETED' } } });
    expect(await seen()).toMatchObject({
      data: { contextChanged: { __typename: 'ContextDeleted', ended: 'DELETED' } },
    });
  });
});
