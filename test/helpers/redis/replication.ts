import type { RedisServer } from './server.ts';

/**
 * Resolves once what is written to a master reaches a replica; what is on it is gone then. That a replica is online, or its link up, is not
 * enough: a master holds the stream back until the replica's first acknowledgement, for which up to a second may pass, and
 * one that fails in between takes with it all that was written.
 */
export async function replicates(master: RedisServer): Promise<void> {
  const redis = master.connect();
  try {
    // The one write that any master of a Cluster takes, whatever slots it has, and passes on even where there is nothing.
    await redis.flushall();
    const replicas = await redis.wait(1, 20_000);
    if (replicas < 1) throw new Error('No replica follows the master.');
  } finally {
    redis.disconnect();
  }
}
