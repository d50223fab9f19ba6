import type { JsonObject } from '../json.ts';
import { type Intent, outcomeOf, type Transform } from './intent.ts';
import { share } from './share.ts';

/** A write that is to be shown before the copy has it. */
export interface Shown {
  /** Undefined for a function that has yet to be given what it works on. */
  readonly intent: Intent | undefined;
  readonly transform: Transform | undefined;
}

interface Step<W extends Shown> {
  readonly write: W;
  readonly intent: Intent | undefined;
  readonly context: JsonObject | undefined;
}

/**
 * A context with writes on top, remembered write by write: of many writes that wait, one more, or the first one's being done, costs
 * one. Undefined stands for no context.
 */
export class Overlay<W extends Shown> {
  #base: JsonObject | undefined;
  #steps: Step<W>[] = [];

  show(base: JsonObject | undefined, writes: readonly W[]): JsonObject | undefined {
    this.#rebase(base, writes[0]);
    const before = this.#steps;
    const steps: Step<W>[] = [];
    let context = base;
    let isSame = true;
    for (const [index, write] of writes.entries()) {
      const known: Step<W> | undefined = isSame ? before[index] : undefined;
      if (known?.write === write && known.intent === write.intent) {
        context = known.context;
      } else {
        context = after(write, context);
        // As when a function's outcome is what it was taken to be: all that was shown on top still holds.
        isSame = known?.write === write && isEqual(known.context, context);
        if (isSame) context = known?.context;
      }
      steps.push({ write, intent: write.intent, context });
    }
    this.#steps = steps;
    return context;
  }

  /** Drops the steps that have gone into the context, and all of them where it is another than they began with. */
  #rebase(base: JsonObject | undefined, first: W | undefined): void {
    const gone = first ? this.#steps.findIndex(({ write }) => write === first) : this.#steps.length;
    const start = gone > 0 ? this.#steps[gone - 1]?.context : this.#base;
    const steps = this.#steps.slice(Math.max(0, gone));
    // The context may have the first write already, while its answer is still to come: made again, it changes nothing.
    const isInIt = steps[0]?.intent !== undefined && isEqual(steps[0].context, base);
    const isContinued = gone >= 0 && (isInIt || isEqual(start, base));
    this.#steps = isContinued ? steps : [];
    this.#base = base;
  }
}

function after({ intent, transform }: Shown, context: JsonObject | undefined): JsonObject | undefined {
  if (intent) return outcomeOf(intent, context);
  try {
    return context && transform?.(context);
  } catch {
    // When its turn comes it is refused for that.
    return context;
  }
}

function isEqual(before: JsonObject | undefined, context: JsonObject | undefined): boolean {
  return before === context || (before !== undefined && context !== undefined && share(before, context) === before);
}
