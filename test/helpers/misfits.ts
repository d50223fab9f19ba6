import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema, GraphQLError } from 'graphql';
import { useServer as serve } from 'graphql-ws/use/ws';
import { onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';

export type Told = Readonly<Record<string, unknown>>;

const schema = buildSchema(`
  scalar JSON
  type Query { nothing: JSON }
  type Subscription { contextChanged(id: ID!, version: Int, cursor: String): JSON other: JSON }
`);

export interface Misfits {
  readonly url: string;
  /** The variables of each subscription that was begun. */
  readonly begun: readonly Readonly<Record<string, unknown>>[];
}

/** A server that tells each subscription what `tell` gives it, by the number of the subscription, whatever was asked. */
export async function startMisfits(tell: (n: number) => Iterable<Told> | GraphQLError): Promise<Misfits> {
  const begun: Readonly<Record<string, unknown>>[] = [];
  const http = createServer();
  const wss = new WebSocketServer({ server: http, path: '/graphql' });
  const subscription = (name: string) => (variables: Record<string, unknown>) => {
    begun.push(variables);
    const told = tell(begun.length - 1);
    if (told instanceof GraphQLError) throw told;
    return (async function* () {
      for (const event of told) yield { [name]: event };
    })();
  };
  const roots = { subscription: { contextChanged: subscription('contextChanged'), other: subscription('other') } };
  const server = serve({ schema, roots }, wss);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    await server.dispose();
    http.close();
  });
  return { url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}/graphql`, begun };
}
