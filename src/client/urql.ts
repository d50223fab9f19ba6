import { type Exchange, mapExchange, type SubscriptionForwarder } from '@urql/core';
import type { KeyingConfig, UpdateResolver, UpdatesConfig } from '@urql/exchange-graphcache';
import { parse } from 'graphql';
import type { Client } from 'graphql-ws';
import type { Copies } from './copies.ts';

export { Copies } from './copies.ts';
export { possibleTypes } from './possible-types.ts';
export { resumable } from './resumable.ts';

const VALUES = [
  'Blame',
  'Change',
  'CleanupReport',
  'CleanupServer',
  'ContextChange',
  'ContextConnection',
  'ContextDeleted',
  'ContextEdge',
  'ContextExport',
  'ContextPart',
  'ContextSummary',
  'ContextsEvent',
  'ContextVersion',
  'Delta',
  'DeltaConnection',
  'DeltaEdge',
  'NoChange',
  'PageInfo',
  'Stats',
];

/** A context is an entity; what says how to get from one of its versions to another is a value, and so is everything else. */
export const keys: KeyingConfig = {
  FullContext: ({ contextId }) => String(contextId),
  ...Object.fromEntries(VALUES.map((name) => [name, () => null])),
};

/**
 * Keeps `context(id)` in the cache as the newest copy, null once it is deleted. (Graphcache holds back answers of mutations while optimistic ones
 * are under way, so that an answer may be older when it is written than when it came.)
 */
export function updates(copies: Copies): UpdatesConfig {
  const show: UpdateResolver = (_, { id }, cache, { optimistic }) => {
    const known = copies.get(String(id));
    if (optimistic || !known) return;
    const isThere = known.__typename === 'FullContext';
    if (isThere) cache.writeFragment(parse(`fragment Copy on FullContext { ${Object.keys(known).join(' ')} }`), known);
    cache.link('Query', 'context', { id: String(id) }, isThere ? { ...known } : null);
  };
  const showWritten: UpdateResolver = (result, { writes }, cache, info) => {
    const written = (Array.isArray(writes) ? writes : [writes]).flatMap((write: object) => Object.values(write));
    for (const args of written) show(result, args, cache, info);
  };
  const mutations = ['setContext', 'updateContext', 'patchContext', 'revertContext', 'restoreContext', 'deleteContext'];
  return {
    Query: { context: show, sync: show },
    Mutation: { ...Object.fromEntries(mutations.map((name) => [name, show])), writeContexts: showWritten },
    Subscription: { contextChanged: show },
  };
}

/** Holds back what is older than what is known. It stands behind the cache and before every exchange that talks to the server. */
export function copiesExchange(copies: Copies): Exchange {
  return mapExchange({
    onResult({ data, ...result }) {
      const { kind, query, variables } = result.operation;
      return { ...result, data: kind === 'subscription' ? data : copies.open(query, variables ?? {}).take(data) };
    },
  });
}

/** What `subscriptionExchange` sends subscriptions by. What is older than what is known is held back here too. */
export function forwardSubscription(client: Client, copies: Copies): SubscriptionForwarder {
  return ({ query = '', variables = {}, ...request }, operation) => ({
    subscribe(sink) {
      const taking = copies.open(operation.query, variables);
      const leave = client.subscribe(
        { ...request, query, variables },
        {
          next: ({ data = null, errors }) =>
            sink.next({ data: taking.take(data), ...(errors && { errors: [...errors] }) }),
          error(reason) {
            taking.end();
            sink.error(reason);
          },
          complete() {
            taking.end();
            sink.complete();
          },
        },
      );
      return {
        unsubscribe() {
          taking.end();
          leave();
        },
      };
    },
  });
}
