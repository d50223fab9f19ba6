/**
 * How a process hears that something was committed. What it hears is a hint and no more: hints may be lost, doubled, late, out of
 * order or false, and say nothing about the commit itself. Who listens reads the store and proves from there what changed.
 */
export interface Feed {
  /**
   * Calls `hear` after commits on `id`, from before the returned promise resolves until the returned function is called. `hear` must
   * return at once and never throw.
   *
   * @throws StoreUnavailableError where the subscription could not be made; nothing is left behind then
   */
  listen(id: string, hear: () => void): Promise<() => void>;

  /** Rejects while what is told elsewhere would not be heard. @default it always would be */
  ready?(): Promise<void>;

  /** How old the latest proof is that what is told elsewhere is heard, in milliseconds. @default nothing has to be proven */
  readonly proofAgeMs?: number;

  close(): Promise<void>;
}
