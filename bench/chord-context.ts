import type { JsonObject } from '../src/json.ts';

/** The context of Chord's own benchmark: a group chat of 12 KB. */
export function groupChat(participants: number, messages = 20): JsonObject {
  const people: { [id: string]: JsonObject } = {};
  for (let i = 1; i <= participants; i += 1) {
    people[`user:${i}`] = {
      name: `Participant ${i}`,
      status: 'online',
      typing: false,
      role: i === 1 ? 'admin' : 'member',
      metadata: { device: 'mobile', language: 'en-US', theme: 'light' },
    };
  }
  return {
    topic: 'Benchmarking',
    participants: people,
    messages: Array.from({ length: messages }, (_, i) => ({
      id: i + 1,
      from: `user:${(i % participants) + 1}`,
      text: `Message ${i + 1}: ${'all that is said in a group chat while everybody is typing. '.repeat(3)}`,
    })),
  };
}

/** What a participant does: update a status, update a typing flag, or sync from version 1, in turn. */
export type Action = { readonly kind: 'update'; readonly changes: JsonObject } | { readonly kind: 'sync' };

export function actionOf(participant: number): Action {
  const id = `user:${participant}`;
  switch (participant % 3) {
    case 0:
      return { kind: 'sync' };
    case 1:
      return { kind: 'update', changes: { participants: { [id]: { status: 'away' } } } };
    default:
      return { kind: 'update', changes: { participants: { [id]: { typing: true } } } };
  }
}

/** What must stand once every participant has acted: its version, and the state. */
export function expected(participants: number): { readonly version: number; readonly context: JsonObject } {
  const context = structuredClone(groupChat(participants)) as {
    participants: { [id: string]: { [key: string]: unknown } };
  };
  let version = 1;
  for (let i = 1; i <= participants; i += 1) {
    if (i % 3 === 0) continue;
    version += 1;
    Object.assign(context.participants[`user:${i}`] ?? {}, i % 3 === 1 ? { status: 'away' } : { typing: true });
  }
  return { version, context: context as unknown as JsonObject };
}
