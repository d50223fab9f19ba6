import type { Json, JsonObject } from '../../src/json.ts';

export const PARTICIPANTS = 50;

/** One update of the chat, and what its subscribers are told. */
export interface Change {
  /** Of this update, the first being 1. */
  readonly number: number;
  readonly changes: JsonObject;
  /** As a peer without versioned contexts is handed it. */
  readonly delta: Json;
}

/** What each update changes, one after the other. */
export type Changes = () => Change;

/** One participant's status, as Chord's benchmark changes it: a message of some 290 bytes. */
function statusChanges(): Changes {
  let number = 0;
  const modified = (value: Json, oldValue: Json): JsonObject => ({ action: 'modified', oldValue, value });
  return () => {
    number += 1;
    const participant = `user:${1 + (number % PARTICIPANTS)}`;
    const status = number % 2 === 0 ? 'online' : 'away';
    const told = { status: modified(status, 'online'), seen: modified(number, number - 1) };
    return {
      number,
      changes: { participants: { [participant]: { status, seen: number } } },
      delta: { participants: { [participant]: told } },
    };
  };
}

/** A text that is replaced as a whole. */
function textChanges(bytes: number): Changes {
  let number = 0;
  return () => {
    number += 1;
    const text = `${number} `.padEnd(bytes, 'all that is said in a group chat ');
    return { number, changes: { text }, delta: [{ path: ['text'], action: 'MODIFIED', value: text }] };
  };
}

/** `status`, or `text:BYTES`. */
export function changesNamed(name: string): Changes {
  const [kind, bytes] = name.split(':');
  return kind === 'text' ? textChanges(Number(bytes)) : statusChanges();
}
