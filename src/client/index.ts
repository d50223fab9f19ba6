export type { JsonObject } from '../json.ts';
export {
  emptyReplica,
  follow,
  type Replica,
  type ReplicaEvent,
  ReplicaMismatchError,
  type WireChange,
} from './replica.ts';
