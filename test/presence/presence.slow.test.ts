import { randomUUID } from 'node:crypto';
import { expect, inject, onTestFinished, test } from 'vitest';
import { createServer } from '../../src/server/create-server.ts';
import { silentLog } from '../../src/server/log.ts';
import { Api } from '../helpers/api.ts';
import { eventually } from '../helpers/eventually.ts';
import { MainProcess } from '../helpers/main-process.ts';
import { httpClient } from '../helpers/transports.ts';

const PREFIX = 'presence:';

test('presence on Redis is that of all processes, and outlives none that is killed', async () => {
  const redisUrl = inject('redisUrl');
  const redisPrefix = `presence-${randomUUID()}`;
  const server = createServer({
    port: 0,
    redisUrl,
    redisPrefix,
    presencePrefix: PREFIX,
    archive: 'off',
    log: silentLog,
    drainMs: 0,
  });
  onTestFinished(() => server.close());
  const { http } = await server.listen();
  const env = {
    REDIS_URL: redisUrl,
    ARPEGGIO_REDIS_PREFIX: redisPrefix,
    ARPEGGIO_PRESENCE_PREFIX: PREFIX,
    PORT: '0',
    ARPEGGIO_ARCHIVE: 'off',
  };
  const other = new MainProcess([], env);
  const url = await eventually(
    () => /http:\S+\/graphql/.exec(other.stdout)?.[0] ?? expect.fail(other.stdout + other.stderr),
  );
  const watches = [http, url].map((to) => new Api(httpClient(to)).watch('a', { version: 0 }));
  const events = watches.map((watch) => watch.next().catch(() => {}));
  const present = async () => Object.values((await server.manager.get(`${PREFIX}a`))?.context ?? {});
  await eventually(async () => expect(await present()).toEqual([{ anonymous: 1 }, { anonymous: 1 }]));
  other.child.kill('SIGKILL');
  await other.exit;
  // The others take it for gone after some twenty seconds, which may be all that one wait has patience for.
  await eventually(async () => expect(await present()).toHaveLength(1)).catch(() => {});
  await eventually(async () => expect(await present()).toEqual([{ anonymous: 1 }]));
  await server.manager.set('a', {});
  await events[0];
  await watches[0]?.leave();
}, 60_000);
