import { createServer, type Server } from '../../src/server/create-server.ts';
import { sendRaw } from '../helpers/raw.ts';

export interface Target {
  readonly server: Server;
  readonly port: number;
  readonly logged: readonly string[];
}

/** What all attacks of a corpus are made on, one after the other. It waits for nobody long. */
export async function startTarget(): Promise<Target> {
  const logged: string[] = [];
  const log = { info: () => {}, error: (message: string) => logged.push(message) };
  const limits = { headersMs: 400, requestMs: 800, idleMs: 400, handshakeMs: 1000 };
  const server = createServer({ port: 0, archive: 'off', log, limits });
  const { port } = await server.listen();
  await server.manager.set('a', { x: 1 });
  return { server, port, logged };
}

/** Whether an ordinary request is answered as ever. */
export async function isWell({ port }: Target): Promise<boolean> {
  const body = '{"query":"{ context(id: \\"a\\") { contextId } }"}';
  const lines = [
    'POST /graphql HTTP/1.1',
    'Host: localhost',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    'Connection: close',
  ];
  const answer = await sendRaw({ port }, `${lines.join('\r\n')}\r\n\r\n${body}`);
  return answer.startsWith('HTTP/1.1 200 OK') && answer.endsWith('{"data":{"context":{"contextId":"a"}}}');
}
