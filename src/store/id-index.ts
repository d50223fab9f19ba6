import { SortedList } from './sorted-list.ts';

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
  readonly #ids = new SortedList<string>(compareIds);

  add(id: string): void {
    this.#ids.add(id);
  }

  remove(id: string): void {
    this.#ids.remove(id);
  }

  /** At most `limit` ids that start with `prefix` and come after `after`, in order. */
  page(prefix: string, after: string | null, limit: number): readonly string[] {
    const page: string[] = [];
    const start = after !== null && compareIds(after, prefix) >= 0 ? after : prefix;
    for (const id of this.#ids.from(start)) {
      if (id === after) continue;
      if (page.length >= limit || !id.startsWith(prefix)) break;
      page.push(id);
    }
    return page;
  }
}
