import { createElement as h, type ReactElement, StrictMode, Suspense } from 'react';
import { renderToStaticMarkup, renderToString } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type ArpeggioClient, createClient } from '../../src/client/index.ts';
import { ArpeggioProvider, useArpeggio, useReplica, useSuspenseReplica } from '../../src/client/react/index.ts';

/** A client that must not connect: rendering on a server asks for nothing. */
function withoutConnection(): ArpeggioClient {
  const refuse = (): never => {
    throw new Error('Nobody may connect.');
  };
  return createClient({ url: refuse, webSocketImpl: WebSocket });
}

function Topic(): ReactElement {
  const { id, status, value, version, pendingWrites } = useReplica<{ topic: string }>('room:1');
  return h('p', null, JSON.stringify({ id, status, value, version, pendingWrites }));
}

function TopicLength(): ReactElement {
  return h(
    'p',
    null,
    useReplica('room:1', ({ value }) => Object.keys(value ?? {}).length),
  );
}

function SuspendingTopic(): ReactElement {
  return h('p', null, useSuspenseReplica('room:1').status);
}

describe('On a server, a component', () => {
  it('shows that nothing is known yet, and nothing is asked for', () => {
    const client = withoutConnection();
    const page = h(StrictMode, null, h(ArpeggioProvider, { client }, h(Topic), h(TopicLength)));
    const state =
      '{&quot;id&quot;:&quot;room:1&quot;,&quot;status&quot;:&quot;connecting&quot;,&quot;pendingWrites&quot;:0}';
    expect(renderToStaticMarkup(page)).toBe(`<p>${state}</p><p>0</p>`);
    expect(client.peek('room:1')).toBeUndefined();
  });

  it('that suspends is left to the browser, with the fallback in its place', () => {
    const client = withoutConnection();
    const waiting = h(Suspense, { fallback: h('i', null, 'Waiting.') }, h(SuspendingTopic));
    const page = renderToString(h(ArpeggioProvider, { client }, waiting));
    expect(page).toContain('<i>Waiting.</i>');
    expect(client.peek('room:1')).toBeUndefined();
  });

  it('gets the client that the nearest provider was given, and is told where there is none', () => {
    const client = withoutConnection();
    const seen: unknown[] = [];
    const Writer = (): null => {
      seen.push(useArpeggio());
      return null;
    };
    const inner = h(ArpeggioProvider, { client }, h(Writer));
    renderToString(h(ArpeggioProvider, { client: withoutConnection() }, inner));
    expect(seen).toEqual([client]);
    expect(() => renderToString(h(Topic))).toThrow('There is no ArpeggioProvider above this component.');
  });
});
