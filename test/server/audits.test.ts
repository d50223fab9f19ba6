import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServer } from '../../src/server/create-server.ts';
import { silentLog } from '../../src/server/log.ts';

const server = createServer({ port: 0, log: silentLog });
let url = '';

beforeAll(async () => {
  url = (await server.listen()).http;
});

afterAll(() => server.close());

// Each asks for the URL when it runs, which is after the server has one.
const audits = serverAudits({ url: () => url });

describe('GraphQL over HTTP, as its specification has it', () => {
  it('is audited in 61 ways', () => {
    expect(audits).toHaveLength(61);
  });

  it.each(audits)('$id: $name', async (audit) => {
    expect(await audit.fn()).toMatchObject({ status: 'ok' });
  });
});
