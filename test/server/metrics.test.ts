import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { AccessOptions } from '../../src/access/authenticator.ts';
import type { Policy } from '../../src/access/policy.ts';
import { VersionConflictError } from '../../src/errors.ts';
import { defaultLimits, type Limits } from '../../src/limits.ts';
import { noCounts } from '../../src/server/counts.ts';
import { createServer } from '../../src/server/create-server.ts';
import { noDeliveries } from '../../src/server/fanout/deliveries.ts';
import { silentLog } from '../../src/server/log.ts';
import { ServerMetrics } from '../../src/server/server-metrics.ts';
import { Api } from '../helpers/api.ts';
import { type App, type AppOptions, type ListeningApp, startApp } from '../helpers/app.ts';
import { bearer } from '../helpers/as-viewers.ts';
import { eventually } from '../helpers/eventually.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import { sendRaw } from '../helpers/raw.ts';
import { httpClient, transports } from '../helpers/transports.ts';

const POLICIES: { readonly [token: string]: Policy } = {
  root: { admin: ['*'], read: ['*'] },
  partly: { admin: ['a/*'], read: ['*'] },
};

const access: AccessOptions = {
  authenticate: ({ token = '' }) => {
    const policy = POLICIES[token];
    return policy ? { name: token, policy } : null;
  },
};

/** What is told for one series, as it is written there; 0 for one that is not there. */
async function told(app: App, series: string): Promise<number> {
  const response = await app.server.fetch(new Request('http://localhost/metrics'));
  const line = (await response.text()).split('\n').find((each) => each.startsWith(`${series} `));
  return Number(line?.slice(series.length) ?? 0);
}

const limit = (name: keyof Limits): string => `arpeggio_limit_hits_total{limit="${name}"}`;

