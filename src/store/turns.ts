import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';

/** How long a turn lasts at most, in milliseconds: time enough to decide anew and commit, over a slow network too. */
const TURN_MS = 50;
/** How often in a row a process loses before it asks for a turn. */
const LOSSES = 3;
/** How long to wait before asking again whether a turn is over, in milliseconds. */
const PAUSE_MS = 2;
/** How many contended contexts are kept in mind. */
const REMEMBERED = 1000;

/**
 * One process's manners among others that write to the same contexts. Whoever is nearer to Redis would win every race; so one that has
 * lost three times in a row asks for a turn, which the others let pass. (One who takes a turn and then has nothing to commit, as with a
 * condition that does not hold any more, keeps the others waiting for as long as the turn lasts.)
 */
export class Turns {
  /** What the others know this process by. */
  readonly name = randomUUID();
  readonly #clock: Clock;
  /** How often in a row a commit met a conflict, by id; only those that did. */
  readonly #losses = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(id: string, isLost: boolean): void {
    const losses = this.#losses.get(id) ?? 0;
    this.#losses.delete(id);
    if (!isLost) return;
    this.#losses.set(id, losses + 1);
    const [oldest] = this.#losses.keys();
    if (this.#losses.size > REMEMBERED && oldest !== undefined) this.#losses.delete(oldest);
  }

  /** For how many milliseconds the next conflict takes the turn; 0: not yet. */
  claimMs(id: string): number {
    return (this.#losses.get(id) ?? 0) >= LOSSES - 1 ? TURN_MS : 0;
  }

  pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.after(PAUSE_MS * (0.5 + Math.random()), resolve);
    });
  }
}
