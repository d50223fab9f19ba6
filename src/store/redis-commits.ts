import type { Cluster, Redis } from 'ioredis';
import type { Clock } from '../clock.ts';
import { StoreUnavailableError } from '../errors.ts';
import type { RedisCalls } from './redis-calls.ts';
import type { RedisLayout } from './redis-layout.ts';
import { RedisScript } from './redis-scripts.ts';
import { settle } from './redis-settling.ts';
import { Tails } from './redis-tails.ts';
import { entryText, headText, logFrom, positionTexts, receiptFrom, receiptText } from './redis-values.ts';
import { type CommitOf, type JointOutcome, type Log, type Refusal, type StoreOptions, samePosition } from './store.ts';
import { Turns } from './turns.ts';

export interface RedisCommitsOptions extends Required<StoreOptions> {
  readonly redis: Redis | Cluster;
  readonly layout: RedisLayout;
  readonly calls: RedisCalls;
  readonly clock: Clock;
  readonly isSharded: boolean;
  /** Up to how many bytes of deltas a conflict's log always has. */
  readonly briefBytes: number;
  readonly readLog: (id: string, after: number) => Promise<Log>;
}

/** What commit.lua returns: a word, and texts for each commit. */
type Answer = readonly [string, ...(readonly string[])[]];

/** Commits by one script, tried until they are known to be written or refused. */
export class RedisCommits {
  readonly #options: RedisCommitsOptions;
  readonly #script = new RedisScript('commit');
  readonly #turns: Turns;
  readonly #tails: Tails;

  constructor(options: RedisCommitsOptions) {
    this.#options = options;
    this.#turns = new Turns(options.clock);
    this.#tails = new Tails(options.deltaThreshold);
  }

  /** @throws StoreUnavailableError, `applied: 'NO'` only where no attempt can have been executed */
  async run(commits: readonly CommitOf[]): Promise<JointOutcome> {
    let isRepeated = false;
    const whole = new Set<string>();
    try {
      for (;;) {
        const answer = await this.#options.calls.answered(() => this.#send(commits, whole));
        isRepeated ||= answer.isRepeated;
        const [kind, ...parts] = answer.value as Answer;
        if (kind === 'wait') {
          await this.#turns.pause();
          continue;
        }
        if (kind === 'snapshot') {
          commits.forEach(({ id }, i) => {
            if (parts[i]?.length) whole.add(id);
          });
          continue;
        }
        this.#note(commits, kind, parts);
        if (kind === 'committed') return { kind };
        const refusals = parts.map((part) => (part.length === 0 ? null : refusalFrom(kind, part)));
        return isRepeated ? await settle(commits, refusals, this.#options.readLog) : { kind: 'refused', refusals };
      }
    } catch (error) {
      // An attempt before may have been executed, whatever became of the last one.
      throw isRepeated ? new StoreUnavailableError({ applied: 'UNKNOWN', cause: error }) : error;
    }
  }

  #note(commits: readonly CommitOf[], kind: string, parts: readonly (readonly string[])[]): void {
    commits.forEach(({ id }, i) => {
      const [deltas, bytes] = parts[i] ?? [];
      this.#turns.note(id, kind === 'conflict');
      if (kind === 'committed' && deltas !== undefined)
        this.#tails.note(id, { deltas: Number(deltas), bytes: Number(bytes) });
    });
  }

  /** `whole`: of which the state must come along. */
  #send(commits: readonly CommitOf[], whole: ReadonlySet<string>): Promise<unknown> {
    const { redis, deltaThreshold, tombstoneTtlMs, receiptTtlMs, receiptLimit, isSharded, briefBytes } = this.#options;
    return this.#script.run(
      redis,
      commits.flatMap(({ id }) => this.#keysOf(id)),
      [
        deltaThreshold,
        tombstoneTtlMs,
        receiptTtlMs,
        receiptLimit,
        isSharded ? 'SPUBLISH' : 'PUBLISH',
        this.#turns.name,
        Math.max(...commits.map(({ id }) => this.#turns.claimMs(id))),
        briefBytes,
        ...commits.flatMap((commit) => this.#argumentsOf(commit, whole.has(commit.id))),
      ],
    );
  }

  #keysOf(id: string): readonly string[] {
    const { layout } = this.#options;
    const partition = layout.partitionOf(id);
    return [
      layout.context(id),
      layout.log(id),
      layout.receipts(id),
      layout.receiptQueue(id),
      layout.ids(partition),
      layout.idle(partition),
      layout.aged(partition),
      layout.channel(id),
      layout.turn(id),
    ];
  }

  #argumentsOf({ id, commit }: CommitOf, isWhole: boolean): readonly (string | number)[] {
    const { expected, entries, next, receipts, trace = '' } = commit;
    const kind = samePosition(expected, next.position) ? 'stay' : next.status;
    const texts = entries.map(entryText);
    const live = kind === 'live' && next.status === 'live' ? next : null;
    const bytes = texts.reduce((sum, text) => sum + text.length, 0);
    const takesState = live !== null && (isWhole || this.#tails.isOver(id, { ...commit, next: live }, bytes));
    const bound = live && this.#tails.bound(live);
    return [
      id,
      ...positionTexts(expected),
      kind,
      ...positionTexts(next.position),
      headText(next),
      live?.insertedAt ?? '',
      takesState ? JSON.stringify(live.context) : '',
      bound?.deltas ?? '',
      bound?.bytes ?? '',
      trace,
      receipts.length,
      texts.length,
      ...receipts.flatMap((receipt) => [receipt.key, receiptText(receipt)]),
      ...texts,
    ];
  }
}

function refusalFrom(kind: string, texts: readonly string[]): Refusal {
  switch (kind) {
    case 'repeated':
      return { kind, receipts: texts.map(receiptFrom) };
    case 'conflict':
      return { kind, log: logFrom(texts) };
    default:
      throw new TypeError('commit.lua answers committed, repeated or conflict.');
  }
}
