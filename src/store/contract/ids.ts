import type { LiveContext, Snapshot } from '../store.ts';
import { type ContractCase, contractCase } from './harness.ts';
import { same, sameHead, sameLog, sameReceipt, sameSnapshot } from './same.ts';

/** In the order of their code points, which is not that of their UTF-16 units: those put 🧩 before U+E000. */
const ORDERED = [
  ...[
    '\u0000',
    '\n',
    ' ',
    '*',
    '0',
    '10',
    '9',
    'A',
    'B',
    'a',
    'a\u0000',
    'a\n',
    'a*',
    'a:',
    'a:b',
    'aa',
    'a\uffff',
    'a🧩',
  ],
  ...[
    'b',
    '~',
    '\u007f',
    '\u0080',
    'z\u0300',
    'é',
    '\ud7ff',
    '\ue000',
    '\ufffd',
    '\uffff',
    '\u{10000}',
    '🧩',
    '🧩a',
    '\u{10ffff}',
  ],
].sort(byCodePoint);

/** Ids that a pattern, a key name or a normal form could take for one another. */
const LOOKALIKES = [
  ...[
    '*',
    '**',
    'a*b',
    'aXb',
    '?',
    'a?b',
    '[ab]',
    'a',
    'b',
    '^',
    '$',
    '.',
    'a.b',
    '\\',
    'a\\*b',
    '%',
    '_',
    '{a}',
    '{a}:b',
    '{',
    '}',
  ],
  ...[
    'a:b',
    'a:b:c',
    ':',
    'a:',
    'a\nb',
    'a\r\nb',
    ' a',
    'a ',
    'A',
    'é',
    'e\u0301',
    'ﬁ',
    'fi',
    'İ',
    'i\u0307',
    '\u0000',
    'a\u0000',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    '0',
    '00',
    '1',
    'null',
    'undefined',
    '🧩',
    '[object Object]',
    'x'.repeat(512),
  ],
];

function byCodePoint(a: string, b: string): number {
  const [x, y] = [[...a], [...b]];
  const at = x.findIndex((point, i) => point !== y[i]);
  if (at < 0) return x.length - y.length;
  return (x[at]?.codePointAt(0) ?? 0) - (y[at]?.codePointAt(0) ?? -1);
}

const all = { prefix: '', after: null, limit: 1000 };

