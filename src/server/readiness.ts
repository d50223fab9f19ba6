import type { Clock } from '../clock.ts';

/** How old what is known may be, in milliseconds: whoever asks more often is told the same. */
const FRESH_MS = 1000;
/** What takes longer has failed, in milliseconds. */
const PATIENCE_MS = 1000;
/** How many checks in a row must contradict what was said before something else is said. */
const IN_A_ROW = 2;

/**
 * Whether requests should come here. One check that fails, or succeeds, between others changes nothing: an address that comes and goes costs
 * more than one that is slow for a moment. While the latest check contradicts what is said, the next ones follow by themselves.
 */
export class Readiness {
  readonly #clock: Clock;
  readonly #check: () => Promise<void>;
  #isReady: boolean | undefined;
  #contradictions = 0;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #checking: Promise<void> | undefined;

  /** `check` rejects while requests should go elsewhere. */
  constructor(clock: Clock, check: () => Promise<void>) {
    this.#clock = clock;
    this.#check = check;
  }

  async isReady(): Promise<boolean> {
    if (this.#clock.monotonic() - this.#checkedAt >= FRESH_MS) await this.#look();
    return this.#isReady === true;
  }

  #look(): Promise<void> {
    this.#checking ??= this.#lookOnce().finally(() => {
      this.#checking = undefined;
    });
    return this.#checking;
  }

  async #lookOnce(): Promise<void> {
    const succeeds = await this.#succeeds();
    this.#checkedAt = this.#clock.monotonic();
    this.#isReady ??= succeeds;
    this.#contradictions = succeeds === this.#isReady ? 0 : this.#contradictions + 1;
    if (this.#contradictions >= IN_A_ROW) {
      this.#isReady = succeeds;
      this.#contradictions = 0;
    } else if (this.#contradictions > 0) {
      this.#clock.after(FRESH_MS, () => void this.#look());
    }
  }

  #succeeds(): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(PATIENCE_MS, () => resolve(false));
      const settle = (succeeds: boolean) => () => {
        cancel();
        resolve(succeeds);
      };
      this.#check().then(settle(true), settle(false));
    });
  }
}
