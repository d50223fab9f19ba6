import type { ContextEvent } from '../../context/model.ts';
import { ForbiddenError } from '../../errors.ts';

type Events = AsyncIterableIterator<ContextEvent>;

/** A watch of somebody who may lose the right to it: asked for at the beginning, and again before each event is told. */
export class AuthorizedWatch implements Events {
  readonly #ways: { readonly all: Events; readonly nothing: Events };
  readonly #may: () => Promise<boolean>;
  #chosen: Events | undefined;
  #isOver = false;

  /** Neither way may have begun. */
  constructor(ways: { readonly all: Events; readonly nothing: Events }, may: () => Promise<boolean>) {
    this.#ways = ways;
    this.#may = may;
  }

  async next(): Promise<IteratorResult<ContextEvent>> {
    if (this.#isOver) return DONE;
    try {
      this.#chosen ??= (await this.#may()) ? this.#ways.all : this.#ways.nothing;
      if (this.#isOver) return DONE;
      const result = await this.#chosen.next();
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
    await this.#chosen?.return?.();
    return DONE;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

const DONE = { done: true, value: undefined } as const;
