import { AssertionError } from 'node:assert';
import type { Json, JsonObject } from '../../json.ts';
import { type ContractCase, contractCase } from './harness.ts';
import { same, sameLog, sameOutcome, sameReceipt, sameSnapshot } from './same.ts';

const ID = 'context';

/** Does its worst to a value, at every level; where the value is frozen, that is nothing. */
function vandalise(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const member of Object.values(value)) vandalise(member);
  const attempts: (() => unknown)[] = [
    ...Object.keys(value).map((key) => () => Reflect.set(value, key, 'changed')),
    () => Reflect.set(value, 'added', true),
    () => Array.isArray(value) && value.reverse(),
    () => Array.isArray(value) && value.splice(0, value.length, 'spliced'),
    ...Object.keys(value).map((key) => () => Reflect.deleteProperty(value, key)),
  ];
  for (const attempt of attempts) {
    try {
      attempt();
    } catch {
      // Frozen, as it may be.
    }
  }
}

function nested(depth: number): Json {
  let value: Json = 'bottom';
  for (let level = 1; level < depth; level += 1) value = level % 2 === 0 ? [value] : { [`level ${level}`]: value };
  return value;
}

const oddKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'length',
  '',
  ' ',
  '0',
  '-1',
  'a.b',
  'a/b',
  '~1',
  '"',
  '\\',
];
const oddText = ['\u0000', '\n', '\u2028', 'é', 'e\u0301', '🧩', '\ud83d', '\udd25x', '</script>', '%s', '$1', "'"];

/** What JSON can say and stores have been known to garble. */
const contexts: Readonly<Record<string, JsonObject>> = {
  'an empty context': {},
  'keys that programs trip over': Object.fromEntries([...oddKeys, ...oddText].map((key) => [key, { [key]: key }])),
  'empty objects and empty arrays': { a: [], b: {}, c: [[]], d: [{}], e: [[], {}], f: '', g: null },
  numbers: { n: [0, 1, -1, 0.1, 1e-7, 5e-324, 1e15, 2 ** 53 - 1, 1 - 2 ** 53, 1.5e-300, 4.35] },
  'scalars that look alike': { a: ['1', 1, true, 'true', null, 'null', '', '{}', '[]', false, 0] },
  'odd text': { text: [...oddText, oddText.join('')] },
  'data that looks like a delta': {
    a: { action: 'added', value: 1 },
    b: { action: 'within', delta: { c: { action: 'removed', oldValue: [] } } },
    entries: [{ fromTag: '', version: 1, tag: 't', delta: {} }],
    position: { life: 'l', version: 9, tag: 't' },
  },
  '64 levels': { nested: nested(64) },
  '40,000 values': { list: Array.from({ length: 40_000 }, (_, n) => n) },
  'a mebibyte of text': { text: '🧩é"'.repeat(128 * 1024) },
};

export const valueCases: readonly ContractCase[] = [
  contractCase('(7) Readers: what they do to what they were handed changes nothing stored', {}, async (trial) => {
    const { store, author, put } = trial;
    const receipt = author.receipt('a');
    const begin = author.begin(null, { list: [1, [2]], inner: { a: { b: 1 } } }, [receipt]);
    const first = await put(ID, begin);
    const commit = author.advance(first, [
      { list: [1], inner: { a: { c: {} } } },
      { list: [], inner: { a: { c: { d: [3] } } } },
    ]);
    const head = await put(ID, commit);
    const entries = [...begin.entries, ...commit.entries];
    const log = { head, entries };
    const rule = 'A reader that changes what it was handed changes nothing stored.';
    const everything = async (): Promise<readonly unknown[]> => {
      const snapshot = await store.read(ID);
      const whole = await store.readLog(ID, 0);
      const part = await store.readLog(ID, 2);
      const listed = await store.list({ prefix: '', after: null, limit: 10 });
      const conflict = await store.commit(ID, author.begin(null, {}));
      const repeated = await store.commit(ID, author.begin(null, {}, [receipt]));
      const found = await store.findReceipt(ID, 'a');
      sameSnapshot(snapshot, head, rule);
      sameLog(whole, log, rule);
      sameLog(part, { head, entries: entries.slice(2) }, rule);
      same(
        listed.map(({ id, head: { position } }) => `${id} ${position.tag}`),
        [`${ID} ${head.position.tag}`],
        rule,
      );
      sameOutcome(conflict, { kind: 'conflict', log }, rule);
      sameOutcome(repeated, { kind: 'repeated', receipts: [receipt] }, rule);
      sameReceipt(found, receipt, rule);
      return [snapshot, whole, part, listed, conflict, repeated, found];
    };
    for (const handed of await everything()) {
      vandalise(handed);
      await everything().catch((error: unknown) => {
        throw error instanceof AssertionError
          ? error
          : new AssertionError({ message: `${rule} It failed with ${error}.` });
      });
    }
  }),

  ...Object.entries(contexts).map(([what, context]) =>
    contractCase(`Values come back equal: ${what}`, {}, async ({ store, author, put }) => {
      const begin = author.begin(null, context);
      const first = await put(ID, begin);
      sameSnapshot(await store.read(ID), first, 'A context comes back equal.');
      const commit = author.advance(first, [{ before: context }, { before: { ...context, more: [context] } }, context]);
      const head = await put(ID, commit);
      sameSnapshot(await store.read(ID), head, 'A context comes back equal after it was replaced.');
      const entries = [...begin.entries, ...commit.entries];
      sameLog(await store.readLog(ID, 0), { head, entries }, 'Deltas come back equal.');
      const restored = await put(ID, author.restore(head, context, 9));
      sameSnapshot(await store.read(ID), restored, 'A restored context comes back equal.');
    }),
  ),
];
