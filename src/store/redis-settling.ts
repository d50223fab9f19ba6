import { StoreUnavailableError } from '../errors.ts';
import { type Commit, type CommitOutcome, type Log, samePosition } from './store.ts';

/**
 * What became of a commit whose last attempt was refused after an earlier one had gone without an answer. The earlier one may have been
 * executed, and is then what the last one met: a commit knows itself by the tags that it makes, which nobody else has.
 *
 * @throws StoreUnavailableError with `applied: 'UNKNOWN'` where nothing is left to tell
 */
export async function settle(
  commit: Commit,
  refusal: Exclude<CommitOutcome, { kind: 'committed' }>,
  readLog: () => Promise<Log>,
): Promise<CommitOutcome> {
  const { expected, next, receipts } = commit;
  if (samePosition(expected, next.position)) {
    // Receipts alone: equal ones say the same, whoever left them.
    const own = new Set(receipts.map((receipt) => JSON.stringify(receipt)));
    const isOwn = refusal.kind === 'repeated' && refusal.receipts.every((receipt) => own.has(JSON.stringify(receipt)));
    return isOwn ? { kind: 'committed' } : refusal;
  }
  const madeTags = new Set([next.position.tag, ...commit.entries.map(({ tag }) => tag)]);
  if (refusal.kind === 'repeated' && refusal.receipts.some(({ position }) => madeTags.has(position.tag))) {
    return { kind: 'committed' };
  }
  // A conflict's own log may be the head alone.
  switch (wasMade(commit, await readLog())) {
    case true:
      return { kind: 'committed' };
    case false:
      return refusal;
    case undefined:
      throw new StoreUnavailableError({ applied: 'UNKNOWN' });
  }
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
