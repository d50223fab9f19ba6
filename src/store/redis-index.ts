import type { Cluster, Redis } from 'ioredis';
import { compareIds } from './id-index.ts';
import type { RedisLayout } from './redis-layout.ts';

/** How many more than twice its share of a page each partition is asked for, so that one round is enough as a rule. */
const SPARE = 3;

/** Reads the next `count` items of one partition behind `last`, or its first ones. */
type Fetch<T> = (partition: number, last: T | undefined, fetched: number, count: number) => Promise<readonly T[]>;

/** The partitions' sorted sets of ids, read as one. */
export class RedisIndex {
  readonly #redis: Redis | Cluster;
  readonly #layout: RedisLayout;

  constructor(redis: Redis | Cluster, layout: RedisLayout) {
    this.#redis = redis;
    this.#layout = layout;
  }

  /** Live ids that start with `prefix` and come after `after`, in order: the first `limit` of them. */
  idsAfter(prefix: string, after: string | null, limit: number): Promise<readonly string[]> {
    const start = after !== null && compareIds(after, prefix) >= 0 ? `(${after}` : `[${prefix}`;
    // No byte of UTF-8 is as high as 0xff.
    const end = prefix === '' ? '+' : Buffer.concat([Buffer.from(`(${prefix}`), Buffer.from([0xff])]);
    const fetch: Fetch<string> = (partition, last, _fetched, count) =>
      this.#redis.zrangebylex(
        this.#layout.ids(partition),
        last === undefined ? start : `(${last}`,
        end,
        'LIMIT',
        0,
        count,
      );
    return this.#first(fetch, compareIds, limit);
  }

  /** Ids whose time is at most `until`, the earliest first: at most `limit`. */
  async idsUpTo(index: 'idle' | 'aged', until: number, limit: number): Promise<readonly string[]> {
    const fetch: Fetch<Timed> = async (partition, _last, fetched, count) => {
      const key = this.#layout[index](partition);
      const found = await this.#redis.zrangebyscore(key, '-inf', until, 'WITHSCORES', 'LIMIT', fetched, count);
      return Array.from({ length: found.length / 2 }, (_, i) => ({
        id: String(found[2 * i]),
        at: Number(found[2 * i + 1]),
      }));
    };
    return (await this.#first(fetch, (a, b) => a.at - b.at, limit)).map(({ id }) => id);
  }

  /**
   * The first `limit` items of all partitions together. Whatever is at most the last item that each unfinished partition has shown is
   * sure to come before everything not shown yet.
   */
  async #first<T>(fetch: Fetch<T>, compare: (a: T, b: T) => number, limit: number): Promise<readonly T[]> {
    if (limit <= 0) return [];
    const { partitions } = this.#layout;
    let count = Math.ceil((2 * limit) / partitions.length) + SPARE;
    const shown = partitions.map(() => [] as T[]);
    let unfinished: readonly number[] = partitions;
    let asked = partitions;
    for (;;) {
      const parts = await Promise.all(
        asked.map((partition) => {
          const known = shown[partition] ?? [];
          return fetch(partition, known.at(-1), known.length, count);
        }),
      );
      const ended = new Set<number>();
      for (const [i, partition] of asked.entries()) {
        shown[partition]?.push(...(parts[i] ?? []));
        if ((parts[i]?.length ?? 0) < count) ended.add(partition);
      }
      unfinished = unfinished.filter((partition) => !ended.has(partition));
      const lasts = unfinished.map((partition) => shown[partition]?.at(-1) as T);
      const bound = lasts.length > 0 ? lasts.reduce((a, b) => (compare(a, b) <= 0 ? a : b)) : undefined;
      const sure = shown.flat().filter((item) => bound === undefined || compare(item, bound) <= 0);
      if (bound === undefined || sure.length >= limit) return sure.sort(compare).slice(0, limit);
      asked = unfinished.filter((_, i) => compare(lasts[i] as T, bound) <= 0);
      // Whoever has more than its share may have all, as the ids of one group.
      count *= 2;
    }
  }
}

interface Timed {
  readonly id: string;
  readonly at: number;
}
