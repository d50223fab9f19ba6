import type { Clock } from '../clock.ts';
import type { ContextStore, Listed, ListQuery } from '../store/store.ts';
import type { ListOptions } from './manager-options.ts';
import type { ContextPage } from './model.ts';

/** All ids of a listing, page by page. */
export async function* listed(
  { first, ...options }: ListOptions & { readonly first: number },
  list: (options: ListOptions) => Promise<ContextPage>,
): AsyncGenerator<string> {
  let last: string | undefined;
  for (;;) {
    const { contexts, hasNextPage } = await list({ ...options, first, ...(last !== undefined && { after: last }) });
    for (const { contextId } of contexts) yield contextId;
    last = contexts.at(-1)?.contextId;
    if (!hasNextPage || last === undefined) return;
  }
}

type Answer = Promise<readonly Listed[]>;

/** Listings of a store, shared by those who look again and again for what has come. */
export class Listings {
  readonly #store: Pick<ContextStore, 'list'>;
  readonly #clock: Clock;
  /** By what was asked, the oldest first. */
  readonly #recent = new Map<
    string,
    { readonly askedAt: number; readonly keepUntil: number; readonly answer: Answer }
  >();

  constructor(store: Pick<ContextStore, 'list'>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  read(query: ListQuery, maxAgeMs = 0): Answer {
    if (maxAgeMs === 0) return this.#store.list(query);
    const now = this.#clock.monotonic();
    const key = JSON.stringify(query);
    const known = this.#recent.get(key);
    if (known && now - known.askedAt < maxAgeMs) return known.answer;
    const answer = this.#store.list(query);
    for (const [other, { keepUntil }] of this.#recent)
      if (keepUntil <= now || other === key) this.#recent.delete(other);
    this.#recent.set(key, { askedAt: now, keepUntil: now + maxAgeMs, answer });
    // Who asked is told; who comes after it asks anew.
    answer.catch(() => this.#recent.delete(key));
    return answer;
  }
}