async function post(app: ListeningApp, query: string, headers: HeadersInit = {}): Promise<Response> {
  const body = JSON.stringify({ query });
  return fetch(app.address.http, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
}

describe('/metrics', () => {
  it('tells in the format of Prometheus, of each server by itself', async () => {
    const [one, other] = [await startApp(), await startApp()];
    await new Api(httpClient(one.address.http)).set('a', {});
    const response = await fetch(`${one.origin}/metrics`);
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await told(one, 'arpeggio_commits_total{verb="set"}')).toBe(1);
    expect(await told(other, 'arpeggio_commits_total{verb="set"}')).toBe(0);
    const head = await fetch(`${one.origin}/metrics`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect((await fetch(`${one.origin}/metrics`, { method: 'POST' })).status).toBe(405);
  });

  it('asks for the admin right on everything where there is an access policy', async () => {
    const app = await startApp({ access });
    const statusFor = async (headers: HeadersInit): Promise<number> =>
      (await fetch(`${app.origin}/metrics`, { headers })).status;
    expect(await statusFor(bearer('root'))).toBe(200);
    expect(await statusFor(bearer('partly'))).toBe(403);
    expect(await statusFor(bearer('nobody'))).toBe(401);
    expect(await statusFor({})).not.toBe(200);
  });

  it('is nothing where metrics are off', async () => {
    const { origin } = await startApp({ metrics: false });
    expect((await fetch(`${origin}/metrics`)).status).toBe(404);
  });

  it('has a port of its own where that is asked for, and is nowhere else then', async () => {
    const { address, origin } = await startApp({ metricsPort: 0, access });
    const own = String(address.metrics);
    expect((await fetch(own)).status).toBe(200);
    expect((await fetch(own, { method: 'DELETE' })).status).toBe(405);
    expect((await fetch(own.replace('/metrics', '/graphql'))).status).toBe(404);
    expect((await fetch(`${origin}/metrics`, { headers: bearer('root') })).status).toBe(404);
  });

  it('goes beyond loopback only with access or insecure', async () => {
    const server = createServer({ port: 0, metricsPort: 0, metricsHost: '0.0.0.0', archive: 'off', log: silentLog });
    onTestFinished(() => server.close());
    await expect(server.listen()).rejects.toThrow('Refusing to tell of metrics on 0.0.0.0');
  });

  it('has every limit from the start, and no label that callers choose', async () => {
    const app = await startApp();
    const api = new Api(httpClient(app.address.http));
    await api.set('secret-id', { secret: 'value' }, { requestId: 'secret-request' });
    await post(app, 'query SecretName { __typename }');
    const text = await (await fetch(`${app.origin}/metrics`)).text();
    for (const name of Object.keys(defaultLimits)) expect(text).toContain(`{limit="${name}"} 0`);
    expect(text).not.toMatch(/secret/i);
  });
});

describe('What is counted', () => {
  it('is what became of operations, writes and reads', async () => {
    const app = await startApp({ deltaThreshold: 2 });
    const api = new Api(httpClient(app.address.http));
    await api.set('a', { n: 0 });
    for (let n = 1; n <= 4; n += 1) await api.update('a', { n });
    await api.sync('a', { version: 5 });
    await api.sync('a', { version: 4 });
    await api.sync('a', { version: 1 });
    await expect(app.server.manager.set('a', {}, { expectedVersion: 1 })).rejects.toThrow(VersionConflictError);
    await Promise.all([5, 6, 7].map((n) => app.server.manager.update('a', { n })));
    await api.delete('a');
    await post(app, '{ sync(id: "nowhere") { __typename } }');
    expect(await told(app, 'arpeggio_commits_total{verb="set"}')).toBe(1);
    expect(await told(app, 'arpeggio_commits_total{verb="update"}')).toBe(7);
    // Three of them went together.
    expect(await told(app, 'arpeggio_commit_versions_count')).toBe(6);
    expect(await told(app, 'arpeggio_commit_versions_sum')).toBe(8);
    expect(await told(app, 'arpeggio_commits_total{verb="delete"}')).toBe(1);
    expect(await told(app, 'arpeggio_conflicts_total')).toBe(1);
    for (const kind of ['full', 'delta', 'no_change'])
      expect(await told(app, `arpeggio_sync_answers_total{kind="${kind}"}`), kind).toBe(1);
    expect(await told(app, 'arpeggio_sync_full_total{reason="window_passed"}')).toBe(1);
    expect(await told(app, 'arpeggio_operations_total{type="mutation",outcome="ok"}')).toBe(6);
    expect(await told(app, 'arpeggio_operations_total{type="query",outcome="error"}')).toBe(1);
    expect(await told(app, 'arpeggio_operation_duration_seconds_count{type="mutation"}')).toBe(6);
    expect(await told(app, 'arpeggio_store_duration_seconds_count{operation="commit"}')).toBe(7);
  });

  it.each(transports.slice(0, 2))('is who subscribes and what they are told, over $name', async ({ open }) => {
    const app = await open();
    await app.server.manager.set('a', { n: 0 });
    const watches = [1, 2].map(() => new Api(app.client).watch('a', { version: 0 }));
    for (const watch of watches) expect((await watch.next()).__typename).toBe('FullContext');
    expect(await told(app, 'arpeggio_subscriptions')).toBe(2);
    expect(await told(app, 'arpeggio_watched_contexts')).toBe(1);
    await app.server.manager.update('a', { n: 1 });
    for (const watch of watches) await watch.next();
    expect(await told(app, 'arpeggio_events_sent_total')).toBe(4);
    expect(await told(app, 'arpeggio_group_members_count')).toBeGreaterThan(0);
    expect(await told(app, 'arpeggio_delivery_lag_seconds_count')).toBeGreaterThan(0);
    expect(await told(app, 'arpeggio_operations_total{type="subscription",outcome="ok"}')).toBe(2);
    for (const watch of watches) await watch.leave();
    await eventually(async () => expect(await told(app, 'arpeggio_subscriptions')).toBe(0));
  });

  it('is how long a change takes to its subscribers, by the clock of the server', async () => {
    const clock = new FakeClock();
    const metrics = new ServerMetrics(clock, noCounts(), noDeliveries(), () => ({
      webSockets: 0,
      streams: 0,
      subscriptions: 0,
      watchedContexts: 0,
      proofAgeMs: 1500,
    }));
    const told = { payload: Buffer.from('{}'), to: 'somewhere' };
    metrics.told(7, { ...told, madeAt: clock.now() - 2000 / clock.unitMs });
    metrics.told(7, told);
    const text = await metrics.text();
    expect(text).toContain('arpeggio_delivery_lag_seconds_sum 2\n');
    expect(text).toContain('arpeggio_group_members_sum 14\n');
    expect(text).toContain('arpeggio_pubsub_probe_age_seconds 1.5\n');
  });
});

describe('A limit that refuses', () => {
  const deep = (levels: number): string => `${'{a:'.repeat(levels)}1${'}'.repeat(levels)}`;
  const cases: readonly (readonly [keyof Limits, Partial<Limits>, string])[] = [
    ['idBytes', { idBytes: 3 }, '{ context(id: "long") { version } }'],
    ['keyBytes', { keyBytes: 3 }, 'mutation { setContext(id: "a", context: {long: 1}) { __typename } }'],
    ['depth', { depth: 2 }, `mutation { setContext(id: "a", context: ${deep(3)}) { __typename } }`],
    ['nodes', { nodes: 2 }, 'mutation { setContext(id: "a", context: {a: 1, b: 2}) { __typename } }'],
    ['contextBytes', { contextBytes: 5 }, 'mutation { setContext(id: "a", context: {long: 1}) { __typename } }'],
    [
      'requestIdBytes',
      { requestIdBytes: 1 },
      'mutation { setContext(id: "a", context: {}, requestId: "long") { __typename } }',
    ],
    ['pageSize', { pageSize: 1 }, '{ contexts(first: 2) { __typename } }'],
    ['patchOperations', { patchOperations: 1 }, 'mutation { patchContext(id: "a", patch: [1, 2]) { __typename } }'],
    ['contextsAtOnce', { contextsAtOnce: 1 }, '{ syncMany(positions: [{ id: "a" }, { id: "b" }]) { __typename } }'],
    ['bodyBytes', { bodyBytes: 20 }, '{ a: __typename b: __typename }'],
    ['documentTokens', { documentTokens: 3 }, '{ a: __typename }'],
    ['documentNesting', { documentNesting: 1 }, '{ contexts { __typename } }'],
    ['documentDepth', { documentDepth: 1 }, '{ contexts { edges { cursor } } }'],
    ['rootFields', { rootFields: 1 }, '{ a: __typename b: __typename }'],
    ['documentFields', { documentFields: 1 }, '{ a: __typename b: __typename }'],
    ['documentAliases', { documentAliases: 1 }, '{ a: __typename b: __typename }'],
    [
      'documentDirectives',
      { documentDirectives: 1 },
      '{ a: __typename @skip(if: false) b: __typename @skip(if: false) }',
    ],
    ['headerCount', { headerCount: 1 }, '{ __typename }'],
  ];

  it.each(cases)('is counted once, over HTTP: %s', async (name, limits, query) => {
    const options: AppOptions = { limits, metricsPort: 0 };
    const app = await startApp(options);
    await post(app, query);
    const text = await (await fetch(String(app.address.metrics))).text();
    expect(text).toContain(`${limit(name)} 1\n`);
    const others = Object.keys(defaultLimits).filter((each) => each !== name);
    for (const each of others) expect(text).toContain(`{limit="${each}"} 0\n`);
  });

  it('is counted where a viewer asks too often', async () => {
    const app = await startApp({
      access,
      limits: { viewerOperationsPerSecond: 1 },
      metricsPort: 0,
      clock: new FakeClock(),
    });
    for (const status of [200, 429]) expect((await post(app, '{ __typename }', bearer('root'))).status).toBe(status);
    const text = await (await fetch(String(app.address.metrics))).text();
    expect(text).toContain(`${limit('viewerOperationsPerSecond')} 1\n`);
  });

  it('is counted where node refuses, which answers as ever', async () => {
    const app = await startApp({ limits: { headersMs: 50, headerBytes: 500 } });
    expect(await sendRaw(app.address, 'GET / HTTP/1.1\r\nHost: loc')).toMatch(/^HTTP\/1\.1 408 /);
    const long = `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(1000)}\r\n\r\n`;
    expect(await sendRaw(app.address, long)).toMatch(/^HTTP\/1\.1 431 /);
    expect(await told(app, limit('headersMs'))).toBe(1);
    expect(await told(app, limit('headerBytes'))).toBe(1);
  });

  it('is counted where a WebSocket says too much, too little or nothing', async () => {
    const app = await startApp({
      limits: { bodyBytes: 1000, handshakeMs: 50, subscriptionLength: 100, socketOperations: 1 },
    });
    const connect = (): WebSocket => {
      const socket = new WebSocket(app.address.websocket, 'graphql-transport-ws');
      onTestFinished(() => socket.terminate());
      return socket;
    };
    connect();
    await eventually(async () => expect(await told(app, limit('handshakeMs'))).toBe(1));
    const loud = connect();
    loud.on('open', () => loud.send('x'.repeat(2000)));
    await eventually(async () => expect(await told(app, limit('bodyBytes'))).toBe(1));
    const busy = connect();
    const ask = (id: string, query: string): void =>
      busy.send(JSON.stringify({ type: 'subscribe', id, payload: { query } }));
    const watch = 'subscription { contextChanged(id: "a") { __typename } }';
    busy.on('open', () => busy.send('{"type":"connection_init"}'));
    busy.once('message', () => {
      ask('1', `${watch}${' '.repeat(200)}`);
      ask('2', watch);
      ask('3', watch);
    });
    await eventually(async () => expect(await told(app, limit('subscriptionLength'))).toBe(1));
    await eventually(async () => expect(await told(app, limit('socketOperations'))).toBeGreaterThan(0));
  });
});

/** Labels of a cell of the table; behind a colon are their values. */
function namesIn(cell: string): readonly (string | undefined)[] {
  return [...String(cell.split(':', 1)[0]).matchAll(/`(\w+)`/g)].map(([, name]) => name);
}

describe('The page on operations', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `((?:arpeggio|process|nodejs)_\w+)` \| (\w+) \|([^|]*)\|/gm)].map(
    ([, name, type, labels = '']) => ({ name, type, labels: labels.split(';').flatMap(namesIn) }),
  );

  it('has every metric with its type and its labels, and no other', () => {
    const all = new ServerMetrics(new FakeClock(), noCounts(), noDeliveries(), () => {
      throw new Error('Nobody asks.');
    }).describe();
    const sorted = <T extends { readonly name: string | undefined }>(list: readonly T[]): readonly T[] =>
      [...list].sort((a, b) => (String(a.name) < String(b.name) ? -1 : 1));
    expect(sorted(rows)).toEqual(sorted(all));
  });
});
