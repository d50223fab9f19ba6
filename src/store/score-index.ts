/** Ids by a number, such as a time: the lowest are found without looking at the others. */
export class ScoreIndex {
  readonly #scores = new Map<string, number>();
  readonly #idsByScore = new Map<number, Set<string>>();
  /** The scores in use, ascending. New times are mostly the latest, so insertion is mostly at the end. */
  readonly #order: number[] = [];

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
    this.#order.splice(this.#firstNotBelow(score), 0, score);
  }

  delete(id: string): void {
    const score = this.#scores.get(id);
    const ids = score === undefined ? undefined : this.#idsByScore.get(score);
    if (score === undefined || !ids) return;
    this.#scores.delete(id);
    ids.delete(id);
    if (ids.size > 0) return;
    this.#idsByScore.delete(score);
    this.#order.splice(this.#firstNotBelow(score), 1);
  }

  /** At most `limit` ids whose score is at most `score`, the lowest first. */
  upTo(score: number, limit: number): readonly string[] {
    const found: string[] = [];
    for (const next of this.#order) {
      if (next > score) break;
      for (const id of this.#idsByScore.get(next) ?? []) {
        if (found.length >= limit) return found;
        found.push(id);
      }
    }
    return found;
  }

  #firstNotBelow(score: number): number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#order[middle] ?? 0) < score) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
