import { ArpeggioClientError } from '../client/errors.ts';
import { ArpeggioError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { exitCodeOf, UsageError } from './failure.ts';
import { printable } from './printable.ts';
import { render, renderJson } from './render.ts';
import { coloured, plain, type Style } from './style.ts';
import type { Told } from './told.ts';

interface Sink {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** A value that fills the screen hides what changed. Elsewhere all of it is wanted. */
const TERMINAL_VALUE = 120;

export interface Manner {
  readonly isJson: boolean;
  readonly isColoured: boolean;
}

/** Where a command tells what it found (stdout), and what befell it (stderr). */
export class Output {
  readonly #stdout: Sink;
  readonly #stderr: Sink;
  readonly #isJson: boolean;
  readonly #style: Style;

  constructor(stdout: Sink, stderr: Sink, { isJson, isColoured }: Manner) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#isJson = isJson;
    this.#style = isColoured ? coloured : plain;
  }

  /** `changes`: how many of a delta's are listed for people. */
  tell(told: Told, changes = Number.POSITIVE_INFINITY): void {
    const valueLength = this.#stdout.isTTY ? TERMINAL_VALUE : Number.POSITIVE_INFINITY;
    const text = this.#isJson
      ? printable(JSON.stringify(told))
      : render(told, { style: this.#style, valueLength, changes });
    this.#stdout.write(`${text}\n`);
  }

  /** Tells a context alone, so that it can be piped on; with `--json`, with its place. */
  tellContext(told: Told & { readonly context: JsonObject }): void {
    if (this.#isJson) this.tell(told);
    else this.#stdout.write(`${renderJson(told.context, this.#style)}\n`);
  }

  note(text: string): void {
    this.#stderr.write(`arpeggio: ${printable(text)}\n`);
  }

  /** Tells an error and returns the code to end with. */
  fail(error: unknown): number {
    const failure = describe(error);
    if (this.#isJson) {
      this.#stderr.write(`${printable(JSON.stringify({ error: failure }))}\n`);
    } else {
      this.note(error instanceof UsageError ? failure.message : `${failure.code}: ${failure.message}`);
      if (failure.applied === 'UNKNOWN') this.note('Whether it was written is not known.');
      if (error instanceof UsageError && error.usage !== undefined) this.#stderr.write(`${error.usage}\n`);
    }
    return exitCodeOf(error);
  }
}

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly applied?: string;
  readonly currentVersion?: unknown;
  readonly currentCursor?: unknown;
}

/** Nothing of any context is told: a conflict's changes stay out. */
function describe(error: unknown): Failure {
  if (error instanceof UsageError) return { code: 'USAGE', message: error.message };
  if (error instanceof ArpeggioError) return { code: error.code, message: error.message };
  if (!(error instanceof ArpeggioClientError)) {
    return { code: 'INTERNAL_ERROR', message: error instanceof Error ? error.message : String(error) };
  }
  const { code, message, applied, details } = error;
  const { currentVersion, currentCursor } = details;
  return {
    code,
    message,
    ...(applied === undefined ? {} : { applied }),
    ...(currentVersion === undefined ? {} : { currentVersion, currentCursor }),
  };
}
