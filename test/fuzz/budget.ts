/** How many cases there are in all, and where they begin: to see one run again, give it the seed that it has told. */
const CASES = Number(process.env['FUZZ_CASES'] ?? 30_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** What fast-check is to do for a share of all cases, each of which holds so many. */
export function budget(share: number, perRun = 1) {
  return { numRuns: Math.ceil((CASES * share) / perRun), seed: SEED };
}

/** As long as it takes: a million cases take minutes. */
export const PATIENCE_MS = 60_000 + CASES * 5;
