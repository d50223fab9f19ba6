import { StoreUnavailableError } from '../errors.ts';
import { type Commit, type CommitOf, type JointOutcome, type Log, type Refusal, samePosition } from './store.ts';

/**
 * What became of commits whose last attempt was refused after an earlier one had gone without an answer. The earlier one may have been
 * executed, and is then what the last one met: a commit knows itself by the tags that it makes, which nobody else has. What is known of
 * one is known of all.
 *
 * @throws StoreUnavailableError with `applied: 'UNKNOWN'` where nothing is left to tell
 */
export async function settle(
  commits: readonly CommitOf[],
  refusals: readonly (Refusal | null)[],
  readLog: (id: string, after: number) => Promise<Log>,
): Promise<JointOutcome> {
  const moves = commits.flatMap(({ id, commit }, i) =>
    samePosition(commit.expected, commit.next.position) ? [] : { id, commit, refusal: refusals[i] },
  );
  if (moves.length === 0) {
    const isOwn = refusals.some((refusal) => refusal?.kind === 'repeated') && areOwn(commits, refusals);
    return isOwn ? { kind: 'committed' } : { kind: 'refused', refusals };
  }
  for (const { id, commit, refusal } of moves) {
    // A conflict's own log may be the head alone.
    const made = hasOwn(commit, refusal) || wasMade(commit, await readLog(id, commit.expected?.version ?? 0));
    if (made) return { kind: 'committed' };
    if (made === false) return { kind: 'refused', refusals };
  }
  throw new StoreUnavailableError({ applied: 'UNKNOWN' });
}

/** Receipts alone: equal ones say the same, whoever left them. */
function areOwn(commits: readonly CommitOf[], refusals: readonly (Refusal | null)[]): boolean {
  const own = new Set(commits.flatMap(({ commit }) => commit.receipts.map((receipt) => JSON.stringify(receipt))));
  return refusals.every(
    (refusal) =>
      refusal === null ||
      (refusal.kind === 'repeated' && refusal.receipts.every((receipt) => own.has(JSON.stringify(receipt)))),
  );
}

/** Whether one of the receipts that were met is of a version that this commit makes. */
function hasOwn({ next, entries }: Commit, refusal: Refusal | null | undefined): boolean {
  if (refusal?.kind !== 'repeated') return false;
  const madeTags = new Set([next.position.tag, ...entries.map(({ tag }) => tag)]);
  return refusal.receipts.some(({ position }) => madeTags.has(position.tag));
}

/** Whether what stands now has come out of this commit; undefined where that can't be told any more. */
function wasMade({ expected, next }: Commit, { head, entries }: Log): boolean | undefined {
  const { life, version, tag } = next.position;
  if (samePosition(head?.position ?? null, next.position)) return true;
  if (head?.position.life === life) {
    // Only this commit can have begun the life that it begins.
    if (expected?.life !== life) return true;
    const entry = entries.find((made) => made.version === version);
    if (entry) return entry.tag === tag;
    return next.status === 'ended' || head.position.version < version ? false : undefined;
  }
  // A life that none came before.
  return expected === null && head?.floor === 0 ? false : undefined;
}
