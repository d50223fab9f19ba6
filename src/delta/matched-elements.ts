import { diffArrays } from 'diff';

/** A step that takes an element out, and puts it back at an index of what is left then. */
interface Move {
  readonly from: number;
  readonly to: number;
}

/** Which elements of one list are which of another, by their indexes. */
export interface Matched {
  /** Whether an element of the old list is none of the new one. */
  isGone(oldIndex: number): boolean;
  /** Which of the old elements it is; undefined for one that has come. */
  originOf(newIndex: number): number | undefined;
  /** What brings the old elements that are left, without those that are gone, into the order that they have in the new list. */
  moves(): readonly Move[];
}

/**
 * Matches elements of equal identity. As many as can be are left in their order, by the greedy algorithm of Myers, as the package `diff` has
 * it; the others have moved. Of what is in the same place between two that stayed, the one is taken for the other, changed.
 *
 * Undefined where more than `mostEdits` came, went or moved, which bounds what looking for them costs.
 */
export function matched(old: readonly string[], next: readonly string[], mostEdits: number): Matched | undefined {
  const parts = diffArrays([...old], [...next], { maxEditLength: mostEdits });
  if (!parts) return undefined;
  const origins = new Map<number, number>();
  const hunks: { readonly gone: readonly number[]; readonly come: readonly number[] }[] = [];
  let [gone, come]: [number[], number[]] = [[], []];
  let [i, j] = [0, 0];
  for (const { count, removed, added } of parts) {
    for (let n = 0; n < count; n += 1) {
      if (removed) gone.push(i++);
      else if (added) come.push(j++);
      else origins.set(j++, i++);
    }
    if (removed || added) continue;
    hunks.push({ gone, come });
    [gone, come] = [[], []];
  }
  hunks.push({ gone, come });
  const movers = moversAmong(hunks, old, next);
  const moved = new Set(movers.values());
  for (const hunk of hunks) {
    const left = hunk.gone.filter((index) => !moved.has(index));
    const right = hunk.come.filter((index) => !movers.has(index));
    for (const [n, index] of right.slice(0, left.length).entries()) origins.set(index, left[n] as number);
  }
  for (const [to, from] of movers) origins.set(to, from);
  const stayed = new Set(origins.values());
  return {
    isGone: (index) => !stayed.has(index),
    originOf: (index) => origins.get(index),
    moves: () => movesOf(origins, movers),
  };
}

/** By their new indexes, where those were that are elsewhere now. */
function moversAmong(
  hunks: readonly { readonly gone: readonly number[]; readonly come: readonly number[] }[],
  old: readonly string[],
  next: readonly string[],
): ReadonlyMap<number, number> {
  const gone = new Map<string, number[]>();
  for (const index of hunks.flatMap((hunk) => hunk.gone)) {
    const identity = old[index] as string;
    gone.set(identity, [...(gone.get(identity) ?? []), index]);
  }
  const movers = new Map<number, number>();
  for (const index of hunks.flatMap((hunk) => hunk.come)) {
    const from = gone.get(next[index] as string)?.shift();
    if (from !== undefined) movers.set(index, from);
  }
  return movers;
}

/** One for each mover: behind what comes before it in the new list, which is in its place by then. */
function movesOf(origins: ReadonlyMap<number, number>, movers: ReadonlyMap<number, number>): readonly Move[] {
  const inOrder = [...origins].sort(([a], [b]) => a - b);
  const list = inOrder.map(([, origin]) => origin).sort((a, b) => a - b);
  const moves: Move[] = [];
  for (const [place, [index, origin]] of inOrder.entries()) {
    if (!movers.has(index)) continue;
    const from = list.indexOf(origin);
    list.splice(from, 1);
    const before = inOrder[place - 1];
    const to = before ? list.indexOf(before[1]) + 1 : 0;
    list.splice(to, 0, origin);
    if (from !== to) moves.push({ from, to });
  }
  return moves;
}
