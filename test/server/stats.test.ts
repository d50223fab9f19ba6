import { describe, expect, it } from 'vitest';
import { startApp } from '../helpers/app.ts';
import { streams } from '../helpers/as-viewers.ts';
import { transports } from '../helpers/transports.ts';

const QUERY =
  '{ stats { processes connections subscriptions watchedContexts commits operations eventsSent syncFull } }';

describe.each(transports)('stats over $name', ({ open }) => {
  it('tell what the server does, now and then', async () => {
    const { client, server } = await open();
    await server.manager.set('a', {});
    await server.manager.sync('a');
    const { data, errors } = await client.run(QUERY, {});
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ stats: { processes: 1, commits: 1, syncFull: 1 } });
    const events = client.subscribe(`subscription ${QUERY}`, {});
    expect((await events.next()).value?.data).toMatchObject({ stats: { commits: 1 } });
    await events.return?.();
  });
});

describe.each(Object.entries(streams))('stats over %s', (_, subscribe) => {
  it('are for those who may administer everything', async () => {
    const app = await startApp({
      access: {
        authenticate: ({ token = '' }) => ({
          name: token,
          policy: token === 'admin' ? { admin: ['*'] } : { read: ['*'] },
        }),
      },
    });
    const query = 'subscription { stats { processes } }';
    const own = subscribe(app, 'admin', query);
    expect((await own.next()).value).toEqual({ data: { stats: { processes: 1 } } });
    await own.return?.();
    const other = await subscribe(app, 'reader', query)
      .next()
      .then(
        ({ value }) => value,
        (error) => error,
      );
    expect(JSON.stringify(other)).toContain('FORBIDDEN');
  });
});
