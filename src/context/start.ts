import { InputError } from '../errors.ts';
import type { Position } from '../store/store.ts';
import { decodeCursor } from './cursor.ts';

/** What a caller says it holds, as the API takes it. */
export interface Given {
  readonly version?: number | undefined;
  readonly cursor?: string | undefined;
}

/** Where a reader stands: with nothing at all, at a bare version of a life it cannot name, or at an exact position. */
export type Start =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'version'; readonly version: number }
  | { readonly kind: 'position'; readonly position: Position };

/**
 * The start that a caller named; undefined where it named none.
 *
 * @throws InputError for a malformed cursor or version, and where the two disagree
 */
export function startOf({ version, cursor }: Given): Start | undefined {
  if (version !== undefined && !(Number.isSafeInteger(version) && version >= 0)) {
    throw new InputError('A version is an integer from 0 to 2^53 - 1.');
  }
  if (cursor !== undefined) {
    const position = decodeCursor(cursor);
    if (version !== undefined && version !== position.version) {
      throw new InputError(`The cursor is at version ${position.version}, not ${version}.`);
    }
    return { kind: 'position', position };
  }
  if (version === undefined) return undefined;
  return version === 0 ? { kind: 'nothing' } : { kind: 'version', version };
}

/** The version above which a reader at `start` needs the log. */
export function versionOf(start: Start): number {
  switch (start.kind) {
    case 'nothing':
      return Number.MAX_SAFE_INTEGER;
    case 'version':
      return start.version;
    case 'position':
      return start.position.version;
  }
}
