import { expect, it } from 'vitest';
import type { Viewer } from '../../src/access/viewer.ts';
import type { LogFields } from '../../src/server/log.ts';
import { startApp } from '../helpers/app.ts';
import { streams, transports } from '../helpers/as-viewers.ts';

/** Stands in every id, key, value, variable and token. */
const CANARY = 'cuckoo7';
const TOKEN = `${CANARY}-token`;
const ID = `${CANARY}:room`;

const queries = [
  `mutation { setContext(id: "${ID}", context: { ${CANARY}: "${CANARY}" }, requestId: "${CANARY}") { context { version } } }`,
  `mutation { updateContext(id: "${ID}", changes: { ${CANARY}: "${CANARY} 2" }) { delta { delta } } }`,
  `mutation { updateContext(id: "${ID}", changes: {}, expectedCursor: "${CANARY}") { delta { version } } }`,
  `mutation { setContext(id: "${ID}", context: { a: 1e400 }) { context { version } } }`,
  `mutation { exportContext(id: "${ID}") { version } }`,
  `mutation { restoreContext(id: "${ID}", force: true) { version } }`,
  `{ context(id: "${ID}") { context } sync(id: "${ID}", version: 1) { ... on Delta { delta } } contexts(prefix: "${CANARY}") { edges { cursor } } }`,
  `{ sync(id: "${CANARY} none", cursor: "${CANARY}") { __typename } }`,
  `{ ${CANARY} }`,
  `{ "${CANARY}`,
];

it('nothing that anybody has asked, stored or shown to say who they are is in any log or metric, or in what another is told', async () => {
  const lines: unknown[] = [];
  const note = (message: string, fields?: LogFields): void => void lines.push([message, fields]);
  let fails = false;
  const fail = (): never => {
    throw new Error(`${CANARY} in what is thrown`);
  };
  const app = await startApp({
    log: { debug: note, info: note, error: note },
    deltaFormatter: () => (fails ? fail() : []),
    exportContext: async () => {
      if (fails) fail();
    },
    restoreContext: async () => (fails ? fail() : { context: { [CANARY]: CANARY }, version: 9 }),
    access: {
      authenticate: ({ token }): Viewer | null =>
        token === TOKEN
          ? { name: CANARY, policy: { read: ['*'], write: ['*'], archive: ['*'], admin: ['*'] } }
          : token === 'other'
            ? { name: 'other', policy: { read: ['mine:*'], write: ['mine:*'], archive: ['mine:*'] } }
            : null,
    },
  });
  const told: unknown[] = [];
  for (const failing of [false, true]) {
    fails = failing;
    for (const run of Object.values(transports)) {
      for (const query of queries) await run(app, TOKEN, query).catch(() => {});
      await run(app, `${TOKEN} that is nobody's`, queries[6] ?? '').catch(() => {});
      for (const query of queries) {
        const own = query.replaceAll(ID, 'mine:room');
        // Its own words come back to it; of the other's room there is nothing but that.
        if (!own.includes(CANARY)) told.push(await run(app, 'other', own).catch((error) => error));
      }
      told.push(await run(app, 'other', '{ contexts { edges { node { contextId version } } } }'));
    }
    for (const subscribe of Object.values(streams)) {
      const events = subscribe(
        app,
        TOKEN,
        `subscription { contextChanged(id: "${ID}", version: 0) { ... on Delta { delta } } }`,
      );
      await events.next().catch(() => {});
      await events.return?.();
    }
  }
  expect(lines.length).toBeGreaterThan(50);
  expect(JSON.stringify(lines)).toContain('Unexpected');
  const metrics = await fetch(`${app.origin}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
  expect(metrics.status).toBe(200);
  const text = await metrics.text();
  expect(text).toMatch(/arpeggio_commits_total\S* [1-9]/);
  for (const seen of [JSON.stringify(lines), text, JSON.stringify(told)]) expect(seen).not.toContain(CANARY);
});
