import SchemaBuilder from '@pothos/core';
import type { CleanupServer } from '../cleanup/cleanup-server.ts';
import type { ContextManager } from '../context/manager.ts';
import type { DeltaFormatter } from '../delta/formats.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Fleet } from '../stats/fleet.ts';

/** The verbs that there are fields for. */
export type Contexts = Pick<
  ContextManager,
  | 'get'
  | 'sync'
  | 'list'
  | 'history'
  | 'diff'
  | 'blame'
  | 'set'
  | 'update'
  | 'patch'
  | 'revert'
  | 'delete'
  | 'export'
  | 'restore'
  | 'watch'
  | 'syncMany'
  | 'watchMany'
  | 'writeMany'
>;
export type Observed = Pick<Fleet, 'stats' | 'watch'>;
export type Upkeep = Pick<CleanupServer, 'status' | 'pass' | 'start' | 'update' | 'stop'>;

/** What every resolver is handed. */
export interface ResolverContext {
  readonly manager: Contexts;
  readonly cleanup: Upkeep;
  readonly fleet: Observed;
  /** Renders `Delta.delta` where no format is asked for; NESTED without it. */
  readonly deltaFormatter: DeltaFormatter | undefined;
}

export interface SchemaTypes {
  Context: ResolverContext;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    JSON: { Input: Json; Output: Json };
    JSONObject: { Input: JsonObject; Output: JsonObject };
    Version: { Input: number; Output: number };
    Timestamp: { Input: number; Output: number };
    Cursor: { Input: string; Output: string };
  };
}

export const builder = new SchemaBuilder<SchemaTypes>({ defaultFieldNullability: false });

builder.queryType({ description: 'Reads: whole contexts, and the least that brings a copy up to date.' });
builder.mutationType({
  description: 'Writes. Each takes effect at one point between request and answer, or not at all.',
});
builder.subscriptionType({ description: 'What changes, as it changes.' });
