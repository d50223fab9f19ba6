import { Fault } from './history.ts';

/** What one simulation came to: its first fault, and, where asked for, everything that led there. */
export class Journal {
  readonly lines: string[] = [];
  readonly #isKept: boolean;
  readonly #time: () => number;
  #fault: string | null = null;

  constructor(isKept: boolean, time: () => number) {
    this.#isKept = isKept;
    this.#time = time;
  }

  get fault(): string | null {
    return this.#fault;
  }

  note(line: () => string): void {
    if (this.#isKept) this.lines.push(`${String(this.#time()).padStart(6)} ms  ${line()}`);
  }

  /** Runs a check; what it finds is a fault, and what else it throws is one too. */
  check(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.blame(error);
    }
  }

  blame(error: unknown): void {
    const text = error instanceof Fault ? error.message : String(error instanceof Error ? error.stack : error);
    this.note(() => `FAULT: ${text}`);
    this.#fault ??= text;
  }
}
