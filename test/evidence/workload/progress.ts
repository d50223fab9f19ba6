/** How many of a run's operations are done: the only clock that its clients go by, so that no seed depends on a machine's speed. */
export class Progress {
  readonly #total: number;
  readonly #waiting = new Set<{ readonly at: number; readonly go: () => void }>();
  #taken = 0;
  #done = 0;

  constructor(total: number) {
    this.#total = total;
  }

  get isOver(): boolean {
    return this.#done >= this.#total;
  }

  /** Whether there is one more operation to do. */
  take(): boolean {
    if (this.#taken >= this.#total) return false;
    this.#taken += 1;
    return true;
  }

  done(): void {
    this.#done += 1;
    for (const waiting of this.#waiting) {
      if (!this.isOver && this.#done < waiting.at) continue;
      this.#waiting.delete(waiting);
      waiting.go();
    }
  }

  /** Resolves when so many more are done, or all. */
  passed(count: number): Promise<void> {
    if (this.isOver || count <= 0) return Promise.resolve();
    return new Promise((go) => this.#waiting.add({ at: this.#done + count, go }));
  }
}
