/** A block past this length is split in two. */
const BLOCK = 512;

/**
 * Distinct values in order, in blocks: adding or removing one moves the rest of its block, and not of the whole list.
 */
export class SortedList<T> {
  readonly #compare: (a: T, b: T) => number;
  /** None is empty. */
  readonly #blocks: T[][] = [];

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  add(value: T): void {
    const at = Math.max(0, this.#blockOf(value));
    const block = this.#blocks[at];
    if (!block) {
      this.#blocks.push([value]);
      return;
    }
    const place = this.#placeIn(block, value);
    const there = block[place];
    if (there !== undefined && this.#compare(there, value) === 0) return;
    block.splice(place, 0, value);
    if (block.length > BLOCK) this.#blocks.splice(at + 1, 0, block.splice(BLOCK >> 1));
  }

  remove(value: T): void {
    const at = this.#blockOf(value);
    const block = this.#blocks[at];
    if (!block) return;
    const place = this.#placeIn(block, value);
    const there = block[place];
    if (there === undefined || this.#compare(there, value) !== 0) return;
    block.splice(place, 1);
    if (block.length === 0) this.#blocks.splice(at, 1);
  }

  /** The values from `start` on, in order; all of them, without it. */
  *from(start?: T): Iterable<T> {
    const first = start === undefined ? 0 : Math.max(0, this.#blockOf(start));
    for (let at = first; at < this.#blocks.length; at += 1) {
      const block = this.#blocks[at] ?? [];
      const place = start === undefined || at > first ? 0 : this.#placeIn(block, start);
      for (let i = place; i < block.length; i += 1) yield block[i] as T;
    }
  }

  /** The last block that begins at or before a value; -1 where every block begins after it. */
  #blockOf(value: T): number {
    return firstThat(this.#blocks.length, (i) => this.#compare(this.#blocks[i]?.[0] as T, value) > 0) - 1;
  }

  /** The first place in a block that holds no less than a value. */
  #placeIn(block: readonly T[], value: T): number {
    return firstThat(block.length, (i) => this.#compare(block[i] as T, value) >= 0);
  }
}

/** The first index below `length` that passes, where all behind one that passes pass too; `length` where none does. */
function firstThat(length: number, passes: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (passes(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
