import { describe, expect, test } from 'vitest';
import type { Start } from '../../src/context/start.ts';
import { decideSync, type LiveLog, type SyncDecision } from '../../src/context/sync.ts';
import { calculate } from '../../src/delta/calculate.ts';
import type { JsonObject } from '../../src/json.ts';
import { Author } from '../../src/store/contract/author.ts';
import type { Entry, LiveContext, Position } from '../../src/store/store.ts';

const author = new Author();

/** A life with one version for each context: what it was at each version, and every entry. */
function life(contexts: readonly JsonObject[], before: LiveContext | null = null) {
  const [first = {}, ...rest] = contexts;
  const begin = author.begin(before && author.end(before).next, first);
  const commits = [begin];
  for (const context of rest) commits.push(author.advance(commits.at(-1)!.next, [context]));
  const states = commits.map(({ next }) => next);
  const entries = commits.flatMap((commit) => commit.entries);
  return {
    head: states.at(-1)!,
    at: (version: number): Position => states[version - 1]!.position,
    /** What a store that keeps the newest `window` gives of the entries above a version. */
    above: (version: number, window = 1000): Entry[] =>
      entries.slice(-window).filter((entry) => entry.version > version),
  };
}

const numbers = [{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }, { n: 5 }];
const five = life(numbers);
const four = { head: { ...five.head, position: five.at(4) } };
const log = (version: number, window?: number): LiveLog => ({ head: five.head, entries: five.above(version, window) });

const nothing: Start = { kind: 'nothing' };
const bare = (version: number): Start => ({ kind: 'version', version });
const exact = (position: Position): Start => ({ kind: 'position', position });
const from = (version: number, to = 5): SyncDecision => ({
  kind: 'delta',
  fromVersion: version,
  delta: calculate({ n: version }, { n: to }),
});
const full = (reason: string) => ({ kind: 'full', reason });
const noChange = { kind: 'noChange' };

const other = life(numbers);
/** Begun after a life of five versions, so with a floor of 5, and grown to seven. */
const next = life([...numbers, { n: 6 }, { n: 7 }], five.head);

const text = (length: number): JsonObject => ({ text: 'x'.repeat(length) });
const shrunk = life([text(5000), { text: '' }]);
const changed = life([
  { ...text(5000), more: 'y'.repeat(20_000) },
  { text: '', more: 'y'.repeat(20_000) },
]);
const small = life([text(3000), { text: '' }]);
const back = life([{ a: 1 }, { a: 1, b: 'x'.repeat(9000) }, { a: 2 }]);

/** The delta { text: { action, oldValue, value } } around a text, in bytes. */
const AROUND = '{"text":{"action":"modified","oldValue":"","value":""}}'.length;
const limit = life([text(4096 - AROUND), { text: '' }]);
const pastLimit = life([text(4097 - AROUND), { text: '' }]);
/** The delta is past 4 KiB; it is as large as the context that it leads to, or larger by `-extra` bytes. */
const even = (extra: number) => {
  const more = 'm'.repeat(5000 + AROUND - '{"text":"","more":""}'.length + extra);
  return life([
    { ...text(5000), more },
    { text: '', more },
  ]);
};
const asLarge = even(0);
const larger = even(-1);

const swap = (entries: readonly Entry[], i: number, change: Partial<Entry>): Entry[] =>
  entries.map((entry, j) => (i === j ? { ...entry, ...change } : entry));

const aDelta = expect.objectContaining({ kind: 'delta', fromVersion: 1 });
const of = (one: ReturnType<typeof life>, version = 1): LiveLog => ({ head: one.head, entries: one.above(version) });
/** The whole log above version 1, tampered with. */
const tampered = (tamper: (entries: readonly Entry[]) => readonly Entry[]): LiveLog => ({
  head: five.head,
  entries: tamper(five.above(1)),
});
const atFloor: LiveLog = { head: { ...five.head, floor: 5 }, entries: [] };
const broken = tampered((entries) => swap(entries, 1, { fromTag: 'other' }));
const elsewhere = tampered((entries) => swap(entries, 3, { tag: 'other' }));

type Row = readonly [what: string, start: Start, log: LiveLog, expected: unknown];

