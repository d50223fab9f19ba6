import { ContextTooLargeError, InputError, LimitExceededError } from './errors.ts';
import type { Limits } from './limits.ts';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
/** Own, enumerable keys only, any string among them (`__proto__` too). Values inside Arpeggio are frozen at every level. */
export type JsonObject = { readonly [key: string]: Json };

/** How deep any function here descends, so that hostile depth ends in an error and not in a full stack. */
export const MAX_DEPTH = 512;

export function checkDepth(depth: number): void {
  if (depth > MAX_DEPTH) throw new LimitExceededError(`Values nest deeper than ${MAX_DEPTH} levels.`);
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of an own key; undefined where there is none, whatever the prototype holds. */
export function own<T>(object: { readonly [key: string]: T }, key: string): T | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Assigning to `__proto__` would change the prototype; every other key is a plain, and much faster, assignment. */
export function setOwn<T>(target: { [key: string]: T }, key: string, value: T): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  else target[key] = value;
}

/** A copy without the given keys. (`delete` would turn the object into a slow dictionary.) */
export function without<T>(
  object: { readonly [key: string]: T },
  isLeftOut: (key: string) => boolean,
): { [key: string]: T } {
  const copy: { [key: string]: T } = {};
  for (const [key, value] of Object.entries(object)) if (!isLeftOut(key)) setOwn(copy, key, value);
  return copy;
}

/** Equality of JSON values: order of keys means nothing, order of elements does. */
export function equal(a: Json, b: Json, depth = 0): boolean {
  if (a === b) return true;
  checkDepth(depth);
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i] as Json, depth + 1));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && equal(a[key] as Json, b[key] as Json, depth + 1));
}

/** JSON text with sorted keys: equal values have equal text. */
export function canonicalText(value: Json, depth = 0): string {
  checkDepth(depth);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalText(item, depth + 1)).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalText(value[key] as Json, depth + 1)}`);
  return `{${members.join(',')}}`;
}

export type AdmissionLimits = Pick<Limits, 'keyBytes' | 'depth' | 'nodes'>;

/**
 * Takes a value from outside in: a deep, frozen copy that holds nothing but JSON, so that neither its sender nor its readers
 * can change what is stored. Negative zero becomes zero, as in JSON text.
 *
 * @throws InputError for what JSON cannot carry exactly (NaN, 1e400, integers beyond 2^53 - 1, dates, functions, undefined) and
 * for a key that is too long
 * @throws ContextTooLargeError past the depth or the number of values
 */
export function admit(value: unknown, limits: AdmissionLimits): Json {
  let nodes = 0;
  const take = (item: unknown, depth: number): Json => {
    nodes += 1;
    if (nodes > limits.nodes)
      throw new ContextTooLargeError(`It has more than ${limits.nodes} values.`, { limit: 'nodes' });
    if (item === null || typeof item === 'string' || typeof item === 'boolean') return item;
    if (typeof item === 'number') return exact(item);
    if (typeof item !== 'object') throw new InputError(`A ${typeof item} is not JSON.`);
    const deeper = depth + 1;
    if (deeper > limits.depth) {
      throw new ContextTooLargeError(`It nests deeper than ${limits.depth} levels.`, { limit: 'depth' });
    }
    if (Array.isArray(item)) return Object.freeze(Array.from(item, (element: unknown) => take(element, deeper)));
    const prototype = Object.getPrototypeOf(item);
    if (prototype !== null && prototype !== Object.prototype) {
      throw new InputError('Only plain objects are JSON.');
    }
    const copy: { [key: string]: Json } = {};
    // Not Object.entries, which would read a wide object whole before the limit ends it.
    for (const key in item) {
      if (!Object.hasOwn(item, key)) continue;
      // No character takes more than three bytes for each of its units.
      if (3 * key.length > limits.keyBytes && utf8Length(key, limits.keyBytes) > limits.keyBytes) {
        throw new InputError(`A key is longer than ${limits.keyBytes} bytes.`, { limit: 'keyBytes' });
      }
      setOwn(copy, key, take((item as { readonly [key: string]: unknown })[key], deeper));
    }
    return Object.freeze(copy);
  };
  return take(value, 0);
}

/** @throws as `admit`, and InputError where the value is no object */
export function admitObject(value: unknown, limits: AdmissionLimits): JsonObject {
  if (!isObject(value)) throw new InputError('It must be a JSON object.');
  return admit(value, limits) as JsonObject;
}

function exact(number: number): number {
  if (Math.abs(number) <= Number.MAX_SAFE_INTEGER) return number === 0 ? 0 : number;
  throw new InputError('A number lies beyond what JSON carries exactly, -(2^53 - 1) to 2^53 - 1.');
}

/** Bytes of a string in UTF-8, a lone surrogate counted as three; may stop early once past `enough`. */
export function utf8Length(text: string, enough = Number.POSITIVE_INFINITY): number {
  if (text.length > enough) return text.length;
  let bytes = text.length;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) bytes += 1;
    // Each half of a surrogate pair adds one, which makes four bytes of its two units; every other such unit takes three.
    if (unit > 0x7ff && !isPaired(text, i)) bytes += 1;
  }
  return bytes;
}

function isPaired(text: string, i: number): boolean {
  const unit = text.charCodeAt(i);
  if (unit >= 0xd800 && unit <= 0xdbff) return isLowSurrogate(text.charCodeAt(i + 1));
  return isLowSurrogate(unit) && i > 0 && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

export interface Size {
  /** Bytes of `JSON.stringify` in UTF-8. */
  readonly bytes: number;
  /** Values, the outermost counted. */
  readonly nodes: number;
}

/** @throws LimitExceededError where it nests deeper than `MAX_DEPTH` */
export function measure(value: Json): Size {
  let nodes = 0;
  const bytesOf = (item: Json, depth: number): number => {
    nodes += 1;
    if (typeof item === 'string') return textBytes(item);
    if (typeof item !== 'object' || item === null) return String(item).length;
    checkDepth(depth);
    if (Array.isArray(item)) {
      return item.reduce(
        (sum: number, element: Json) => sum + bytesOf(element, depth + 1),
        Math.max(2, item.length + 1),
      );
    }
    let sum = 1;
    for (const key of Object.keys(item))
      sum += textBytes(key) + 2 + bytesOf((item as JsonObject)[key] as Json, depth + 1);
    return Math.max(2, sum);
  };
  const bytes = bytesOf(value, 0);
  return { bytes, nodes };
}

/** What neither JSON nor UTF-8 writes otherwise than as one byte. */
const PLAIN = /^[ !#-[\]-~]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what JSON escapes
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/;

/** Bytes of a string as JSON in UTF-8, the quotes counted. */
export function textBytes(text: string): number {
  if (PLAIN.test(text)) return 2 + text.length;
  return 2 + (ESCAPED.test(text) ? utf8Length(JSON.stringify(text)) - 2 : utf8Length(text));
}
