import { useArpeggio } from 'arpeggio/react';
import { useCallback, useState } from 'react';
import { type Message, newId, say } from './room.ts';

/** A message that the server has not confirmed. */
export interface Unsent {
  readonly message: Message;
  readonly hasFailed: boolean;
}

export interface Outbox {
  readonly unsent: { readonly [id: string]: Unsent };
  readonly send: (text: string) => void;
  readonly sendAgain: (id: string) => void;
}

/** The messages of this window on their way. The client sees to it that each arrives once, whatever becomes of the connection meanwhile. */
export function useOutbox(room: string, from: string): Outbox {
  const client = useArpeggio();
  const [unsent, setUnsent] = useState<Outbox['unsent']>({});

  const post = useCallback(
    async (id: string, message: Message) => {
      setUnsent((before) => ({ ...before, [id]: { message, hasFailed: false } }));
      try {
        await say(client, room, id, message);
        setUnsent(({ [id]: _, ...others }) => others);
      } catch {
        setUnsent((before) => ({ ...before, [id]: { message, hasFailed: true } }));
      }
    },
    [client, room],
  );

  const send = useCallback((text: string) => void post(newId(), { from, text, at: Date.now() }), [post, from]);
  const sendAgain = (id: string): void => {
    const { message } = unsent[id] ?? {};
    if (message) void post(id, message);
  };
  return { unsent, send, sendAgain };
}
