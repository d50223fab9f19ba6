import { describe, expect, it } from 'vitest';
import type { Log, LogFields } from '../../src/server/log.ts';
import { makeApp, startApp } from '../helpers/app.ts';
import { transports } from '../helpers/transports.ts';

const RENAME = 'mutation Rename($c: JSONObject!) { updateContext(id: "a", changes: $c) { delta { told: delta } } }';
const FOLLOW = 'subscription Follow { contextChanged(id: "a", version: 0) { ... on Delta { delta } } }';

interface Line {
  readonly message: string;
  readonly fields: LogFields | undefined;
}

class Recorder implements Log {
  readonly lines: Line[] = [];
  info(): void {}
  error(message: string, fields?: LogFields): void {
    this.lines.push({ message, fields });
  }
}

class DebugRecorder extends Recorder {
  debug(message: string, fields?: LogFields): void {
    this.lines.push({ message, fields });
  }
}

function failing(): never {
  throw new Error('a secret');
}

describe.each(transports)('What fails over $name', ({ open }) => {
  it('is logged with the name of its operation and of the field, and nothing of what was asked', async () => {
    const log = new Recorder();
    const { client, server } = await open({ log, deltaFormatter: failing });
    await server.manager.set('a', {});
    for (const n of [1, 2]) await client.run(RENAME, { c: { secret: n } });
    expect(log.lines.map(({ fields }) => fields)).toEqual([
      { operation: 'Rename', field: 'delta' },
      { operation: 'Rename', field: 'delta' },
    ]);
    for (const { message } of log.lines) expect(message).toMatch(/^Unexpected: Error\n/);
    expect(JSON.stringify(log.lines)).not.toContain('secret');
  });

  it('is logged by the name of its subscription too', async () => {
    const log = new Recorder();
    const { client, server } = await open({ log, deltaFormatter: failing });
    await server.manager.set('a', {});
    const events = client.subscribe(FOLLOW, {});
    await events.next();
    await server.manager.update('a', { x: 1 });
    expect((await events.next()).value?.errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
    expect(log.lines.map(({ fields }) => fields)).toEqual([{ operation: 'Follow', field: 'delta' }]);
    await events.return?.();
  });
});

describe('A request id', () => {
  it.each([
    ['in-front/7f3a:1', 'in-front/7f3a:1'],
    ['two words', undefined],
    ['x'.repeat(129), undefined],
  ])('of a proxy goes to the log where it is one: %s', async (id, requestId) => {
    const log = new Recorder();
    const app = await startApp({ log, deltaFormatter: failing });
    await app.server.manager.set('a', {});
    for (const n of [1, 2]) {
      const body = JSON.stringify({ query: RENAME, variables: { c: { n } } });
      const headers = { 'content-type': 'application/json', 'x-request-id': id };
      await (await fetch(app.address.http, { method: 'POST', headers, body })).text();
      await (await app.server.fetch(new Request(app.address.http, { method: 'POST', headers, body }))).text();
    }
    expect(log.lines.length).toBeGreaterThan(1);
    for (const { fields } of log.lines) expect(fields?.['requestId']).toBe(requestId);
  });
});

describe('The log at its most talkative', () => {
  it('tells of every operation what it is called, and nothing of what it asks', async () => {
    const log = new DebugRecorder();
    const { server } = makeApp({ log });
    const ask = async (query: string, variables = {}): Promise<unknown> => {
      const body = JSON.stringify({ query, variables });
      const headers = { 'content-type': 'application/json' };
      return (await server.fetch(new Request('http://localhost/graphql', { method: 'POST', headers, body }))).json();
    };
    await ask('mutation Put($c: JSONObject!) { setContext(id: "secret", context: $c) { context { version } } }', {
      c: { secret: 1 },
    });
    await ask('{ context(id: "secret") { context } }');
    await ask('query Stale { sync(id: "none") { __typename } }');
    const ms = expect.any(Number);
    expect(log.lines).toEqual([
      { message: 'mutation', fields: { operation: 'Put', ms, errors: 0 } },
      { message: 'query', fields: { operation: undefined, ms, errors: 0 } },
      { message: 'query', fields: { operation: 'Stale', ms, errors: 1 } },
    ]);
    expect(JSON.stringify(log.lines)).not.toContain('secret');
  });
});
