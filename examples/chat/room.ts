import { type ArpeggioClient, ArpeggioClientError } from 'arpeggio/client';

export type Message = { readonly from: string; readonly text: string; readonly at: number };
/** Somebody in a window: the same name may be here twice. */
export type Person = { readonly name: string; readonly seenAt: number };
/** One context for each room. */
export type Room = {
  readonly messages: { readonly [id: string]: Message };
  readonly people: { readonly [window: string]: Person };
};

/** Who has not been seen for this long has gone without a word, in milliseconds. */
export const GONE_AFTER_MS = 90_000;

/** Writes into a room, which is made where there is none: it may never have been there, or have gone with its server. */
async function write(client: ArpeggioClient, id: string, changes: Partial<Room>): Promise<void> {
  for (;;) {
    try {
      await client.update(id, changes);
      return;
    } catch (error) {
      if (codeOf(error) !== 'CONTEXT_NOT_FOUND') throw error;
    }
    try {
      await client.set(id, { messages: {}, people: {} }, { expectedVersion: 0 });
    } catch (error) {
      // Somebody else was faster.
      if (codeOf(error) !== 'VERSION_CONFLICT') throw error;
    }
  }
}

export function say(client: ArpeggioClient, room: string, id: string, message: Message): Promise<void> {
  return write(client, room, { messages: { [id]: message } });
}

export function enter(client: ArpeggioClient, room: string, window: string, name: string): Promise<void> {
  return write(client, room, { people: { [window]: { name, seenAt: Date.now() } } });
}

/** Takes windows off the list; that a room has gone meanwhile is as good. */
export async function leave(client: ArpeggioClient, room: string, ...windows: readonly string[]): Promise<void> {
  try {
    await client.remove(room, ...windows.map((window) => ['people', window]));
  } catch (error) {
    if (codeOf(error) !== 'CONTEXT_NOT_FOUND') throw error;
  }
}

/** Takes a window off the list while its page goes: a socket would go with it, a request that is kept alive does not. */
export function leaveWithPage(room: string, window: string): void {
  const query = `mutation Leave($id: ID!, $window: [String!]!) {
    updateContext(id: $id, changes: {}, remove: [$window]) { context { version } }
  }`;
  const body = JSON.stringify({ query, variables: { id: room, window: ['people', window] } });
  const headers = { 'content-type': 'application/json' };
  void fetch('/graphql', { method: 'POST', keepalive: true, headers, body }).catch(() => {});
}

/** Equal rooms have the same order everywhere, whatever the clocks of their people say. */
export function inOrder(messages: Room['messages']): readonly (readonly [id: string, message: Message])[] {
  return Object.entries(messages).sort(([a, { at: first }], [b, { at: second }]) => first - second || (a < b ? -1 : 1));
}

/** The names of who is here, each once. */
export function namesOf(people: Room['people']): readonly string[] {
  const present = Object.values(people).filter(({ seenAt }) => Date.now() - seenAt < GONE_AFTER_MS);
  return [...new Set(present.map(({ name }) => name))].sort((a, b) => a.localeCompare(b));
}

/** For a message, or a window. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) => byte.toString(36).padStart(2, '0')).join('');
}

function codeOf(error: unknown): string | undefined {
  return error instanceof ArpeggioClientError ? error.code : undefined;
}
