import pLimit from 'p-limit';
import type { Clock } from '../../clock.ts';

/** What was answered in one round already, by whom it is about. */
export type Round = Map<string, Promise<boolean>>;
type Check = (round: Round) => Promise<void>;

/** How many are under way at once. */
const AT_ONCE = 16;

/** Asks again and again whether those who stay connected still may. One timer for all, and none while there is nobody. */
export class Rechecks {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #checks = new Set<Check>();
  #isWaiting = false;
  #cancel = (): void => {};

  constructor(clock: Clock, everyMs: number) {
    this.#clock = clock;
    this.#everyMs = everyMs;
  }

  /** Runs the check with each round, until the returned function is called. It must not reject. */
  add(check: Check): () => void {
    // The same function may be there twice.
    const own: Check = (round) => check(round);
    this.#checks.add(own);
    this.#wait();
    return () => {
      this.#checks.delete(own);
      if (this.#checks.size === 0) this.close();
    };
  }

  close(): void {
    this.#cancel();
    this.#isWaiting = false;
  }

  #wait(): void {
    if (this.#isWaiting || this.#checks.size === 0) return;
    this.#isWaiting = true;
    this.#cancel = this.#clock.after(this.#everyMs, () => void this.#run());
  }

  async #run(): Promise<void> {
    const round: Round = new Map();
    const limit = pLimit(AT_ONCE);
    await Promise.all([...this.#checks].map((check) => limit(async () => this.#checks.has(check) && check(round))));
    this.#isWaiting = false;
    this.#wait();
  }
}
