import type { RemoteSide } from './sides/remote.ts';
import type { Join } from './subscriber.ts';

/** How many connect at once. */
const AT_ONCE = 200;

/** Subscribers of one server, each of whom knows which version it was told last. */
export class Crowd {
  readonly #server: RemoteSide;
  readonly #leave: (() => void)[] = [];
  readonly #versions: number[] = [];
  #behind = 0;
  #awaited = Number.POSITIVE_INFINITY;
  #onAll = (): void => {};
  #onCut = (_error: Error): void => {};
  #cut = 0;

  constructor(server: RemoteSide) {
    this.#server = server;
  }

  /** Resolves once every subscription listens: until then there is no word of it, so that updates are made until all are told of one. */
  async join(count: number, joinOf: (n: number) => Join): Promise<void> {
    for (let joined = 0; joined < count; joined += AT_ONCE) {
      const some = Array.from({ length: Math.min(AT_ONCE, count - joined) }, (_, n) => this.#add(joinOf(joined + n)));
      await Promise.all(some);
    }
    for (;;) {
      const told = this.deliver(1).then(() => true);
      if (await Promise.race([told, new Promise((resolve) => setTimeout(resolve, 1000, false))])) return;
    }
  }

  /**
   * One burst of updates that are under way together. A side may merge them: what counts is that all are told of the last. Rejects where
   * a subscriber is cut: it would be waited for in vain.
   */
  async deliver(updates: number): Promise<void> {
    const version = await this.#server.update(updates);
    if (this.#cut > 0) throw this.#cutError();
    this.#awaited = version;
    this.#behind = this.#versions.filter((told) => told < version).length;
    if (this.#behind === 0) return;
    await new Promise<void>((resolve, reject) => {
      this.#onAll = resolve;
      this.#onCut = reject;
    });
  }

  leave(): void {
    for (const leave of this.#leave) leave();
  }

  async #add(join: Join): Promise<void> {
    const me = this.#versions.push(0) - 1;
    const onVersion = (version: number): void => {
      const before = this.#versions[me] ?? 0;
      if (version <= before) return;
      this.#versions[me] = version;
      if (before >= this.#awaited || version < this.#awaited) return;
      this.#behind -= 1;
      if (this.#behind === 0) this.#onAll();
    };
    const onCut = (): void => {
      this.#cut += 1;
      this.#onCut(this.#cutError());
    };
    this.#leave.push(await join(this.#server.url, onVersion, onCut));
  }

  #cutError(): Error {
    return new Error(`${this.#cut} of ${this.#versions.length} subscribers were cut.`);
  }
}
