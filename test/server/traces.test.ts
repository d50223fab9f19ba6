import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { Traces } from '../../src/metrics/traces.ts';
import { Api } from '../helpers/api.ts';
import { transports } from '../helpers/transports.ts';

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

describe('Traces', () => {
  it('record nothing, and remember nothing, where no SDK is registered', async () => {
    trace.disable();
    const traces = new Traces();
    expect(traces.delivery('somewhere', {})).toBeUndefined();
    expect(traces.within('a', {}, (span) => span)).toBeUndefined();
    expect(exporter.getFinishedSpans()).toEqual([]);
  });

  it('remember the latest thousand commits', () => {
    const traces = new Traces();
    for (let n = 0; n <= 1000; n += 1) void traces.within('commit', {}, (span) => span && traces.reached(`${n}`, span));
    for (const place of ['0', '1', '1000']) traces.delivery(place, {})?.();
    expect(named('arpeggio.deliver').map(({ links }) => links.length)).toEqual([0, 1, 1]);
  });
});
