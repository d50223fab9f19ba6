import { pointerOf } from '../format.ts';

type Members = { readonly [name: string]: unknown };

/** What somebody means a member to become, and what it was when they began. */
export interface Draft {
  readonly before: unknown;
  /** Undefined: it is to go. */
  readonly text: string | undefined;
}

/** A member that is to come: its value is JSON. */
export interface Addition {
  readonly name: string;
  readonly text: string;
}

/** How a value is typed: a text as it is, all else as JSON. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

/** The value that a text stands for; undefined where it is no JSON. */
export function valueIn(text: string, before?: unknown): unknown {
  if (typeof before === 'string') return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Whether it would change anything. */
function isChange({ before, text }: Draft): boolean {
  return text === undefined || !isSame(valueIn(text, before), before);
}

export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Writes each member only where it is still what it was; null where a text is no value. */
export function patchOf(drafts: ReadonlyMap<string, Draft>, additions: readonly Addition[]): readonly object[] | null {
  const changes = [...drafts].filter(([, draft]) => isChange(draft));
  const patch = [
    ...changes.map(([name, { before }]) => ({ op: 'test', path: pointerOf([name]), value: before })),
    ...changes.map(([name, { before, text }]) => {
      const path = pointerOf([name]);
      return text === undefined ? { op: 'remove', path } : { op: 'replace', path, value: valueIn(text, before) };
    }),
    ...additions.map(({ name, text }) => ({ op: 'add', path: pointerOf([name]), value: valueIn(text) })),
  ];
  return patch.some((one) => 'value' in one && one.value === undefined) ? null : patch;
}

/** What is wrong with a member that is to come; undefined where nothing is. */
export function faultOf({ name, text }: Addition, others: readonly Addition[], now: Members): string | undefined {
  if (Object.hasOwn(now, name) || others.some((other) => other.name === name)) return `There is a member ${name}.`;
  return valueIn(text) === undefined ? 'This is no JSON. A text has quotes: "…".' : undefined;
}
