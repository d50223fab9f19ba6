import type { Storage } from 'unstorage';
import type { AccessOptions } from '../access/authenticator.ts';
import type { ExportContext, RestoreContext } from '../archive/archive.ts';
import type { ArchiveOptions } from '../archive/create-archive.ts';
import type { CleanupOptions } from '../cleanup/pass.ts';
import type { Clock, ClockOptions } from '../clock.ts';
import type { DeltaFormatter } from '../delta/formats.ts';
import type { Feed } from '../feed/feed.ts';
import type { Limits } from '../limits.ts';
import type { Store, StoreOptions } from '../store/store.ts';
import type { ContextSchema } from '../typed/schemas.ts';
import type { Deliveries } from './fanout/deliveries.ts';
import type { Log } from './log.ts';
import type { TrustedDocumentsById } from './trusted-documents.ts';

export interface ServerOptions
  extends ClockOptions,
    CleanupOptions,
    ArchiveOptions,
    Pick<StoreOptions, 'deltaThreshold' | 'receiptTtlMs' | 'receiptLimit'> {
  /** The address to listen on. Beyond loopback only with `access` or `insecure`. @default '127.0.0.1' */
  readonly host?: string;
  /** 0 takes any free port. @default 4000 */
  readonly port?: number;
  /** Allows everybody who can reach a host beyond loopback to read and write everything. @default false */
  readonly insecure?: boolean;
  /** Origins, such as `https://app.example`, whose pages may use the server beside its own. @default none */
  readonly allowedOrigins?: readonly string[];
  /** The only documents that run, by their ids, or the JSON file that they are in. @default none: any document runs */
  readonly trustedDocuments?: string | TrustedDocumentsById;
  /** Who may do what. @default everybody may do everything */
  readonly access?: AccessOptions;
  /** Shows GraphiQL to browsers that open the endpoint. @default true, and false where NODE_ENV is production */
  readonly graphiql?: boolean;
  /** Shows the dashboard to browsers that open `/`. @default true, and false where NODE_ENV is production */
  readonly dashboard?: boolean;
  /** Shows the schema, by introspection and by suggestions in errors. @default true, and false where NODE_ENV is production */
  readonly introspection?: boolean;
  /** Renders `Delta.delta` where no format is asked for. @default NESTED */
  readonly deltaFormatter?: DeltaFormatter;
  /** How often the cleanup server cleans up where `contextAutoDelete` starts it, in milliseconds. @default 60000 */
  readonly cleanupIntervalMs?: number;
  /**
   * Where contexts are exported to and restored from: `fs:FOLDER`, `DRIVER:{options as JSON}` for any driver of unstorage, a storage
   * of unstorage, or 'off'. @default 'fs:.arpeggio/archive' with the memory store, otherwise 'off'
   */
  readonly archive?: string | Storage;
  /** Exports a context, in place of the archive. */
  readonly exportContext?: ExportContext;
  /** Finds a context to restore, in place of the archive. */
  readonly restoreContext?: RestoreContext;
  /** What contexts have to be like, by their ids: every write that would make them otherwise is refused. @default anything */
  readonly schemas?: readonly ContextSchema[];
  /**
   * Tells who watches a context in a context of its own, whose id begins with this: who watches `a` is in `presence:a` where this is
   * `presence:`. Nobody else may write to such ids. @default nobody is told
   */
  readonly presencePrefix?: string;
  /** Those not named keep their default. */
  readonly limits?: Partial<Limits>;
  /** Tells of the server's metrics at `/metrics`, in Prometheus' format: with `access`, to whoever has the `admin` right on `*`. @default true */
  readonly metrics?: boolean;
  /** A port of their own for metrics, where nobody is asked who they are; 0 takes any free one. @default the server's port, at `/metrics` */
  readonly metricsPort?: number;
  /** The address that `metricsPort` is on. Beyond loopback only with `access` or `insecure`. @default '127.0.0.1' */
  readonly metricsHost?: string;
  /** How long a subscriber can miss a change whose notification was lost, in milliseconds. @default 10000 */
  readonly heartbeatMs?: number;
  /** How much is kept of contexts that were written to, in bytes of JSON; in memory they take several times that. @default 16 MiB */
  readonly cacheBytes?: number;
  /**
   * Keeps contexts in Redis, for any number of processes: `redis://`, `redis+sentinel://HOSTS/NAME` or `redis+cluster://HOSTS`, each with
   * `rediss` for TLS. @default none: the memory store
   */
  readonly redisUrl?: string;
  /** What the keys in Redis begin with: environments that share a Redis have one each. @default 'arpeggio' */
  readonly redisPrefix?: string;
  /** How long a call is tried while Redis does not answer, before it fails, in milliseconds. @default 5000 */
  readonly redisTimeoutMs?: number;
  /** A store of your own, which calls `tell` after each commit that moves a head. @default the memory store */
  readonly store?: (options: StoreOptions & { readonly tell: (id: string) => void; readonly clock: Clock }) => Store;
  /** How this process hears of commits, for a store that tells by other means than `tell`. @default the memory feed */
  readonly feed?: Feed;
  /** How long everybody is still served, though `/ready` says no, once the server closes: until it is asked no more. In milliseconds. @default 0 */
  readonly drainDelayMs?: number;
  /** Over how long at most connections are closed then, one after the other, in milliseconds. @default 10000 */
  readonly drainMs?: number;
  /** How long closing may take altogether, in milliseconds: what runs still is cut then. @default 25000 */
  readonly shutdownMs?: number;
  /** Where what becomes of events is counted. @default nowhere */
  readonly deliveries?: Deliveries;
  /** @default the console */
  readonly log?: Log;
}
