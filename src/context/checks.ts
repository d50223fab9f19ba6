import type { Path } from '../delta/deep-update.ts';
import { type ErrorOptions, InputError } from '../errors.ts';
import { utf8Length } from '../json.ts';
import type { Limits } from '../limits.ts';

const LONE_SURROGATE = /\p{Surrogate}/u;

/** @throws InputError unless it is 1 to `idBytes` bytes of well-formed Unicode; any such string is an id, and no two are alike */
export function checkId(id: string, { idBytes }: Limits): string {
  const bytes = utf8Length(id, idBytes);
  if (bytes === 0 || bytes > idBytes) {
    throw new InputError(`A context's id has 1 to ${idBytes} bytes.`, limited(bytes > idBytes, 'idBytes'));
  }
  if (LONE_SURROGATE.test(id)) throw new InputError("A context's id is well-formed Unicode.");
  return id;
}

export function checkPrefix(prefix: string, { idBytes }: Limits): void {
  if (utf8Length(prefix, idBytes) > idBytes)
    throw new InputError(`A prefix has at most ${idBytes} bytes.`, { limit: 'idBytes' });
  if (LONE_SURROGATE.test(prefix)) throw new InputError('A prefix is well-formed Unicode.');
}

export function checkListing(first: number, { pageSize }: Limits): void {
  if (!Number.isInteger(first) || first < 0 || first > pageSize) {
    throw new InputError(`first is an integer from 0 to ${pageSize}.`, limited(first > pageSize, 'pageSize'));
  }
}

export function checkRequestId(requestId: string, { requestIdBytes }: Limits): string {
  const bytes = utf8Length(requestId, requestIdBytes);
  if (bytes === 0 || bytes > requestIdBytes) {
    const message = `A request id has 1 to ${requestIdBytes} bytes.`;
    throw new InputError(message, limited(bytes > requestIdBytes, 'requestIdBytes'));
  }
  return requestId;
}

/** @throws InputError for a key that is too long */
export function checkPath(path: Path, { keyBytes }: Limits): Path {
  if (path.some((key) => utf8Length(key, keyBytes) > keyBytes)) {
    throw new InputError(`A key has at most ${keyBytes} bytes.`, { limit: 'keyBytes' });
  }
  return [...path];
}

/** A frozen copy. @throws InputError for an empty path (the context itself can't be removed from itself) or a key too long */
export function checkRemove(remove: readonly Path[], limits: Limits): readonly Path[] {
  const { nodes } = limits;
  if (remove.length > nodes) throw new InputError(`remove has at most ${nodes} paths.`, { limit: 'nodes' });
  return remove.map((path) => {
    if (path.length === 0) throw new InputError('A path to remove has at least one key.');
    return checkPath(path, limits);
  });
}

/** What is too little, or no number at all, breaks no limit. */
function limited(isOver: boolean, limit: keyof Limits): ErrorOptions {
  return isOver ? { limit } : {};
}
