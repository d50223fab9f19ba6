interface Due<K> {
  /** Undefined once it was dropped or taken. */
  key: K | undefined;
  readonly at: number;
}

/**
 * When to forget what, in the order in which it came, since all of one kind grows equally old. (A Map alone would do, were it not that
 * looking for its first key means passing over all that was deleted before it.)
 */
export class Expiries<K> {
  readonly #dues = new Map<K, Due<K>>();
  #queue: Due<K>[] = [];
  #first = 0;

  /** Sets, or puts off, the time of a key: no earlier than those set before. */
  set(key: K, at: number): void {
    this.delete(key);
    const due = { key, at };
    this.#dues.set(key, due);
    this.#queue.push(due);
  }

  delete(key: K): void {
    const due = this.#dues.get(key);
    if (!due) return;
    due.key = undefined;
    this.#dues.delete(key);
    this.#compact();
  }

  /** Takes out the next key whose time has come; undefined where there is none. */
  take(now: number): K | undefined {
    for (let due = this.#queue[this.#first]; due; due = this.#queue[this.#first]) {
      const { key, at } = due;
      if (key !== undefined && at > now) return undefined;
      this.#first += 1;
      if (key === undefined) continue;
      this.delete(key);
      return key;
    }
    return undefined;
  }

  /** Once more than half of the queue is gone, so that each key pays for its own part of the copy. */
  #compact(): void {
    if (this.#queue.length <= 2 * this.#dues.size + 32) return;
    this.#queue = this.#queue.slice(this.#first).filter(({ key }) => key !== undefined);
    this.#first = 0;
  }
}
