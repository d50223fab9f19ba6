import { describe, inject, test } from 'vitest';
import { storeContract } from '../../../src/store/contract.ts';
import { redisHarness } from './contract.ts';

describe('the store on one Redis keeps the contract', () => {
  const harness = redisHarness(inject('redisUrl'));
  test.each(storeContract)('$name', ({ run }) => run(harness));
});
