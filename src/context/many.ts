import { InputError, LimitExceededError } from '../errors.ts';
import type { Limits } from '../limits.ts';
import { checkId, checkPrefix } from './checks.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { ContextEvent } from './model.ts';
import type { Start } from './start.ts';

/** Which contexts: these, or all whose ids start so, those that are yet to come too. */
export type Selection =
  | { readonly ids: readonly string[]; readonly prefix?: undefined }
  | { readonly prefix: string; readonly ids?: undefined };

/** What a caller names them by, and from where on. */
export interface ManyGiven {
  readonly ids?: readonly string[] | undefined;
  readonly prefix?: string | undefined;
  /** The cursor of an event of such a stream: on from there. */
  readonly cursor?: string | undefined;
  /** Begin with each context that there is, whole. @default false: with what changes from then on */
  readonly whole?: boolean | undefined;
}

/** An event of one of many contexts. */
export interface ContextsEvent {
  readonly event: ContextEvent;
  /** Where the whole stream stands behind it; to be asked for before the next event is. */
  cursor(): string;
}

/** Where each context of a stream stands; undefined: where it is looked at for the first time. */
export interface Starts {
  readonly selection: Selection;
  readonly known: ReadonlyMap<string, Start>;
  readonly others: Start | undefined;
}

const NOTHING: Start = { kind: 'nothing' };

/** @throws InputError, LimitExceededError */
export function startsOf({ ids, prefix, cursor, whole = false }: ManyGiven, limits: Limits): Starts {
  const selection = selectionOf(ids, prefix, limits);
  const known = cursor === undefined ? new Map<string, Start>() : decodeMany(cursor);
  // Some may be gone, and not told of yet, beside as many as there may be.
  checkCount(known.size / 2, limits);
  for (const id of known.keys()) {
    checkId(id, limits);
    const isSelected = selection.ids ? selection.ids.includes(id) : id.startsWith(selection.prefix);
    if (!isSelected) throw new InputError('The cursor is of other contexts.');
  }
  // What has come since the cursor was given is news as a whole.
  return { selection, known, others: whole || cursor !== undefined ? NOTHING : undefined };
}

function selectionOf(ids: readonly string[] | undefined, prefix: string | undefined, limits: Limits): Selection {
  if ((ids === undefined) === (prefix === undefined)) throw new InputError('Name either ids or a prefix.');
  if (prefix !== undefined) {
    checkPrefix(prefix, limits);
    return { prefix };
  }
  const all = [...new Set(ids)];
  checkCount(all.length, limits);
  for (const id of all) checkId(id, limits);
  return { ids: all };
}

/** @throws LimitExceededError */
export function checkCount(count: number, { contextsAtOnce }: Limits): void {
  if (count <= contextsAtOnce) return;
  const message = `There may be ${contextsAtOnce} contexts at once.`;
  throw new LimitExceededError(message, { limit: 'contextsAtOnce' });
}

/** A place in each of many contexts, as text. */
export function encodeMany(places: Iterable<readonly [id: string, start: Start]>): string {
  const all = [...places].map(([id, start]) => [id, start.kind === 'position' ? encodeCursor(start.position) : null]);
  return Buffer.from(JSON.stringify(all), 'utf8').toString('base64url');
}

/** @throws InputError for anything that `encodeMany` does not make */
export function decodeMany(cursor: string): ReadonlyMap<string, Start> {
  const starts = new Map<string, Start>();
  for (const place of parsed(cursor)) {
    const [id, position, ...rest] = Array.isArray(place) ? (place as readonly unknown[]) : [];
    if (typeof id !== 'string' || rest.length > 0 || starts.has(id)) throw noCursor();
    if (position !== null && typeof position !== 'string') throw noCursor();
    starts.set(id, position === null ? NOTHING : { kind: 'position', position: decodeCursor(position) });
  }
  if (encodeMany(starts) !== cursor) throw noCursor();
  return starts;
}

function parsed(cursor: string): readonly unknown[] {
  try {
    const places: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(places)) return places;
  } catch {
    // What it is instead makes no difference.
  }
  throw noCursor();
}

function noCursor(): InputError {
  return new InputError('That is no cursor of many contexts.');
}
