export type { JsonObject } from '../json.ts';
export { type ArpeggioClient, type ClientOptions, createClient } from './client.ts';
export type { ContextState } from './entry.ts';
export { ArpeggioClientError } from './errors.ts';
export type { Expectation, Written } from './queue.ts';
export {
  emptyReplica,
  follow,
  type Replica,
  type ReplicaEvent,
  ReplicaMismatchError,
  type WireChange,
} from './replica.ts';
export type { Status } from './replication.ts';
export type { ConnectionOptions } from './session.ts';
export type { WriteStorage } from './storage.ts';
export type { ContextWatch } from './watch.ts';
