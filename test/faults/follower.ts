import { expect, onTestFinished } from 'vitest';
import type { ContextManager } from '../../src/context/manager.ts';
import type { ContextEvent } from '../../src/context/model.ts';
import { apply } from '../../src/delta/apply.ts';
import type { JsonObject } from '../../src/json.ts';
import { eventually } from '../helpers/eventually.ts';

interface Copy {
  readonly life: string;
  readonly version: number;
  readonly cursor: string;
  /** Null once deleted. */
  readonly context: JsonObject | null;
}

/**
 * Watches a context and keeps a copy by nothing but what it is told. What does not follow from what came before fails the test: a gap, a
 * double, a step back.
 */
export class Follower {
  readonly events: ContextEvent[] = [];
  copy: Copy | null = null;
  #fault: unknown;
  readonly #id: string;
  readonly #manager: ContextManager;
  readonly #watch: AsyncIterableIterator<ContextEvent>;
  readonly #mayStepBack: boolean;
  #end: Promise<void>;

  /** `mayStepBack`: the store may lose what it acknowledged, and say so by a full context. */
  constructor(manager: ContextManager, id: string, { cursor = '', mayStepBack = false } = {}) {
    this.#manager = manager;
    this.#id = id;
    this.#mayStepBack = mayStepBack;
    this.#watch = manager.watch(id, cursor === '' ? { version: 0 } : { cursor });
    this.#end = this.#follow();
    onTestFinished(() => this.leave());
  }

  async leave(): Promise<void> {
    await this.#watch.return?.();
    await this.#end;
  }

  /** Resolves once the copy is what the store holds. */
  async isCurrent(): Promise<void> {
    await eventually(async () => {
      if (this.#fault) return;
      const head = await this.#manager.get(this.#id);
      expect(this.copy?.cursor ?? null).toBe(head?.cursor ?? (this.copy?.context === null ? this.copy.cursor : null));
    });
    if (this.#fault) throw this.#fault;
    const head = await this.#manager.get(this.#id);
    expect(this.copy?.context ?? null).toEqual(head?.context ?? null);
  }

  /** Resolves once it was told of this version, or a later one. */
  async reaches(version: number): Promise<void> {
    await eventually(() => {
      if (!this.#fault && (this.copy?.version ?? 0) < version) {
        throw new Error(`It is at version ${this.copy?.version}, not ${version}.`);
      }
    });
    if (this.#fault) throw this.#fault;
  }

  async #follow(): Promise<void> {
    try {
      for await (const event of this.#watch) {
        this.events.push(event);
        this.copy = this.#next(event);
      }
    } catch (error) {
      this.#fault = error;
    }
  }

  #next(event: ContextEvent): Copy {
    const { life, version, cursor } = event;
    const { copy } = this;
    switch (event.kind) {
      case 'full':
        if (copy?.life === life && !this.#mayStepBack) expect(version, 'no step back').toBeGreaterThan(copy.version);
        return { life, version, cursor, context: event.context };
      case 'delta':
        expect(life, 'a delta is of the life that is known').toBe(copy?.life);
        expect(event.fromVersion, 'a delta starts where the copy is').toBe(copy?.version);
        expect(version).toBeGreaterThan(event.fromVersion);
        return { life, version, cursor, context: apply(event.delta, copy?.context ?? {}) };
      case 'deleted':
        expect(copy?.context, 'only what is there ends').not.toBeNull();
        return { life, version, cursor, context: null };
    }
  }
}
