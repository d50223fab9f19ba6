import { AssertionError } from 'node:assert';
import { describe, expect, test } from 'vitest';
import { storeContract } from '../../src/store/contract.ts';
import { MemoryStore, type MemoryStoreOptions } from '../../src/store/memory-store.ts';
import type { Store } from '../../src/store/store.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import * as broken from './broken-stores.ts';
import { InterceptedStore } from './intercepted-store.ts';
import { PassThrough } from './pass-through.ts';

type Make = (options: MemoryStoreOptions) => Store;

/** What the contract says of a store: each case that it fails, with the error's message. */
async function failures(make: Make): Promise<Map<string, string>> {
  const failed = new Map<string, string>();
  for (const { name, run } of storeContract) {
    const clock = new FakeClock();
    const create = async (options: MemoryStoreOptions) => make({ ...options, clock });
    try {
      await run({ create, elapse: async (ms) => clock.elapse(ms), tellWithinMs: 200 });
    } catch (error) {
      expect(error, name).toBeInstanceOf(AssertionError);
      failed.set(name, (error as Error).message);
    }
  }
  return failed;
}

interface Fault {
  readonly what: string;
  readonly Broken: broken.BrokenStore;
  /** Cases that must fail. */
  readonly cases: readonly string[];
  /** Set where those are all that can tell. */
  readonly only?: true;
}

const commit = '(1) One atomic commit:';
const chain = '(2) A chain without holes:';
const reads = '(3) Reads that follow writes:';
const tombstones = '(4) Tombstones:';
const receipts = '(5) Receipts:';
const tells = '(6) Commits are told:';
const joint = '(9) Several commits as one:';
const sequences = 'Random sequences: 20 of 60 steps do what a plain model does';
const races = [
  `${commit} of concurrent first versions exactly one wins`,
  `${commit} of concurrent writes and deletions exactly one wins`,
  `${commit} of concurrent new lives on a tombstone exactly one wins`,
  `${commit} writers who try again after a conflict lose nothing`,
];

const faults: readonly Fault[] = [
  {
    what: 'ignores the expected position',
    Broken: broken.IgnoresExpectedPosition,
    cases: [`${commit} expecting an older version is a conflict and writes nothing`, ...races, sequences],
  },
  {
    what: 'compares versions and nothing else',
    Broken: broken.ComparesVersionsOnly,
    cases: [
      `${commit} expecting the version that stands, with another tag is a conflict and writes nothing`,
      `${commit} expecting the version and tag that stand, in another life is a conflict and writes nothing`,
      `${commit} expecting a live version where its own tombstone stands is a conflict and writes nothing`,
    ],
  },
  {
    what: 'checks first and writes a moment later (Chord fault 1)',
    Broken: broken.ChecksThenWrites,
    cases: races,
    only: true,
  },
  {
    what: 'writes a state without its entries (Chord fault 2)',
    Broken: broken.WritesStateWithoutEntries,
    cases: [`${commit} several versions in one commit each leave their entry`, sequences],
  },
  {
    what: 'writes a state a moment before its entries (Chord fault 2)',
    Broken: broken.WritesStateBeforeEntries,
    cases: [`${reads} heads, contexts and logs belong together while commits race`],
    only: true,
  },
  {
    what: 'keeps the oldest deltas (Chord fault 4)',
    Broken: broken.KeepsOldestDeltas,
    cases: [
      `${chain} past the threshold the oldest go, and only those`,
      `${chain} one commit of more entries than the threshold leaves the newest`,
    ],
  },
  {
    what: 'trims before it appends',
    Broken: broken.TrimsBeforeAppending,
    cases: [`${chain} one commit of more entries than the threshold leaves the newest`],
  },
  {
    what: "leaves the old life's log behind (Chord fault 10)",
    Broken: broken.LeavesOldLog,
    cases: [
      `${chain} an ended head has no entries, and the next life only its own`,
      `${chain} a commit from a live head to another life starts an empty log`,
    ],
  },
  {
    what: 'leaves the log of a replaced life behind (Chord fault 10)',
    Broken: broken.LeavesReplacedLog,
    cases: [`${chain} a commit from a live head to another life starts an empty log`],
  },
  {
    what: 'leaves no tombstone (Chord fault 7)',
    Broken: broken.LeavesNoTombstone,
    cases: [
      `${commit} expecting no trace where a tombstone stands is a conflict and writes nothing`,
      `${tombstones} a deletion leaves the ended head and nothing of the context`,
    ],
  },
  {
    what: "lets the next life go with the tombstone's time",
    Broken: broken.ExpiresTheNextLife,
    cases: [`${tombstones} the life that follows outlasts the tombstone's time`, `${tombstones} each has its own time`],
  },
  {
    what: 'answers a brief log with a part of it',
    Broken: broken.CutsBriefLogs,
    cases: [`${chain} a brief log is whole, or is the head alone where it outweighs the state`],
    only: true,
  },
  {
    what: 'leaves out of every log what a brief one may',
    Broken: broken.IsAlwaysBrief,
    cases: [`${chain} a brief log is whole, or is the head alone where it outweighs the state`],
  },
  {
    what: 'forgets receipts',
    Broken: broken.ForgetsReceipts,
    cases: [
      `${receipts} are kept with the commit that carries them, for its id alone`,
      `${receipts} a commit with a known one is answered by it and writes nothing`,
    ],
  },
  {
    what: 'forgets receipts when their life ends',
    Broken: broken.ForgetsReceiptsOfEndedLives,
    cases: [`${receipts} outlive lives, and the tombstone`, sequences],
    only: true,
  },
  {
    what: 'tests the position before the receipts',
    Broken: broken.TestsPositionBeforeReceipts,
    cases: [`${receipts} are tested before the position`],
  },
  {
    what: 'tells of a commit before it can be read',
    Broken: broken.TellsTooEarly,
    cases: [`${tells} once they can be read, never before`],
    only: true,
  },
  {
    what: 'tells of what moved nothing',
    Broken: broken.TellsOfEveryCall,
    cases: [`${tells} each that moves the head once, and nothing else`],
  },
  {
    what: 'tells of no deletion',
    Broken: broken.TellsOfNoDeletion,
    cases: [`${tells} each that moves the head once, and nothing else`],
  },
  {
    what: 'writes several one by one',
    Broken: broken.CommitsOneByOne,
    cases: [
      `${joint} one that does not fit refuses all, wherever it stands`,
      `${joint} none is told before all can be read`,
    ],
  },
  {
    what: 'looks at all and then writes each',
    Broken: broken.ChecksAllThenWritesEach,
    cases: [`${joint} of rivals, alone or several, each is whole or not at all`],
  },
  {
    what: 'does not look at what moves nothing',
    Broken: broken.PassesOverWhatStays,
    cases: [`${joint} one that moves nothing expects its position all the same`],
    only: true,
  },
  {
    what: 'tells of several before they can be read',
    Broken: broken.TellsOfSeveralTooEarly,
    cases: [`${joint} none is told before all can be read`],
  },
  {
    what: 'hands out the state that it keeps',
    Broken: broken.HandsOutMutableState,
    cases: ['(7) Readers: what they do to what they were handed changes nothing stored'],
    only: true,
  },
  {
    what: 'lists by UTF-16 units',
    Broken: broken.ListsByUtf16,
    cases: ['Listing is by code point'],
  },
  {
    what: 'takes a prefix for a pattern',
    Broken: broken.ListsByPattern,
    cases: ['Listing with a prefix takes it literally'],
    only: true,
  },
  {
    what: 'takes ids of one normal form for one id',
    Broken: broken.NormalisesIds,
    cases: ['Ids are independent: what happens to one leaves the others as they are'],
  },
  {
    what: 'makes empty arrays objects',
    Broken: broken.GarblesEmptyArrays,
    cases: ['Values come back equal: empty objects and empty arrays'],
  },
];