const rows: readonly Row[] = [
  ['no position', nothing, log(Number.MAX_SAFE_INTEGER), full('INITIAL')],
  ['no position, though the log is whole', nothing, log(0), full('INITIAL')],

  ['the current cursor', exact(five.at(5)), log(5), noChange],
  ['the current bare version', bare(5), log(5), noChange],

  ['a cursor, and a window that covers it', exact(five.at(1)), log(1), from(1)],
  ['a bare version, and a window that covers it', bare(1), log(1), from(1)],
  ['the version before the current', exact(five.at(4)), log(4), from(4)],
  ['a cursor at the very edge of the window', exact(five.at(2)), log(2, 3), from(2)],

  ['a cursor one behind the window', exact(five.at(1)), log(1, 3), full('WINDOW_PASSED')],
  ['a bare version behind the window', bare(1), log(1, 3), full('WINDOW_PASSED')],
  ['a position, and an empty window', exact(five.at(4)), { ...log(4), entries: [] }, full('WINDOW_PASSED')],
  ['a hole in the window', exact(five.at(1)), tampered((all) => all.toSpliced(1, 1)), full('POSITION_UNKNOWN')],

  ['a future cursor of this life', exact({ ...five.at(5), version: 6 }), log(6), full('POSITION_UNKNOWN')],
  ['a future bare version', bare(6), log(6), full('POSITION_UNKNOWN')],
  ['the highest version there is', bare(Number.MAX_SAFE_INTEGER), log(1e9), full('POSITION_UNKNOWN')],

  ['a cursor of another life, behind', exact(other.at(3)), log(3), full('NEW_LIFE')],
  ['a cursor of another life, at the current version', exact(other.at(5)), log(5), full('NEW_LIFE')],
  ['a cursor of another life, ahead', exact(next.at(7)), log(7), full('NEW_LIFE')],
  ['a cursor of another life, the tag the same', exact({ ...five.at(5), life: 'other' }), log(5), full('NEW_LIFE')],

  ['the current version with another tag', exact({ ...five.at(5), tag: 'other' }), log(5), full('POSITION_UNKNOWN')],
  ['an earlier version with another tag', exact({ ...five.at(3), tag: 'other' }), log(3), full('POSITION_UNKNOWN')],
  ['the tombstone of the life that stands', exact({ ...five.at(5), tag: '~x' }), log(5), full('POSITION_UNKNOWN')],

  ['a bare version below the floor', bare(3), of(next, 3), full('POSITION_UNKNOWN')],
  ['a bare version at the floor', bare(5), of(next, 5), full('POSITION_UNKNOWN')],
  ['a bare version above the floor', bare(6), of(next, 6), from(6, 7)],
  ['the current bare version above the floor', bare(7), of(next, 7), noChange],
  ['the current bare version at the floor', bare(5), atFloor, full('POSITION_UNKNOWN')],
  ['a cursor below the floor', exact(next.at(3)), of(next, 3), from(3, 7)],
  ['the current cursor at the floor', exact(five.at(5)), atFloor, noChange],
  ['bare version 0', bare(0), log(0), full('POSITION_UNKNOWN')],

  ['a delta past 4 KiB that is larger than the context', exact(shrunk.at(1)), of(shrunk), full('SMALLER_THAN_DELTA')],
  ['the same from a bare version', bare(1), of(shrunk), full('SMALLER_THAN_DELTA')],
  ['a delta past 4 KiB that is smaller than the context', bare(1), of(changed), aDelta],
  ['a delta larger than the context, but not past 4 KiB', bare(1), of(small), aDelta],
  ['a delta of exactly 4 KiB', bare(1), of(limit), aDelta],
  ['a delta one byte past 4 KiB', bare(1), of(pastLimit), full('SMALLER_THAN_DELTA')],
  ['a delta past 4 KiB, as large as the context', bare(1), of(asLarge), aDelta],
  ['a delta past 4 KiB, one byte larger than the context', bare(1), of(larger), full('SMALLER_THAN_DELTA')],
  ['large deltas that come to a small one', bare(1), of(back), { ...from(1), delta: calculate({ a: 1 }, { a: 2 }) }],

  ['a chain whose tags break', exact(five.at(1)), broken, full('POSITION_UNKNOWN')],
  ['a bare version and a chain whose tags break', bare(1), broken, full('POSITION_UNKNOWN')],
  ["a chain that ends at the head's version, not its tag", exact(five.at(1)), elsewhere, full('POSITION_UNKNOWN')],
  ['a bare version and such a chain', bare(1), elsewhere, full('POSITION_UNKNOWN')],
  ['a version twice', exact(five.at(1)), tampered((all) => [all[0]!, ...all]), full('POSITION_UNKNOWN')],
  ['versions out of order', exact(five.at(1)), tampered((all) => all.toReversed()), full('WINDOW_PASSED')],
  ['entries that end before the head', bare(1), tampered((all) => all.slice(0, -1)), full('POSITION_UNKNOWN')],
  ['entries that go on past the head', bare(1), { ...log(1), head: four.head }, full('POSITION_UNKNOWN')],
  ['entries that start below the position', exact(five.at(2)), log(1), full('WINDOW_PASSED')],
];

describe('a reader is given the least that is proven, where it has', () => {
  test.each(rows)('%s', (_what, start, given, expected) => {
    expect(decideSync(start, given)).toEqual(expected);
  });
});

test('the rows about sizes have the sizes that they say', () => {
  const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
  const sizes = ({ head, above }: ReturnType<typeof life>) => ({
    delta: bytes(above(1)[0]?.delta),
    context: bytes(head.context),
  });
  expect(sizes(limit).delta).toBe(4096);
  expect(sizes(pastLimit).delta).toBe(4097);
  expect(sizes(asLarge)).toEqual({ delta: 5000 + AROUND, context: 5000 + AROUND });
  expect(sizes(larger)).toEqual({ delta: 5000 + AROUND, context: 5000 + AROUND - 1 });
  expect(sizes(changed).delta).toBeGreaterThan(4096);
  expect(sizes(small).delta).toBeGreaterThan(sizes(small).context);
});

test('another proof of continuity can be put in its place', () => {
  const entries = five.above(1).toSpliced(1, 1).slice(0, 1);
  expect(decideSync(exact(five.at(1)), { head: five.head, entries }, () => true)).toEqual({
    kind: 'delta',
    fromVersion: 1,
    delta: entries[0]?.delta,
  });
});
