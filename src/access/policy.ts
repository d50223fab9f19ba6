/** What somebody may do: `write` is set and update, `archive` is export and restore, `admin` is all about the cleanup server. */
export type Action = 'read' | 'write' | 'delete' | 'archive' | 'admin';

export const actions: readonly Action[] = ['read', 'write', 'delete', 'archive', 'admin'];

/**
 * Of which contexts, by action: ids, or how they begin with one `*` behind. An action that is not named is not allowed, and none implies
 * another.
 */
export type Policy = { readonly [A in Action]?: readonly string[] };

/** What an action that is about no context is asked for: only `*` allows it. */
export const EVERYTHING = '*';

export function allows(policy: Policy, action: Action, id: string): boolean {
  return patternsOf(policy, action).some((pattern) =>
    pattern.endsWith('*') ? id.startsWith(pattern.slice(0, -1)) : id === pattern,
  );
}

/** Whatever a policy's prototype holds allows nothing. */
export function patternsOf(policy: Policy, action: Action): readonly string[] {
  return (Object.hasOwn(policy, action) && policy[action]) || [];
}

/** A copy of what is a policy. @throws TypeError that says what is wrong, without any of the values */
export function checkPolicy(value: unknown, where: string): Policy {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`${where} must be an object of actions and patterns.`);
  const policy: { [A in Action]?: readonly string[] } = {};
  for (const [name, patterns] of Object.entries(value)) {
    const action = actions.find((known) => known === name);
    if (!action) throw new TypeError(`${where} may name only ${actions.join(', ')}.`);
    if (!Array.isArray(patterns) || !patterns.every(isPattern))
      throw new TypeError(`${where}.${action} must be a list of ids, or of prefixes with one * behind.`);
    policy[action] = Object.freeze([...patterns]);
  }
  return Object.freeze(policy);
}

function isPattern(value: unknown): value is string {
  if (typeof value !== 'string' || value === '') return false;
  const star = value.indexOf('*');
  return star === -1 || star === value.length - 1;
}
