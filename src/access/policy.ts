import { covers, isPattern } from '../patterns.ts';

/** What somebody may do: `write` is set and update, `archive` is export and restore, `admin` is all about the cleanup server. */
export type Action = 'read' | 'write' | 'delete' | 'archive' | 'admin';

export const actions: readonly Action[] = ['read', 'write', 'delete', 'archive', 'admin'];

/**
 * Of which contexts, by action: ids, or how they begin with one `*` behind. An action that is not named is not allowed, and none implies
 * another.
 */
export type Policy = { readonly [A in Action]?: readonly string[] } & {
  /** What is not to be seen of contexts that may be read. @default nothing */
  readonly hidden?: readonly HiddenPath[];
};

/** A part of contexts that does not leave the server. */
export interface HiddenPath {
  /** Of which contexts: an id, or how ids begin with one `*` behind. */
  readonly in: string;
  /** The keys that lead to it, `*` for every key; an element's key is its index. */
  readonly path: readonly string[];
}

/** What an action that is about no context is asked for: only `*` allows it. */
export const EVERYTHING = '*';

export function allows(policy: Policy, action: Action, id: string): boolean {
  return patternsOf(policy, action).some((pattern) => covers(pattern, id));
}

/** The paths that are not to be seen of one context. */
export function hiddenOf({ hidden = [] }: Policy, id: string): readonly HiddenPath['path'][] {
  return hidden.filter((part) => covers(part.in, id)).map(({ path }) => path);
}

/** Whatever a policy's prototype holds allows nothing. */
export function patternsOf(policy: Policy, action: Action): readonly string[] {
  return (Object.hasOwn(policy, action) && policy[action]) || [];
}

/** A copy of what is a policy. @throws TypeError that says what is wrong, without any of the values */
export function checkPolicy(value: unknown, where: string): Policy {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`${where} must be an object of actions and patterns.`);
  const policy: { -readonly [A in keyof Policy]: Policy[A] } = {};
  // Whatever a prototype holds allows nothing, but it hides.
  if ('hidden' in value) policy.hidden = checkHidden(value.hidden, `${where}.hidden`);
  for (const [name, patterns] of Object.entries(value)) {
    if (name === 'hidden') continue;
    const action = actions.find((known) => known === name);
    if (!action) throw new TypeError(`${where} may name only ${actions.join(', ')} and hidden.`);
    if (!Array.isArray(patterns) || !patterns.every(isPattern))
      throw new TypeError(`${where}.${action} must be a list of ids, or of prefixes with one * behind.`);
    policy[action] = Object.freeze([...patterns]);
  }
  return Object.freeze(policy);
}

function checkHidden(value: unknown, where: string): readonly HiddenPath[] {
  if (!Array.isArray(value)) throw new TypeError(`${where} must be a list of {in, path}.`);
  // Unlike `map`, this and spreading leave no gap of a list unseen.
  return Object.freeze(Array.from(value, (part, i) => checkPart(part, `${where}[${i}]`)));
}

function checkPart(part: unknown, where: string): HiddenPath {
  const { in: pattern, path, ...others } = { ...(part as Partial<HiddenPath> | null) };
  if (!isPattern(pattern)) throw new TypeError(`${where}.in must be an id, or a prefix with one * behind.`);
  if (Object.keys(others).length > 0) throw new TypeError(`${where} may have only in and path.`);
  const keys = Array.isArray(path) ? [...path] : [];
  if (keys.length === 0 || !keys.every((key) => typeof key === 'string'))
    throw new TypeError(`${where}.path must be a list of keys, at least one.`);
  return Object.freeze({ in: pattern, path: Object.freeze(keys) });
}
