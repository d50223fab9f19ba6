import type { Path } from '../delta/deep-update.ts';
import { UsageError } from './failure.ts';
import { printable } from './printable.ts';

/** What can be written without quotes, between dots. */
const PLAIN_KEY = /^[^.[\]"'\s\p{C}][^."'\s\p{C}]*$/u;

/** A path as people write it: keys with dots between them, or a JSON array, which can hold any key. `spelled`: the flag that takes it. */
export function readPath(text: string, spelled: string): Path {
  if (text.startsWith('[')) return readArray(text, spelled);
  const path = text.split('.');
  if (path.every((key) => key !== '')) return path;
  throw new UsageError(`${spelled} takes a path such as a.b; a key that is empty or has dots goes into '["a.b","c"]'.`);
}

function readArray(text: string, spelled: string): Path {
  let path: unknown;
  try {
    path = JSON.parse(text);
  } catch {
    path = undefined;
  }
  if (Array.isArray(path) && path.length > 0 && path.every((key) => typeof key === 'string')) return path;
  throw new UsageError(`${spelled} takes a path such as a.b or '["a.b","c"]', an array of keys.`);
}

/** The same the other way: what is shown can be given to these flags. */
export function showPath(path: Path): string {
  return path.every((key) => PLAIN_KEY.test(key)) ? path.join('.') : printable(JSON.stringify(path));
}
