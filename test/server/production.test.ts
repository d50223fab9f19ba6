import { getIntrospectionQuery } from 'graphql';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { showingOf } from '../../src/server/showing.ts';
import { type ListeningApp, startApp } from '../helpers/app.ts';

afterEach(() => vi.unstubAllEnvs());

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string }[];
}

async function post({ address }: ListeningApp, query: string, variables = {}): Promise<Answer> {
  const response = await fetch(address.http, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Answer;
}

const misspelt = '{ contxt(id: "a") { version } }';
const wrongVariable = 'query ($version: Version) { sync(id: "a", version: $version) { __typename } }';

describe('in production', () => {
  it('the server shows nothing of itself unless it is told to', () => {
    const env = { NODE_ENV: 'production' };
    const all = { graphiql: true, dashboard: true, introspection: true };
    const none = { graphiql: false, dashboard: false, introspection: false };
    expect(showingOf({}, env)).toEqual(none);
    expect(showingOf(all, env)).toEqual(all);
    expect(showingOf({}, {})).toEqual(all);
    expect(showingOf(none, {})).toEqual(none);
  });

  it('there is no page, no schema, and no word of what else there is', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    const app = await startApp();
    const page = await fetch(app.address.http, { headers: { accept: 'text/html' } });
    expect(await page.text()).not.toContain('GraphiQL');
    for (const query of [getIntrospectionQuery(), '{ __type(name: "Query") { name } }']) {
      expect((await post(app, query)).errors?.[0]?.message).toContain('introspection has been disabled');
    }
    for (let i = 0; i < 2; i += 1) {
      expect(await post(app, misspelt)).toMatchObject({
        errors: [{ message: 'Cannot query field "contxt" on type "Query".' }],
      });
    }
    expect(JSON.stringify(await post(app, wrongVariable, { version: 'x' }))).not.toContain('Did you mean');
    expect(await post(app, '{ __typename }')).toEqual({ data: { __typename: 'Query' } });
  });

  it('they are there for whoever develops', async () => {
    const app = await startApp();
    expect((await post(app, misspelt)).errors?.[0]?.message).toContain('Did you mean "context"');
    expect(await post(app, '{ __schema { __typename } }')).toHaveProperty('data.__schema');
  });
});
