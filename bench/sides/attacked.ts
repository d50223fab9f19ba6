import { createServer } from '../../src/server/create-server.ts';
import { silentLog } from '../../src/server/log.ts';
import { shortPatience } from '../../test/attacks/patience.ts';
import type { Start } from './side.ts';

/** Arpeggio as test/attacks finds it. */
export const attacked: Start = async () => {
  const server = createServer({ port: 0, archive: 'off', log: silentLog, limits: shortPatience });
  const { websocket } = await server.listen();
  await server.manager.set('a', { x: 1 });
  return { url: websocket, update: () => Promise.reject(new Error('Only attacks change it.')) };
};
