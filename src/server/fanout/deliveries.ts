import type { Outlet } from './member.ts';

/** What becomes of events on their way to subscribers, counted up as it happens; read it whenever you like. */
export interface Deliveries {
  /** Events written to subscribers that share an operation, once for each of them. */
  eventsSent: number;
  /** Those of them that stood for all that a subscriber had missed while its connection was backed up. */
  eventsMerged: number;
  /** Connections that were cut since nothing came from them and they took nothing. */
  cutForSilence: number;
}

export function noDeliveries(): Deliveries {
  return { eventsSent: 0, eventsMerged: 0, cutForSilence: 0 };
}

/** The same outlet, counting what is written to it. */
export class CountedOutlet implements Outlet {
  readonly #outlet: Outlet;
  readonly #deliveries: Deliveries;
  #isBehind = false;

  constructor(outlet: Outlet, deliveries: Deliveries) {
    this.#outlet = outlet;
    this.#deliveries = deliveries;
  }

  get isFree(): boolean {
    return this.#outlet.isFree;
  }

  write(payload: Buffer): void {
    this.#deliveries.eventsSent += 1;
    if (this.#isBehind) this.#deliveries.eventsMerged += 1;
    this.#isBehind = false;
    this.#outlet.write(payload);
  }

  whenFree(run: () => Promise<void>): () => void {
    this.#isBehind = true;
    return this.#outlet.whenFree(run);
  }
}
