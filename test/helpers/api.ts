import type { GraphQLFormattedError } from 'graphql';
import { expect } from 'vitest';
import type {
  CleanupMutation,
  CleanupMutationVariables,
  CleanupServerQuery,
  ContextChangedSubscription,
  ContextChangedSubscriptionVariables,
  DeleteContextMutation,
  DeleteContextMutationVariables,
  ExportContextMutation,
  ListContextsQuery,
  ListContextsQueryVariables,
  ReadContextQuery,
  RestoreContextMutation,
  RestoreContextMutationVariables,
  SetContextMutation,
  SetContextMutationVariables,
  StartCleanupServerMutationVariables,
  SyncContextQuery,
  SyncContextQueryVariables,
  UpdateCleanupServerMutationVariables,
  UpdateContextMutation,
  UpdateContextMutationVariables,
} from '../generated/graphql.ts';
import {
  cleanup,
  cleanupServer,
  contextChanged,
  deleteContext,
  exportContext,
  listContexts,
  readContext,
  restoreContext,
  setContext,
  startCleanupServer,
  stopCleanupServer,
  syncContext,
  updateCleanupServer,
  updateContext,
} from './operations.ts';
import type { Client, Document, Result } from './transports.ts';

type Json = { readonly [key: string]: unknown };
type ServerStatus = CleanupServerQuery['cleanupServer'];
export type Event = ContextChangedSubscription['contextChanged'];

/** The operations as functions, each failing the test where the server answers with an error. */
export class Api {
  readonly client: Client;

  constructor(client: Client) {
    this.client = client;
  }

  async set(
    id: string,
    context: Json,
    options: Omit<SetContextMutationVariables, 'id' | 'context'> = {},
  ): Promise<SetContextMutation['setContext']> {
    return (await dataOf(this.client.run(setContext, { id, context, ...options }))).setContext;
  }

  async update(
    id: string,
    changes: Json,
    options: Omit<UpdateContextMutationVariables, 'id' | 'changes'> = {},
  ): Promise<UpdateContextMutation['updateContext']> {
    return (await dataOf(this.client.run(updateContext, { id, changes, ...options }))).updateContext;
  }

  async delete(
    id: string,
    options: Omit<DeleteContextMutationVariables, 'id'> = {},
  ): Promise<DeleteContextMutation['deleteContext']> {
    return (await dataOf(this.client.run(deleteContext, { id, ...options }))).deleteContext;
  }

  async read(id: string): Promise<ReadContextQuery['context']> {
    return (await dataOf(this.client.run(readContext, { id }))).context;
  }

  async sync(id: string, position: Omit<SyncContextQueryVariables, 'id'> = {}): Promise<SyncContextQuery['sync']> {
    return (await dataOf(this.client.run(syncContext, { id, ...position }))).sync;
  }

  async list(variables: ListContextsQueryVariables = {}): Promise<ListContextsQuery['contexts']> {
    return (await dataOf(this.client.run(listContexts, variables))).contexts;
  }

  async export(id: string): Promise<ExportContextMutation['exportContext']> {
    return (await dataOf(this.client.run(exportContext, { id }))).exportContext;
  }

  async restore(
    id: string,
    options: Omit<RestoreContextMutationVariables, 'id'> = {},
  ): Promise<RestoreContextMutation['restoreContext']> {
    return (await dataOf(this.client.run(restoreContext, { id, ...options }))).restoreContext;
  }

  async cleanup(variables: CleanupMutationVariables = {}): Promise<CleanupMutation['cleanup']> {
    return (await dataOf(this.client.run(cleanup, variables))).cleanup;
  }

  async cleanupServer(): Promise<ServerStatus> {
    return (await dataOf(this.client.run(cleanupServer, {}))).cleanupServer;
  }

  async startCleanupServer(settings: StartCleanupServerMutationVariables = {}): Promise<ServerStatus> {
    return (await dataOf(this.client.run(startCleanupServer, settings))).startCleanupServer;
  }

  async updateCleanupServer(settings: UpdateCleanupServerMutationVariables): Promise<ServerStatus> {
    return (await dataOf(this.client.run(updateCleanupServer, settings))).updateCleanupServer;
  }

  async stopCleanupServer(): Promise<ServerStatus> {
    return (await dataOf(this.client.run(stopCleanupServer, {}))).stopCleanupServer;
  }

  watch(id: string, position: Omit<ContextChangedSubscriptionVariables, 'id'> = {}): Watch {
    return new Watch(this.client.subscribe(contextChanged, { id, ...position }));
  }

  /** The one error that an operation ends with. */
  failure<T, V>(document: Document<T, V>, variables: V): Promise<Failure> {
    return failureOf(this.client.run(document, variables));
  }
}

/** A running subscription, event by event. */
export class Watch {
  readonly #results: AsyncIterableIterator<Result<ContextChangedSubscription>>;

  constructor(results: AsyncIterableIterator<Result<ContextChangedSubscription>>) {
    this.#results = results;
  }

  async next(): Promise<Event> {
    return (await dataOf(this.#result())).contextChanged;
  }

  failure(): Promise<Failure> {
    return failureOf(this.#result());
  }

  async leave(): Promise<void> {
    await this.#results.return?.();
  }

  async #result(): Promise<Result<ContextChangedSubscription>> {
    const { done, value } = await this.#results.next();
    if (done) throw new Error('The subscription ended.');
    return value;
  }
}

export interface Failure {
  readonly message: string;
  readonly code: unknown;
  /** The extensions besides the code. */
  readonly details: Json;
}

async function dataOf<T>(running: Promise<Result<T>>): Promise<T> {
  const { data, errors } = await running;
  if (errors || !data) throw new Error(`The operation failed: ${JSON.stringify(errors)}`);
  return data;
}

async function failureOf(running: Promise<Result<unknown>>): Promise<Failure> {
  const { errors = [] } = await running;
  expect(errors, 'exactly one error').toHaveLength(1);
  const [{ message, extensions }] = errors as [GraphQLFormattedError];
  const { code, ...details } = { code: undefined, ...extensions };
  return { message, code, details };
}
