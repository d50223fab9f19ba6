import { onTestFinished } from 'vitest';
import type { ContextManager } from '../../src/context/manager.ts';
import { createServer, type Server } from '../../src/server/create-server.ts';
import type { ServerOptions } from '../../src/server/server-options.ts';

export interface Node {
  readonly server: Server;
  readonly manager: ContextManager;
  readonly logged: readonly string[];
}

/** So long that nothing is found by it within a test. */
export const NEVER_MS = 2 ** 31 - 1;

/**
 * A server on a Redis, as `arpeggio` starts it; several in one test are several processes in all that concerns Redis, since they share
 * nothing. Closed when the test ends.
 */
export async function startNode(redisUrl: string, options: Omit<ServerOptions, 'redisUrl'> = {}): Promise<Node> {
  const logged: string[] = [];
  const log = { info: (message: string) => logged.push(message), error: (message: string) => logged.push(message) };
  const server = createServer({ port: 0, redisUrl, log, ...options });
  onTestFinished(() => server.close());
  await server.listen();
  return { server, manager: server.manager, logged };
}
