import { afterAll, beforeAll, describe, test } from 'vitest';
import { storeContract } from '../../../src/store/contract.ts';
import { Sentinels } from '../../helpers/redis/sentinels.ts';
import { redisHarness } from './contract.ts';

describe('the store behind Sentinel keeps the contract', () => {
  let sentinels: Sentinels;
  beforeAll(async () => {
    sentinels = await Sentinels.start();
  });
  afterAll(() => sentinels.stop());
  test.each(storeContract)('$name', ({ run }) => run(redisHarness(sentinels.url)));
});
