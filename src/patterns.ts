/** Whether a text names contexts: by an id, or by how their ids begin with one `*` behind. */
export function isPattern(value: unknown): value is string {
  if (typeof value !== 'string' || value === '' || !isWellFormed(value)) return false;
  const star = value.indexOf('*');
  return star === -1 || star === value.length - 1;
}

export function covers(pattern: string, id: string): boolean {
  return pattern.endsWith('*') ? id.startsWith(pattern.slice(0, -1)) : id === pattern;
}

/** Ids are. (Node 20 has such a method, but not the types of the language that is compiled to.) */
function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
