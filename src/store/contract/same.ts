import { AssertionError } from 'node:assert';
import { equal, isObject, type Json } from '../../json.ts';
import type { CommitOutcome, Head, Log, Receipt, Snapshot } from '../store.ts';

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
  same(plainReceipt(actual), plainReceipt(expected), rule);
}

export function sameHead(actual: Head | null, expected: Head | null, rule: string): void {
  same(plainHead(actual), plainHead(expected), rule);
}

/** @throws AssertionError unless it holds */
export function must(holds: boolean, rule: string): void {
  if (!holds) throw new AssertionError({ message: rule });
}

const HEAD = ['position', 'status', 'floor', 'insertedAt', 'bytes', 'endedAt', 'reason'];

function plainSnapshot(snapshot: unknown): unknown {
  const head = plainHead(snapshot);
  return isObject(head) && isObject(snapshot) && 'context' in snapshot
    ? { ...head, context: snapshot['context'] }
    : head;
}

function plainHead(head: unknown): unknown {
  return withPosition(pick(head, HEAD));
}

function plainLog(log: unknown): unknown {
  const { head, entries } = isObject(log) ? log : {};
  return { head: plainHead(head), entries: each(entries, plainEntry) };
}

function plainEntry(entry: unknown): unknown {
  return pick(entry, ['version', 'fromTag', 'tag', 'delta', 'insertedAt']);
}

function plainReceipt(receipt: unknown): unknown {
  return withPosition(pick(receipt, ['key', 'fingerprint', 'fromVersion', 'position', 'at']));
}

function plainOutcome(outcome: CommitOutcome): unknown {
  switch (outcome.kind) {
    case 'committed':
      return { kind: outcome.kind };
    case 'conflict':
      return { kind: outcome.kind, log: plainLog(outcome.log) };
    case 'repeated': {
      const inOrder = [...outcome.receipts].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
      return { kind: outcome.kind, receipts: inOrder.map(plainReceipt) };
    }
  }
}

function withPosition(value: unknown): unknown {
  return isObject(value) ? { ...value, position: pick(value['position'], ['version', 'life', 'tag']) } : value;
}

/** The part that counts; whatever is no object is shown as it is. */
function pick(value: unknown, keys: readonly string[]): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(keys.filter((key) => Object.hasOwn(value, key)).map((key) => [key, value[key]]));
}

function each(values: unknown, plain: (value: unknown) => unknown): unknown {
  return Array.isArray(values) ? values.map(plain) : values;
}

interface Difference {
  readonly path: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** Where two values first differ; undefined stands for what is not there. */
function difference(expected: unknown, actual: unknown, path: string): Difference | undefined {
  if (equal(expected as Json, actual as Json)) return undefined;
  const isDeeper = isObject(expected) ? isObject(actual) : Array.isArray(expected) && Array.isArray(actual);
  if (isDeeper) {
    for (const key of new Set([...Object.keys(expected as object), ...Object.keys(actual as object)])) {
      const found = difference(member(expected, key), member(actual, key), `${path}[${JSON.stringify(key)}]`);
      if (found) return found;
    }
  }
  return { path, expected, actual };
}

function member(value: unknown, key: string): unknown {
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}

function explain(actual: unknown, expected: unknown): string {
  const found = difference(expected, actual, '') ?? { path: '', expected, actual };
  const at = found.path === '' ? '' : `At ${found.path.replaceAll(/\["(\w+)"\]/g, '.$1')}: `;
  return `${at}expected ${clip(found.expected)}, received ${clip(found.actual)}.`;
}

function clip(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = String(JSON.stringify(value));
  return text.length > 400 ? `${text.slice(0, 400)}… (${text.length} characters)` : text;
}