describe('the contract catches a store that', () => {
  for (const { what, Broken, cases, only } of faults) {
    test(what, async () => {
      const failed = [...(await failures((options) => new Broken(options))).keys()];
      expect(failed).toEqual(expect.arrayContaining([...cases]));
      // Several commits as one go past a double of `commit`, whose faults are seen there from the other side.
      const isJoint = cases.some((name) => name.startsWith(joint));
      const told = failed.filter((name) => isJoint || !name.startsWith(joint));
      if (only) expect(told.toSorted()).toEqual(cases.toSorted());
    });
  }

  test('is broken in any of the ways there are here', () => {
    expect(new Set(faults.map(({ Broken }) => Broken))).toEqual(new Set(Object.values(broken)));
  });
});

test('the contract finds nothing wrong with a store that is whole, wrapped or not', async () => {
  expect([...(await failures((options) => new MemoryStore(options)))]).toEqual([]);
  expect([...(await failures((options) => new PassThrough(new MemoryStore(options))))]).toEqual([]);
});

test('the contract finds nothing wrong with a store that is far away', async () => {
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  const far = ({ tell = () => {}, ...options }: MemoryStoreOptions): Store => {
    const inner = new MemoryStore({ ...options, tell: (id) => setImmediate(() => setImmediate(tell, id)) });
    return new InterceptedStore(inner, async (_call, proceed) => {
      await turn();
      const answer = await proceed();
      await turn();
      return answer;
    });
  };
  expect([...(await failures(far))]).toEqual([]);
});

test('the contract says which rule was broken, and how', async () => {
  const failed = await failures((options) => new broken.KeepsOldestDeltas(options));
  expect(failed.get(`${chain} past the threshold the oldest go, and only those`)).toBe(
    'With a deltaThreshold of 4 the newest stay. At .entries.0.version: expected 2, received 1.',
  );
  expect(failed.get(sequences)).toMatch(/equals the model's\. Sequence \d+: .*\n1\. sequence/);
});

test('the contract closes every store that it was given, also where a case fails', async () => {
  let open = 0;
  class Counted extends broken.ForgetsReceipts {
    override async close(): Promise<void> {
      open -= 1;
      await super.close();
    }
  }
  const failed = await failures((options) => {
    open += 1;
    return new Counted(options);
  });
  expect(failed.size).toBeGreaterThan(0);
  expect(open).toBe(0);
});

test('the cases of the contract have names of their own', () => {
  expect(new Set(storeContract.map(({ name }) => name)).size).toBe(storeContract.length);
});
