import { nanoid } from 'nanoid';
import { InputError } from '../errors.ts';
import type { Position } from '../store/store.ts';

/**
 * A cursor is a position as text: life, version and tag, in base64url so that nobody is tempted to read it. It proves nothing by
 * itself; what counts is whether its tag is the one that the store made with that version.
 */
export function encodeCursor({ life, version, tag }: Position): string {
  return Buffer.from(`${life}.${version}.${tag}`, 'latin1').toString('base64url');
}

// Lives and tags are base64url; `~` marks the tag of a life that has ended.
const POSITION = /^([\w-]{1,64})\.(0|[1-9]\d{0,15})\.(~?[\w-]{1,64})$/;

/** @throws InputError for anything that `encodeCursor` does not make */
export function decodeCursor(cursor: string): Position {
  const match = cursor.length <= 256 ? POSITION.exec(Buffer.from(cursor, 'base64url').toString('latin1')) : null;
  const [, life, digits, tag] = match ?? [];
  const version = Number(digits);
  if (life === undefined || tag === undefined || !Number.isSafeInteger(version))
    throw new InputError('That is no cursor.');
  const position = { life, version, tag };
  // Decoding base64url forgives what encoding never makes.
  if (encodeCursor(position) !== cursor) throw new InputError('That is no cursor.');
  return position;
}

/** The random part of lives and tags: 72 bits from the system, which never come twice. */
export function randomTag(): string {
  return nanoid(12);
}

/** The tag of a tombstone, which no live version can have: who holds it knows of the deletion. */
export function endedTag(random: string): string {
  return `~${random}`;
}

export function isEnded(position: Position): boolean {
  return position.tag.startsWith('~');
}
