import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { createServer, type Server } from '../../src/server/create-server.ts';
import { sendRaw } from '../helpers/raw.ts';
import { shortPatience } from './patience.ts';

export interface Target {
  readonly server: Server;
  readonly port: number;
  readonly logged: readonly string[];
}

/** The one target of a file's attacks, which each of them must leave as it was. */
export function sharedTarget(): () => Target {
  const prototype = Object.getOwnPropertyNames(Object.prototype);
  let target: Target;
  beforeAll(async () => {
    target = await startTarget();
  });
  afterEach(async () => {
    expect(await isWell(target)).toBe(true);
    expect(target.logged).toEqual([]);
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(prototype);
  });
  afterAll(() => target.server.close());
  return () => target;
}

/** It waits for nobody long. */
async function startTarget(): Promise<Target> {
  const logged: string[] = [];
  const log = { info: () => {}, error: (message: string) => logged.push(message) };
  const server = createServer({ port: 0, archive: 'off', log, limits: shortPatience });
  const { port } = await server.listen();
  await server.manager.set('a', { x: 1 });
  return { server, port, logged };
}

/** Whether an ordinary request is answered as ever. */
async function isWell({ port }: Target): Promise<boolean> {
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
