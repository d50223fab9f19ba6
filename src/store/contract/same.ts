import { AssertionError } from 'node:assert';
import { calculate } from '../../delta/calculate.ts';
import { renderChanges } from '../../delta/changes.ts';
import { equal, isObject, type Json, type JsonObject } from '../../json.ts';
import type { CommitOutcome, Entry, Head, Log, Receipt, Snapshot } from '../store.ts';

/** @throws AssertionError with the rule and the first difference, where two JSON values are not equal */
export function same(actual: unknown, expected: unknown, rule: string): void {
  if (equal(actual as Json, expected as Json)) return;
  throw new AssertionError({ message: `${rule} ${explain(actual, expected)}`, actual, expected, operator: 'equal' });
}

/** Heads carry what they must; a store may leave more on them. */
export function sameSnapshot(actual: Snapshot | null, expected: Snapshot | null, rule: string): void {
  same(plainSnapshot(actual), plainSnapshot(expected), rule);
}

export function sameLog(actual: Log, expected: Log, rule: string): void {
  same(plainLog(actual), plainLog(expected), rule);
}

/** Which of the known receipts comes first has no meaning. */
export function sameOutcome(actual: CommitOutcome, expected: CommitOutcome, rule: string): void {
  same(plainOutcome(actual), plainOutcome(expected), rule);
}

export function sameReceipt(actual: Receipt | null, expected: Receipt | null, rule: string): void {
  same(actual && plainReceipt(actual), expected && plainReceipt(expected), rule);
}

export function sameHead(actual: Head | null, expected: Head | null, rule: string): void {
  same(plainHead(actual), plainHead(expected), rule);
}

/** @throws AssertionError unless it holds */
export function must(holds: boolean, rule: string): void {
  if (!holds) throw new AssertionError({ message: rule, actual: false, expected: true, operator: 'must' });
}

function plainSnapshot(snapshot: Snapshot | null): unknown {
  const head = plainHead(snapshot);
  return snapshot?.status === 'live' && isObject(head) ? { ...head, context: snapshot.context } : head;
}

function plainHead(head: Head | null): unknown {
  if (!head) return head;
  const { life, version, tag } = head.position;
  const position = { life, version, tag };
  if (head.status === 'live') {
    const { status, floor, insertedAt, bytes } = head;
    return { status, position, floor, insertedAt, bytes };
  }
  const { status, floor, endedAt, reason } = head;
  return { status, position, floor, endedAt, reason };
}

function plainLog({ head, entries }: Log): unknown {
  return { head: plainHead(head), entries: entries.map(plainEntry) };
}

function plainEntry({ fromTag, version, tag, delta, insertedAt }: Entry): unknown {
  return { fromTag, version, tag, delta, insertedAt };
}

function plainReceipt({ key, fingerprint, fromVersion, position: { life, version, tag }, at }: Receipt) {
  return { key, fingerprint, fromVersion, position: { life, version, tag }, at };
}

function plainOutcome(outcome: CommitOutcome): unknown {
  switch (outcome.kind) {
    case 'committed':
      return { kind: outcome.kind };
    case 'conflict':
      return { kind: outcome.kind, log: plainLog(outcome.log) };
    case 'repeated':
      return {
        kind: outcome.kind,
        receipts: outcome.receipts.map(plainReceipt).sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)),
      };
  }
}

/** Where they first differ, and how. */
function explain(actual: unknown, expected: unknown): string {
  const [first] = renderChanges(calculate(wrap(expected), wrap(actual)));
  const path =
    first?.path
      .slice(1)
      .map((key) => `[${JSON.stringify(key)}]`)
      .join('') ?? '';
  const wanted = first && first.action !== 'added' ? clip(first.oldValue) : 'nothing';
  const got = first && first.action !== 'removed' ? clip(first.value) : 'nothing';
  return `${path === '' ? '' : `At ${path}: `}expected ${wanted}, received ${got}.`;
}

function wrap(value: unknown): JsonObject {
  return { value: (value === undefined ? '(undefined)' : value) as Json };
}

function clip(value: Json): string {
  const text = String(JSON.stringify(value));
  return text.length > 400 ? `${text.slice(0, 400)}… (${text.length} characters)` : text;
}
