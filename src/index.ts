export { type Clock, type ClockOptions, systemClock, type TimeUnit } from './clock.ts';
export { ContextManager, type ContextManagerOptions, type ListOptions } from './context/manager.ts';
export type {
  ContextChange,
  ContextDeleted,
  ContextDelta,
  ContextEvent,
  ContextPage,
  ContextSummary,
  FullContext,
  FullReason,
  NoChange,
  SyncResult,
} from './context/model.ts';
export type { OpenContext } from './context/open-context.ts';
export type { Given } from './context/start.ts';
export type { UpdateOptions, WriteOptions } from './context/writes.ts';
export { apply, DeltaMismatchError, invert } from './delta/apply.ts';
export { calculate } from './delta/calculate.ts';
export { applyChanges, type Change, renderChanges } from './delta/changes.ts';
export { deepUpdate, type Path } from './delta/deep-update.ts';
export type { Delta, Edit } from './delta/delta.ts';
export { type DeltaFormat, type DeltaFormatter, type DeltaMeta, formatDelta } from './delta/formats.ts';
export { merge } from './delta/merge.ts';
export {
  type Applied,
  ArpeggioError,
  ContextNotFoundError,
  ContextTooLargeError,
  type ErrorCode,
  InputError,
  LimitExceededError,
  StoreUnavailableError,
  VersionConflictError,
} from './errors.ts';
export type { Feed } from './feed/feed.ts';
export { MemoryFeed } from './feed/memory-feed.ts';
export type { Json, JsonObject } from './json.ts';
export { defaultLimits, type Limits } from './limits.ts';
export { type Address, createServer, type Server, type ServerOptions } from './server/create-server.ts';
export { type Log, silentLog } from './server/log.ts';
export { MemoryStore, type MemoryStoreOptions } from './store/memory-store.ts';
export type {
  Commit,
  CommitOutcome,
  EndedHead,
  Entry,
  Head,
  Listed,
  ListQuery,
  LiveContext,
  LiveHead,
  Log as StoreLog,
  Position,
  Receipt,
  Snapshot,
  Store,
  StoreOptions,
} from './store/store.ts';
