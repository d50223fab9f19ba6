import process from 'node:process';
import { Redis } from 'ioredis';
import type { TestProject } from 'vitest/node';
import { RedisServer } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** One Redis for all tests, each of which keeps to a prefix of its own. */
    redisUrl: string;
    /** What a project of tests runs on. */
    store: 'memory' | 'redis';
  }
}

/** The Redis that `TEST_REDIS_URL` names, or one that is started for this run and stopped at its end. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env['TEST_REDIS_URL'];
  if (given) {
    const redis = new Redis(given, { maxRetriesPerRequest: 0, retryStrategy: () => null });
    await redis.ping().finally(() => redis.disconnect());
    project.provide('redisUrl', given);
    return undefined;
  }
  const server = await RedisServer.start();
  project.provide('redisUrl', server.url);
  return () => server.stop();
}
