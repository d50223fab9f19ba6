import { afterAll, beforeAll, describe, test } from 'vitest';
import { storeContract } from '../../../src/store/contract.ts';
import { RedisCluster } from '../../helpers/redis/cluster.ts';
import { redisHarness } from './contract.ts';

describe('the store on a Cluster of three masters keeps the contract', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await RedisCluster.start();
  });
  afterAll(() => cluster.stop());
  test.each(storeContract)('$name', ({ run }) => run(redisHarness(cluster.url)));
});
