import calculateSlot from 'cluster-key-slot';

/** Changes with every change of what the keys hold; two layouts never meet, since it is part of each key. */
const LAYOUT = 'v2';

/** How many parts the ids are spread over. More of them spread better over a Cluster, and make a listing ask more often. */
const PARTITIONS = 256;

/**
 * Which keys hold what. Everything about one id, and its partition's indexes, share a hash tag, the partition's number: one script can
 * write them all together, on a Cluster too.
 */
export class RedisLayout {
  readonly #prefix: string;

  /** `prefix` keeps several environments on one Redis apart; it must not hold a brace, which would be taken for a hash tag. */
  constructor(prefix: string) {
    if (/[{}]/.test(prefix)) throw new TypeError('The prefix of the keys in Redis has no braces.');
    this.#prefix = `${prefix}:${LAYOUT}`;
  }

  readonly partitions: readonly number[] = Array.from({ length: PARTITIONS }, (_, partition) => partition);

  /** The slot that the id, or its `{group}` where it has one, would have on a Cluster, by the number of partitions. */
  partitionOf(id: string): number {
    return calculateSlot(id) % PARTITIONS;
  }

  context(id: string): string {
    return this.#of(id, 'context');
  }

  log(id: string): string {
    return this.#of(id, 'log');
  }

  receipts(id: string): string {
    return this.#of(id, 'receipts');
  }

  /** The keys of the receipts, in the order in which they go. */
  receiptQueue(id: string): string {
    return this.#of(id, 'receipt-queue');
  }

  /** Whose turn it is to commit, while several processes contend. */
  turn(id: string): string {
    return this.#of(id, 'turn');
  }

  /** Where commits on the id are told: a channel, not a key. */
  channel(id: string): string {
    return this.#of(id, 'told');
  }

  /** Live ids, by their bytes. */
  ids(partition: number): string {
    return this.#in(partition, 'ids');
  }

  /** Live ids, by the time of their last commit. */
  idle(partition: number): string {
    return this.#in(partition, 'idle');
  }

  /** Ids that have deltas, by the time of the oldest. */
  aged(partition: number): string {
    return this.#in(partition, 'aged');
  }

  record(name: string): string {
    return `${this.#prefix}:record:${name}`;
  }

  #of(id: string, what: string): string {
    return `${this.#in(this.partitionOf(id), what)}:${id}`;
  }

  #in(partition: number, what: string): string {
    return `${this.#prefix}:{${partition}}:${what}`;
  }
}
