// A delta format of one's own: the list of key, action and values that Chord's README makes with its custom formatter.
import { type Change, createServer, type DeltaFormatter, type Json, silentLog } from '../src/index.ts'; // 'arpeggio'

const deltaFormatter: DeltaFormatter = (changes) => changes.map(listed);

function listed(change: Change): Json {
  const { path: key, action } = change;
  switch (change.action) {
    case 'added':
      return { key, action, value: change.value };
    case 'modified':
      return { key, action, old_value: change.oldValue, value: change.value };
    case 'removed':
      return { key, action, old_value: change.oldValue };
  }
}

const server = createServer({ deltaFormatter, log: silentLog });

await server.manager.set('a', { a: { b: { c: { d: '1', e: '3' } } } });
await server.manager.update('a', { a: { f: 'new', b: { c: { d: '2' } } } }, { remove: [['a', 'b', 'c', 'e']] });

// Wherever `delta` is asked for without a format: in the answer to a write, in sync, and in subscriptions.
const query = '{ sync(id: "a", version: 1) { ... on Delta { delta patch: delta(format: JSON_PATCH) } } }';
const response = await server.fetch(
  new Request('http://127.0.0.1/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  }),
);
const { data } = (await response.json()) as { data: { sync: { delta: Json[]; patch: Json[] } } };
console.log('delta, as the formatter makes it:');
for (const change of data.sync.delta) console.log(`  ${JSON.stringify(change)}`);
console.log('patch, in a format of the API:');
for (const operation of data.sync.patch) console.log(`  ${JSON.stringify(operation)}`);

await server.close();
