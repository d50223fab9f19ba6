export type { ApiKey } from './access/api-keys.ts';
export type { AccessOptions } from './access/authenticator.ts';
export type { Action, HiddenPath, Policy } from './access/policy.ts';
export type { JwtOptions } from './access/tokens.ts';
export type { Authorize, Credentials, Viewer } from './access/viewer.ts';
export type {
  Archive,
  ArchiveCall,
  ArchiveCallbacks,
  ArchivedContext,
  ExportContext,
  ExportedContext,
  RestoreContext,
} from './archive/archive.ts';
export { type ArchiveOptions, createArchive } from './archive/create-archive.ts';
export { archiveNamed } from './archive/open-storage.ts';
export { type StorageArchive, storageArchive } from './archive/storage-archive.ts';
export { CleanupServer, type CleanupSettings, type CleanupStatus } from './cleanup/cleanup-server.ts';
export { type CleanupOptions, CleanupPass, type CleanupReport } from './cleanup/pass.ts';
export { type Clock, type ClockOptions, systemClock, type TimeProvider, type TimeUnit } from './clock.ts';
export type { Blame } from './context/blame.ts';
export type { HistoryOptions, HistoryPage } from './context/history.ts';
export type { ContextWrite, ContextWritten } from './context/joint-writes.ts';
export { ContextManager } from './context/manager.ts';
export type { ContextManagerOptions, ListOptions } from './context/manager-options.ts';
export type { ContextsEvent, ManyGiven } from './context/many.ts';
export type {
  ContextChange,
  ContextDeleted,
  ContextDelta,
  ContextEvent,
  ContextExport,
  ContextPage,
  ContextSummary,
  FullContext,
  FullReason,
  NoChange,
  SyncResult,
} from './context/model.ts';
export type { OpenContext } from './context/open-context.ts';
export type { RequestOptions } from './context/requests.ts';
export type { Given } from './context/start.ts';
export type { RestoreOptions, UpdateOptions, WriteOptions } from './context/writes.ts';
export { apply, DeltaMismatchError, invert } from './delta/apply.ts';
export { calculate } from './delta/calculate.ts';
export { applyChanges, type Change, renderChanges } from './delta/changes.ts';
export { deepUpdate, type Path } from './delta/deep-update.ts';
export type { Delta, Edit } from './delta/delta.ts';
export { type DeltaFormat, type DeltaFormatter, type DeltaMeta, formatDelta } from './delta/formats.ts';
export { merge } from './delta/merge.ts';
export {
  type Applied,
  ArchiveError,
  type ArchiveErrorCode,
  ArpeggioError,
  ContextNotFoundError,
  ContextTooLargeError,
  type ErrorCode,
  ForbiddenError,
  InputError,
  LimitExceededError,
  StoreUnavailableError,
  UnauthenticatedError,
  VersionConflictError,
} from './errors.ts';
export type { Feed } from './feed/feed.ts';
export { MemoryFeed } from './feed/memory-feed.ts';
export { RedisFeed, type RedisFeedOptions } from './feed/redis-feed.ts';
export type { Json, JsonObject } from './json.ts';
export { defaultLimits, type Limits } from './limits.ts';
export { type Address, createServer, type Server } from './server/create-server.ts';
export type { Deliveries } from './server/fanout/deliveries.ts';
export { type Log, silentLog } from './server/log.ts';
export type { ServerOptions } from './server/server-options.ts';
export { MemoryStore, type MemoryStoreOptions } from './store/memory-store.ts';
export { RedisLayout } from './store/redis-layout.ts';
export { RedisStore, type RedisStoreOptions } from './store/redis-store.ts';
export type {
  AgeQuery,
  Commit,
  CommitOf,
  CommitOutcome,
  ContextStore,
  EndedHead,
  Entry,
  Head,
  JointOutcome,
  Listed,
  ListQuery,
  LiveContext,
  LiveHead,
  Log as StoreLog,
  Position,
  Receipt,
  Refusal,
  Snapshot,
  Store,
  StoredRecord,
  StoreOptions,
  Trimmed,
  UpkeepStore,
} from './store/store.ts';
export type { ContextSchema } from './typed/schemas.ts';
