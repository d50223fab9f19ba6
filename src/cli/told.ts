import type { Positioned } from '../client/replica.ts';
import type { Path } from '../delta/deep-update.ts';
import type { Json, JsonObject } from '../json.ts';

/** What a command has to tell: with `--json`, these very objects. */
export type Told = { readonly id: string } & (
  | (Positioned & { readonly type: 'full'; readonly reason?: string; readonly context: JsonObject })
  | (Positioned & { readonly type: 'delta'; readonly fromVersion: number; readonly changes: readonly ToldChange[] })
  | (Positioned & { readonly type: 'unchanged' | 'restored' })
  | (Positioned & { readonly type: 'deleted'; readonly reason: string })
  | (Positioned & {
      readonly type: 'blame';
      readonly path: Path;
      readonly action: ToldChange['action'];
      readonly insertedAt: number;
    })
  | { readonly type: 'unblamed'; readonly path: Path }
  | { readonly type: 'exported'; readonly version: number; readonly exportedAt: number }
);

export type ToldChange =
  | { readonly path: Path; readonly action: 'ADDED'; readonly value: Json }
  | { readonly path: Path; readonly action: 'MODIFIED'; readonly oldValue: Json; readonly value: Json }
  | { readonly path: Path; readonly action: 'REMOVED'; readonly oldValue: Json };

interface WireChange {
  readonly path: Path;
  readonly action: ToldChange['action'];
  readonly oldValue: Json;
  readonly value: Json;
}

export type WireDelta = Positioned & { readonly fromVersion: number; readonly changes: readonly WireChange[] };

/** What the documents here select of `sync` and `contextChanged`. */
export type WireEvent =
  | (Positioned & { readonly __typename: 'FullContext'; readonly why: string | null; readonly context: JsonObject })
  | (WireDelta & { readonly __typename: 'Delta' })
  | (Positioned & { readonly __typename: 'NoChange' })
  | (Positioned & { readonly __typename: 'ContextDeleted'; readonly reason: string });

export function toldOf(id: string, event: WireEvent): Told {
  const place = { life: event.life, version: event.version, cursor: event.cursor };
  switch (event.__typename) {
    case 'FullContext':
      return {
        type: 'full',
        id,
        ...place,
        ...(event.why === null ? {} : { reason: event.why }),
        context: event.context,
      };
    case 'Delta':
      return toldDelta(id, event);
    case 'NoChange':
      return { type: 'unchanged', id, ...place };
    case 'ContextDeleted':
      return { type: 'deleted', id, ...place, reason: event.reason };
  }
}

export function toldDelta(id: string, { life, fromVersion, version, cursor, changes }: WireDelta): Told {
  return { type: 'delta', id, life, fromVersion, version, cursor, changes: changes.map(changeOf) };
}

/** GraphQL says null for a value that is not there; here it is left out. */
function changeOf({ path, action, oldValue, value }: WireChange): ToldChange {
  switch (action) {
    case 'ADDED':
      return { path, action, value };
    case 'MODIFIED':
      return { path, action, oldValue, value };
    case 'REMOVED':
      return { path, action, oldValue };
  }
}
