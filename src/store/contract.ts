import { commitCases } from './contract/commits.ts';
import { type ContractCase, contractCase, type StoreHarness } from './contract/harness.ts';
import { idCases } from './contract/ids.ts';
import { jointCases } from './contract/joint.ts';
import { logCases } from './contract/logs.ts';
import { readCases } from './contract/reads.ts';
import { receiptCases } from './contract/receipts.ts';
import { sequenceCases } from './contract/sequences.ts';
import { tellCases } from './contract/tells.ts';
import { tombstoneCases } from './contract/tombstones.ts';
import { upkeepCases } from './contract/upkeep.ts';
import { valueCases } from './contract/values.ts';

export type { ContractCase, StoreHarness };

/**
 * Everything that `Store` promises, as cases that any store can be held to, under any test runner:
 *
 * ```ts
 * for (const { name, run } of storeContract) test(name, () => run(harness));
 * ```
 *
 * Each case asks the harness for an empty store of its own and closes it at the end, so that cases may run at the same
 * time. How fast a store is makes no difference, apart from the harness's `ttlMs` and `tellWithinMs`. A failure is an
 * AssertionError whose message says which rule was broken and how.
 */
export const storeContract: readonly ContractCase[] = [
  ...commitCases,
  ...logCases,
  ...readCases,
  ...tombstoneCases,
  ...receiptCases,
  ...tellCases,
  ...jointCases,
  ...valueCases,
  ...idCases,
  ...upkeepCases,
  ...sequenceCases,
  contractCase('A store that serves is ready', {}, async ({ store, author, put }) => {
    await store.ready();
    await put('context', author.begin(null, {}));
    await store.ready();
  }),
];
