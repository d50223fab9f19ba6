import { isObject, type Json, type JsonObject, own, setOwn } from '../json.ts';

/**
 * `next`, frozen, with every part of it that equals its counterpart in `before` replaced by that very counterpart: what did not change keeps its
 * identity. Elements of arrays are compared with those at the same index. Costs what the two do not share yet.
 */
export function share<T extends Json>(before: Json | undefined, next: T): T {
  if (before === next || typeof next !== 'object' || next === null) return next;
  const shared = Array.isArray(next) ? shareArray(before, next) : shareObject(before, next as JsonObject);
  return shared as T;
}

function shareArray(before: Json | undefined, next: readonly Json[]): Json {
  const old: readonly Json[] = Array.isArray(before) ? before : [];
  const shared = next.map((item, index) => share(old[index], item));
  const isSame = Array.isArray(before) && shared.length === old.length && shared.every((item, i) => item === old[i]);
  return isSame ? old : Object.freeze(shared);
}

function shareObject(before: Json | undefined, next: JsonObject): JsonObject {
  const old = isObject(before) ? before : {};
  const shared: { [key: string]: Json } = {};
  const keys = Object.keys(next);
  let isSame = isObject(before) && keys.length === Object.keys(old).length;
  for (const key of keys) {
    const counterpart = own(old, key);
    const value = share(counterpart, next[key] as Json);
    isSame &&= value === counterpart;
    setOwn(shared, key, value);
  }
  return isSame ? old : Object.freeze(shared);
}
