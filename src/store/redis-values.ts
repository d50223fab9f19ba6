import { apply } from '../delta/apply.ts';
import type { Delta } from '../delta/delta.ts';
import { merge } from '../delta/merge.ts';
import type { JsonObject } from '../json.ts';
import type { Entry, Head, Log, Position, Receipt, Snapshot } from './store.ts';
import { parseStored } from './stored-json.ts';

/** What a head holds besides its position, as JSON in the field `head`. */
type HeadRest = Head extends infer H ? (H extends Head ? Omit<H, 'position'> : never) : never;

/** The position's three texts, as scripts compare them; '' each where there is none. */
export function positionTexts(position: Position | null): readonly [string, string, string] {
  return position === null ? ['', '', ''] : [position.life, String(position.version), position.tag];
}

export function headText(head: Head): string {
  if (head.status === 'live') {
    const { status, floor, insertedAt, bytes, nodes } = head;
    return JSON.stringify({ status, floor, insertedAt, bytes, nodes } satisfies HeadRest);
  }
  const { status, floor, endedAt, reason } = head;
  return JSON.stringify({ status, floor, endedAt, reason } satisfies HeadRest);
}

/** A head from its four fields; null where there is no trace. */
export function headFrom(
  life: string | null | undefined,
  version: string | null | undefined,
  tag: string | null | undefined,
  rest: string | null | undefined,
): Head | null {
  if (!life) return null;
  const position = { life, version: Number(version), tag: tag ?? '' };
  return freeze({ ...(parseStored(rest ?? '') as HeadRest), position });
}

/**
 * What a script says of a context: the four fields of the head, an earlier state and its version, and the entries that lead from it to
 * the head.
 *
 * @throws TypeError where they do not lead there, as where somebody has taken the log away: a state made of the others would be wrong
 */
export function snapshotFrom(fields: readonly string[]): Snapshot | null {
  const [life, version, tag, rest, context, from, ...texts] = fields;
  const head = headFrom(life, version, tag, rest);
  if (head?.status !== 'live') return head;
  const entries = texts.map(entryFrom);
  const last = entries.at(-1);
  if (entries.length !== head.position.version - Number(from) || (last && last.tag !== head.position.tag)) {
    throw new TypeError('Redis has lost deltas that a context is made of.');
  }
  const start = freeze(parseStored(context ?? '') as JsonObject);
  // Applied one by one, each would copy the objects that it touches.
  return Object.freeze({ ...head, context: apply(merge(entries.map(({ delta }) => delta)), start) });
}

/** An entry as it stands in the log: the time in front, since trimming goes by it, and the rest as JSON. */
export function entryText({ fromTag, version, tag, delta, insertedAt }: Entry): string {
  return `${insertedAt} ${JSON.stringify([version, fromTag, tag, delta])}`;
}

function entryFrom(text: string): Entry {
  const space = text.indexOf(' ');
  const [version, fromTag, tag, delta] = parseStored(text.slice(space + 1)) as [number, string, string, Delta];
  return freeze({ fromTag, version, tag, delta, insertedAt: Number(text.slice(0, space)) });
}

/** What a script says of a log: the four fields of the head, and the entries. */
export function logFrom([life, version, tag, head, ...entries]: readonly string[]): Log {
  return { head: headFrom(life, version, tag, head), entries: entries.map(entryFrom) };
}

export function receiptText(receipt: Receipt): string {
  return JSON.stringify(receipt);
}

export function receiptFrom(text: string): Receipt {
  return freeze(parseStored(text) as Receipt);
}

/** Values inside Arpeggio are frozen, so that they can be shared: by readers that asked at the same time, and by writer and readers. */
function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(Object.freeze(value))) freeze(member);
  }
  return value;
}
