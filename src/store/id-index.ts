/** The order of ids in listings: by Unicode code point, which is also the order of their UTF-8 bytes. */
export function compareIds(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  for (let i = 0; i < end; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    // Surrogates stand for code points above every other unit, though their own numbers lie below U+E000.
    if (x !== y) return isSurrogate(x) === isSurrogate(y) ? x - y : isSurrogate(x) ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/** A sorted set of ids. */
export class IdIndex {
  readonly #ids: string[] = [];

  add(id: string): void {
    const at = this.#firstNotBefore(id);
    if (this.#ids[at] !== id) this.#ids.splice(at, 0, id);
  }

  remove(id: string): void {
    const at = this.#firstNotBefore(id);
    if (this.#ids[at] === id) this.#ids.splice(at, 1);
  }

  /** At most `limit` ids that start with `prefix` and come after `after`, in order. */
  page(prefix: string, after: string | null, limit: number): readonly string[] {
    const isPastPrefix = after !== null && compareIds(after, prefix) >= 0;
    let at = this.#firstNotBefore(isPastPrefix ? after : prefix);
    if (isPastPrefix && this.#ids[at] === after) at += 1;
    const page: string[] = [];
    for (let id = this.#ids[at]; id?.startsWith(prefix) && page.length < limit; id = this.#ids[at]) {
      page.push(id);
      at += 1;
    }
    return page;
  }

  #firstNotBefore(id: string): number {
    let low = 0;
    let high = this.#ids.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareIds(this.#ids[middle] ?? '', id) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
