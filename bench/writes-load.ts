import { isObject, type Json, type JsonObject } from '../src/json.ts';
import { groupChat } from './chord-context.ts';

/** What is written, and what must stand in the end. */
export interface Load {
  readonly initial: JsonObject;
  /** The n-th update, from 1 on, of one writer of one process. */
  changes(writer: number, n: number, worker: number): JsonObject;
  /** After how many updates a writer is back at what it wrote to first. */
  readonly period: number;
}

/** A state while it is worked on. */
export type Mutable = { [key: string]: Json };

/** Twelve KB: each writer has a participant of its own, and each process fields of its own there, so that no update hides another. */
export function chatLoad(): Load {
  return {
    initial: groupChat(50),
    changes: (writer, n, worker) => {
      const suffix = worker === 0 ? '' : String(worker);
      const fields = { [`status${suffix}`]: statusAt(n), [`seen${suffix}`]: n };
      return { participants: { [`user:${writer + 1}`]: fields } };
    },
    period: 1,
  };
}

const ITEM_BYTES = 250;
const WIDTH = 64;

/** Items of 250 bytes in objects of 64 keys at most, so many that they make up about so many bytes. An update changes one item. */
export function treeLoad(bytes: number): Load {
  const count = Math.round(bytes / ITEM_BYTES);
  return {
    initial: tree(0, count),
    // One after the other, far apart.
    changes: (_writer, n) => within((n * 61) % count, count, { status: statusAt(n), seen: n }),
    period: count,
  };
}

function statusAt(n: number): string {
  return n % 2 === 0 ? 'online' : 'away';
}

/** How many items each child of a node of so many has; 1 where the children are items. */
function share(count: number): number {
  let each = 1;
  while (each * WIDTH < count) each *= WIDTH;
  return each;
}

function tree(first: number, count: number): JsonObject {
  const each = share(count);
  const node: Mutable = {};
  for (let start = 0; start < count; start += each) {
    const index = start / each;
    node[each === 1 ? `item${index}` : `group${index}`] =
      each === 1 ? item(first + start) : tree(first + start, Math.min(each, count - start));
  }
  return node;
}

function item(index: number): JsonObject {
  return {
    name: `Item ${index}`,
    status: 'online',
    seen: 0,
    note: 'what is known of it. '.repeat(8),
    tags: ['a', 'b'],
  };
}

function within(index: number, count: number, fields: JsonObject): JsonObject {
  const each = share(count);
  if (each === 1) return { [`item${index}`]: fields };
  const child = Math.floor(index / each);
  return { [`group${child}`]: within(index % each, Math.min(each, count - child * each), fields) };
}

/** Merges changes into a state, where it stands, and returns what they have changed: the delta of a plain read-modify-write. */
export function mergeInto(state: Mutable, changes: JsonObject): JsonObject {
  const delta: Mutable = {};
  for (const [key, value] of Object.entries(changes)) {
    const before = state[key];
    if (isObject(value) && isObject(before)) {
      delta[key] = mergeInto(before as Mutable, value);
    } else if (before !== value) {
      delta[key] = { action: 'modified', oldValue: before ?? null, value };
      state[key] = value;
    }
  }
  return delta;
}

/** What must stand once every process' every writer has had so many of its updates acknowledged. */
export function modelOf(load: Load, acknowledged: readonly (readonly number[])[]): JsonObject {
  const state = structuredClone(load.initial) as Mutable;
  acknowledged.forEach((writers, worker) => {
    writers.forEach((count, writer) => {
      for (let n = Math.max(1, count - load.period + 1); n <= count; n += 1)
        mergeInto(state, load.changes(writer, n, worker));
    });
  });
  return state;
}
