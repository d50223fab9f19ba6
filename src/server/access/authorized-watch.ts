import type { ContextEvent } from '../../context/model.ts';
import { ForbiddenError } from '../../errors.ts';
import type { Rechecks } from './rechecks.ts';

type Events = AsyncIterableIterator<ContextEvent>;

/**
 * A watch of somebody who may lose the right to it: asked for at the beginning, again before each event is told, and every now and then while
 * there is none.
 */
export class AuthorizedWatch implements Events {
  readonly #ways: { readonly all: Events; readonly nothing: Events };
  readonly #may: () => Promise<boolean>;
  readonly #rechecks: Pick<Rechecks, 'add'>;
  #chosen: Events | undefined;
  #isOver = false;
  /** Ends what is waited for. */
  #refuse = (_error: unknown): void => {};
  #stopRechecks = (): void => {};

  /** Neither way may have begun. */
  constructor(
    ways: { readonly all: Events; readonly nothing: Events },
    may: () => Promise<boolean>,
    rechecks: Pick<Rechecks, 'add'>,
  ) {
    this.#ways = ways;
    this.#may = may;
    this.#rechecks = rechecks;
  }

  async next(): Promise<IteratorResult<ContextEvent>> {
    if (this.#isOver) return DONE;
    try {
      this.#chosen ??= await this.#choose();
      if (this.#isOver) return DONE;
      const result = await this.#wait(this.#chosen);
      if (result.done || this.#isOver) return DONE;
      if (this.#chosen === this.#ways.nothing || (await this.#may())) return result;
      throw new ForbiddenError();
    } catch (error) {
      await this.return();
      throw error;
    }
  }

  async return(): Promise<IteratorResult<ContextEvent>> {
    this.#isOver = true;
    this.#stopRechecks();
    await this.#chosen?.return?.();
    return DONE;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #choose(): Promise<Events> {
    if (!(await this.#may())) return this.#ways.nothing;
    if (!this.#isOver) this.#stopRechecks = this.#rechecks.add(() => this.#look());
    return this.#ways.all;
  }

  #wait(events: Events): Promise<IteratorResult<ContextEvent>> {
    return new Promise((resolve, reject) => {
      this.#refuse = reject;
      events.next().then(resolve, reject);
    });
  }

  async #look(): Promise<void> {
    try {
      if (!(await this.#may())) this.#refuse(new ForbiddenError());
    } catch (error) {
      this.#refuse(error);
    }
  }
}

const DONE = { done: true, value: undefined } as const;
