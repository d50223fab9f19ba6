import { createServer } from '../../src/server/create-server.ts';
import { silentLog } from '../../src/server/log.ts';
import { groupChat } from '../chord-context.ts';
import { PARTICIPANTS } from './changes.ts';
import type { Start } from './side.ts';

export const arpeggio: Start = async (changes) => {
  const server = createServer({ port: 0, archive: 'off', log: silentLog });
  const { websocket } = await server.listen();
  await server.manager.set('chat', groupChat(PARTICIPANTS));
  return {
    url: websocket,
    async update(count) {
      const updates = Array.from({ length: count }, () => server.manager.update('chat', changes().changes));
      return Math.max(...(await Promise.all(updates)).map(({ context }) => context.version));
    },
    state: async () => (await server.manager.get('chat'))?.context ?? null,
  };
};
