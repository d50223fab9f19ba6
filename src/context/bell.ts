import type { Clock } from '../clock.ts';

/** Remembers that it was rung, so that a ring between two waits is not lost. Any number of rings are one. */
export class Bell {
  #isRung = false;
  #wake: (() => void) | undefined;

  readonly ring = (): void => {
    this.#isRung = true;
    this.#wake?.();
  };

  /** From here on only new rings count. */
  reset(): void {
    this.#isRung = false;
  }

  /** Resolves once rung since the last reset, or after `ms` milliseconds. */
  async wait(clock: Clock, ms: number): Promise<void> {
    if (this.#isRung) return;
    await new Promise<void>((resolve) => {
      const cancel = clock.after(ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
    this.#wake = undefined;
  }
}
