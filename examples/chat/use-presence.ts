import { useArpeggio, useReplica } from 'arpeggio/react';
import { useEffect, useMemo, useState } from 'react';
import { enter, GONE_AFTER_MS, leave, leaveWithPage, newId, type Room } from './room.ts';

const BEAT_MS = GONE_AFTER_MS / 3;

/** Keeps this window on the list of who is here for as long as the component is there, and takes those off who went without a word. */
export function usePresence(room: string, name: string): void {
  const client = useArpeggio();
  const window = useMemo(newId, []);
  /** The list is to be trusted, and this window is not on it: it was never here, or the room is another since the server came back. */
  const isMissing = useReplica<Room, boolean>(
    room,
    ({ status, value }) => status === 'live' && value?.people[window] === undefined,
  );

  /** What is refused once would be refused again. */
  const [isRefused, setIsRefused] = useState(false);

  useEffect(() => {
    if (isMissing && !isRefused) void enter(client, room, window, name).catch(() => setIsRefused(true));
  }, [client, room, window, name, isMissing, isRefused]);

  useEffect(() => {
    const beat = setInterval(() => {
      const { value, status } = client.peek<Room>(room) ?? {};
      if (status !== 'live' || !value) return;
      void enter(client, room, window, name).catch(() => {});
      const gone = Object.entries(value.people).flatMap(([id, person]) =>
        id !== window && Date.now() - person.seenAt > GONE_AFTER_MS ? [id] : [],
      );
      if (gone.length > 0) void leave(client, room, ...gone).catch(() => {});
    }, BEAT_MS);
    const goodbye = (): void => leaveWithPage(room, window);
    addEventListener('pagehide', goodbye);
    return () => {
      clearInterval(beat);
      removeEventListener('pagehide', goodbye);
      void leave(client, room, window).catch(() => {});
    };
  }, [client, room, window, name]);
}
