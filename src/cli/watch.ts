import process from 'node:process';
import { WebSocket } from 'ws';
import { Connection } from '../client/connection.ts';
import { systemTime } from '../client/time.ts';
import type { Call } from './command.ts';
import { shown } from './endpoint.ts';
import { Following } from './following.ts';
import { placeOf } from './reads.ts';
import { toldOf } from './told.ts';

/** People wait for it, and there are few of them: it comes back sooner than a page that thousands have open. */
const DELAYS = { minMs: 250, maxMs: 5000 };
/** Holding nothing: the server begins with the whole context, now or once there is one. */
const NOTHING = { version: 0 };

/** Tells each event of a context until it is enough, or until it is interrupted, which is how one ends it. */
export async function watch({ id, flags, address, credentials, output }: Call): Promise<void> {
  const place = placeOf(flags);
  let reason = '';
  class Socket extends WebSocket {
    constructor(url: string, protocols: string) {
      super(url, protocols);
      // The connection learns only that it has ended.
      this.on('error', ({ message }) => {
        reason = message;
      });
    }
  }
  const connection = new Connection(
    { url: address.websocket, webSocketImpl: Socket, connectionParams: credentials },
    systemTime,
    DELAYS,
  );
  const following = new Following(id, Object.keys(place).length === 0 ? NOTHING : place, connection, {
    count: flags.count,
    patienceMs: flags.patience,
    onEvent: (event) => output.tell(toldOf(id, event)),
    onLost(error, wasConnected) {
      const what = wasConnected ? 'the connection is lost' : `no connection to ${shown(address.websocket)}`;
      const why = error.code === 'CONNECTION_LOST' ? reason : error.message;
      output.note(`${what}${why === '' ? '' : ` (${why})`}; trying again`);
      reason = '';
    },
    onBack: () => output.note('connected again'),
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => following.close());
  try {
    await following.ended;
  } finally {
    connection.close();
  }
}