export const idCases: readonly ContractCase[] = [
  contractCase(
    'Ids are independent: what happens to one leaves the others as they are',
    {},
    async ({ store, author, put }) => {
      const states = new Map<string, Snapshot>();
      const commits = new Map(LOOKALIKES.map((id) => [id, author.begin(null, { id }, [author.receipt('a')])]));
      for (const [id, commit] of commits) states.set(id, await put(id, commit));
      const check = async (rule: string): Promise<void> => {
        for (const [id, commit] of commits) {
          const head = states.get(id) ?? null;
          sameSnapshot(await store.read(id), head, `${rule} (${JSON.stringify(id)})`);
          const entries = head?.status === 'live' ? commit.entries : [];
          sameLog(await store.readLog(id, 0), { head, entries }, `${rule} (${JSON.stringify(id)})`);
          sameReceipt(await store.findReceipt(id, 'a'), commit.receipts[0] ?? null, `${rule} (${JSON.stringify(id)})`);
        }
      };
      await check('Each id has its own context.');
      for (const [n, id] of LOOKALIKES.entries()) {
        const live = commits.get(id)?.next;
        if (n % 2 === 0 && live) states.set(id, await put(id, author.end(live)));
      }
      await check('A deletion takes no other id with it.');
    },
  ),

  contractCase('Listing is by code point', {}, async ({ store, author, put }) => {
    for (const [n, id] of ORDERED.entries()) if (n % 2 === 0) await put(id, author.begin(null, { id }));
    for (const [n, id] of ORDERED.entries()) if (n % 2 === 1) await put(id, author.begin(null, { id }));
    same(
      (await store.list(all)).map(({ id }) => id),
      ORDERED,
      'Ids are listed by their code points, as in UTF-8.',
    );
  }),

  contractCase('Listing with a prefix takes it literally', {}, async ({ store, author, put }) => {
    for (const id of LOOKALIKES) await put(id, author.begin(null, {}));
    for (const prefix of ['', ...LOOKALIKES, 'a:b:', 'e', 'none', '[', 'x'.repeat(500)]) {
      const ids = (await store.list({ prefix, after: null, limit: 1000 })).map(({ id }) => id);
      const expected = LOOKALIKES.filter((id) => id.startsWith(prefix)).sort(byCodePoint);
      same(ids, expected, `Listed are the ids that start with exactly ${JSON.stringify(prefix)}.`);
    }
  }),

  contractCase(
    'Listing goes on after any string, an id or not, within a prefix or not',
    {},
    async ({ store, author, put }) => {
      for (const id of ORDERED) await put(id, author.begin(null, {}));
      for (const prefix of ['', 'a', 'a:', '🧩', 'none']) {
        for (const after of [...ORDERED, '', 'a:a', 'a9', '\u{10ffff}z', '🧨', '\uf000']) {
          const ids = (await store.list({ prefix, after, limit: 1000 })).map(({ id }) => id);
          const expected = ORDERED.filter((id) => id.startsWith(prefix) && byCodePoint(id, after) > 0);
          const rule = `Listed are the ids that start with ${JSON.stringify(prefix)} and come after ${JSON.stringify(after)}.`;
          same(ids, expected, rule);
        }
      }
    },
  ),

  contractCase('Listing takes full pages, down to none', {}, async ({ store, author, put }) => {
    const ids = Array.from({ length: 250 }, (_, n) => `page-${n}`).sort(byCodePoint);
    await Promise.all(ids.map((id) => put(id, author.begin(null, {}))));
    for (const name of ['other', 'page-0-gone', 'page-1-gone', 'page-10-gone', 'page-gone']) {
      const live = await put(name, author.begin(null, {}));
      if (name !== 'other') await put(name, author.end(live));
    }
    for (const limit of [1, 7, 100, 250, 251]) {
      const seen: string[] = [];
      for (let after: string | null = null; ; after = seen.at(-1) ?? null) {
        const page = await store.list({ prefix: 'page-', after, limit });
        const size = Math.min(limit, ids.length - seen.length);
        same(page.length, size, `A page of ${limit} is full as long as there are contexts, whatever was deleted.`);
        seen.push(...page.map(({ id }) => id));
        if (page.length < limit) break;
      }
      same(seen, ids, `Pages of ${limit} list every id once.`);
    }
    same(await store.list({ ...all, limit: 0 }), [], 'A page of none is empty.');
  }),

  contractCase('Listing has each live context with its head, and nothing that has ended', {}, async (trial) => {
    const { store, author, put } = trial;
    const check = async (expected: Readonly<Record<string, LiveContext>>, rule: string): Promise<void> => {
      const listed = await store.list(all);
      same(
        listed.map(({ id }) => id),
        Object.keys(expected),
        rule,
      );
      for (const { id, head } of listed) sameHead(head, expected[id] ?? null, 'A listing shows the head as it stands.');
    };
    await check({}, 'An empty store lists nothing.');
    const a = await put('a', author.begin(null, { n: 1 }));
    const b = await put('b', author.begin(null, { n: 1 }));
    const c = await put('c', author.restore(null, { n: 1 }, 30));
    await check({ a, b, c }, 'What was made is listed.');
    const longer = await put('a', author.advance(a, [{ n: 'longer' }, { n: 'longer still' }]));
    await put('b', author.note(b, [author.receipt('r')]));
    await check({ a: longer, b, c }, 'What goes on stays listed, once.');
    const tombstone = await put('a', author.end(longer));
    await put('c', author.end(c));
    await check({ b }, 'What was deleted is not listed.');
    const anew = await put('a', author.begin(tombstone, { n: 2 }));
    await check({ a: anew, b }, 'What was made anew is listed again.');
    await store.commit('b', author.end(author.begin(null, {}).next));
    await store.commit('d', author.advance(b, [{ n: 9 }]));
    await check({ a: anew, b }, 'A conflict changes nothing in a listing.');
  }),
];
