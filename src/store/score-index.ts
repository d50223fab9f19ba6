import { SortedList } from './sorted-list.ts';

/** Ids by a number, such as a time: the lowest are found without looking at the others. */
export class ScoreIndex {
  readonly #scores = new Map<string, number>();
  readonly #idsByScore = new Map<number, Set<string>>();
  /** The scores in use, ascending. */
  readonly #order = new SortedList<number>((a, b) => a - b);

  set(id: string, score: number): void {
    if (this.#scores.get(id) === score) return;
    this.delete(id);
    this.#scores.set(id, score);
    const ids = this.#idsByScore.get(score);
    if (ids) {
      ids.add(id);
      return;
    }
    this.#idsByScore.set(score, new Set([id]));
    this.#order.add(score);
  }

  delete(id: string): void {
    const score = this.#scores.get(id);
    const ids = score === undefined ? undefined : this.#idsByScore.get(score);
    if (score === undefined || !ids) return;
    this.#scores.delete(id);
    ids.delete(id);
    if (ids.size > 0) return;
    this.#idsByScore.delete(score);
    this.#order.remove(score);
  }

  /** At most `limit` ids whose score is at most `score`, the lowest first. */
  upTo(score: number, limit: number): readonly string[] {
    const found: string[] = [];
    for (const next of this.#order.from()) {
      if (next > score) break;
      for (const id of this.#idsByScore.get(next) ?? []) {
        if (found.length >= limit) return found;
        found.push(id);
      }
    }
    return found;
  }
}
