import { randomUUID } from 'node:crypto';
import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { Redis } from 'ioredis';
import { afterAll, beforeEach, describe, expect, inject, it, onTestFinished } from 'vitest';
import { Traces } from '../../src/metrics/traces.ts';
import { createServer } from '../../src/server/create-server.ts';
import { silentLog } from '../../src/server/log.ts';
import { Api } from '../helpers/api.ts';
import { eventually } from '../helpers/eventually.ts';
import { httpClient, transports } from '../helpers/transports.ts';

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });

beforeEach(() => {
  provider.register();
  exporter.reset();
});
afterAll(() => {
  trace.disable();
  context.disable();
});

function named(name: string): readonly ReadableSpan[] {
  return exporter.getFinishedSpans().filter((span) => span.name === name);
}

/** What goes over Redis on channels of such names from now on. */
async function publishedOn(pattern: string): Promise<readonly string[]> {
  const messages: string[] = [];
  const redis = new Redis(inject('redisUrl'));
  onTestFinished(() => redis.disconnect());
  redis.on('pmessage', (_, __, message) => messages.push(message));
  await redis.psubscribe(pattern);
  return messages;
}

describe.each(transports)('A mutation over $name', ({ open, name }) => {
  it('is a span that the commit is within, and that deliveries are linked to', async () => {
    const app = await open();
    await app.server.manager.set('secret-id', { n: 0 });
    const watch = new Api(app.client).watch('secret-id', { version: 0 });
    await watch.next();
    exporter.reset();
    await new Api(app.client).update('secret-id', { secret: 'value' }, { requestId: 'secret-request' });
    await watch.next();
    const [operation] = named('graphql mutation');
    const [commit] = named('arpeggio.commit');
    expect(operation?.attributes).toEqual({
      'graphql.operation.type': 'mutation',
      'graphql.operation.name': 'UpdateContext',
    });
    expect(commit?.parentSpanContext?.spanId).toBe(operation?.spanContext().spanId);
    expect(commit?.attributes).toEqual({ 'arpeggio.version': 2, 'arpeggio.outcome': 'committed' });
    // What goes by fetch alone is delivered by no group.
    if (name !== 'fetch without a port') {
      const [delivery] = named('arpeggio.deliver').filter(({ links }) => links.length > 0);
      expect(delivery?.links.map((link) => link.context.spanId)).toEqual([commit?.spanContext().spanId]);
      expect(delivery?.attributes).toEqual({ 'arpeggio.members': 1 });
    }
    const told = exporter
      .getFinishedSpans()
      .map(({ name, attributes, status, events }) => ({ name, attributes, status, events }));
    expect(JSON.stringify(told)).not.toContain('secret');
    await watch.leave();
  });

  it('that fails is a span that failed, without its words', async () => {
    const app = await open();
    await app.client.run('mutation Gone { deleteContext(id: "nowhere") { __typename } }', {});
    expect(named('graphql mutation').map(({ status }) => status)).toEqual([{ code: SpanStatusCode.ERROR }]);
  });
});

describe('A delivery by another process', () => {
  it('is linked to the commit that it tells of, and nothing else is sent along', async () => {
    const options = {
      redisUrl: inject('redisUrl'),
      redisPrefix: `traces-${randomUUID()}`,
      archive: 'off',
      log: silentLog,
    } as const;
    const servers = [0, 1].map(() => createServer({ ...options, port: 0, drainMs: 0 }));
    onTestFinished(async () => {
      await Promise.all(servers.map((server) => server.close()));
    });
    const [writer] = servers;
    const addresses = await Promise.all(servers.map((server) => server.listen()));
    const client = httpClient(addresses[1]!.http);
    await writer!.manager.set('secret-id', { n: 0 });
    const watch = new Api(client).watch('secret-id', { version: 0 });
    await watch.next();
    const published = await publishedOn(`${options.redisPrefix}:*`);
    exporter.reset();
    await writer!.manager.update('secret-id', { secret: 'value' });
    await watch.next();
    const [commit] = named('arpeggio.commit');
    const links = named('arpeggio.deliver').flatMap((span) => span.links);
    expect(links.map(({ context: { spanId, isRemote } }) => ({ spanId, isRemote }))).toEqual([
      { spanId: commit?.spanContext().spanId, isRemote: true },
    ]);
    await eventually(() => expect(published.length).toBeGreaterThan(0));
    expect(published.join()).toContain(commit?.spanContext().traceId);
    expect(published.join()).not.toContain('secret');
    await watch.leave();
  });
});

describe('Traces', () => {
  it('record nothing, and remember nothing, where no SDK is registered', async () => {
    trace.disable();
    const traces = new Traces();
    expect(traces.delivery('somewhere', {})).toBeUndefined();
    expect(traces.within('a', {}, (span) => span)).toBeUndefined();
    expect(exporter.getFinishedSpans()).toEqual([]);
  });

  it('take from others nothing but what was sent to be taken', () => {
    const [writer, reader] = [new Traces(), new Traces()];
    let told: string | undefined;
    void writer.within('commit', {}, (span) => {
      told = span && writer.reached('a place', span);
    });
    const other = `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01 a place`;
    for (const heard of ['', 'a place', other, `${told}\nb`, told?.slice(1) ?? '', told ?? '']) reader.heard(heard);
    reader.delivery('a place', {})?.();
    const commit = named('commit')[0]?.spanContext();
    expect(named('arpeggio.deliver').map(({ links }) => links)).toEqual([
      [{ context: { ...commit, isRemote: true, traceState: undefined } }],
    ]);
  });

  it('remember the latest thousand commits', () => {
    const traces = new Traces();
    for (let n = 0; n <= 1000; n += 1) void traces.within('commit', {}, (span) => span && traces.reached(`${n}`, span));
    for (const place of ['0', '1', '1000']) traces.delivery(place, {})?.();
    expect(named('arpeggio.deliver').map(({ links }) => links.length)).toEqual([0, 1, 1]);
  });
});
