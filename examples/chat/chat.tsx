import { type ReactElement, useState } from 'react';
import { Join, type Seat } from './join.tsx';
import { RoomView } from './room-view.tsx';

const KEY = 'arpeggio:chat';

/** One window of the chat: a name and a room are asked for first, and remembered for as long as the window is open. */
export function Chat(): ReactElement {
  const [seat, setSeat] = useState<Seat | undefined>(remembered);

  const take = (next: Seat | undefined): void => {
    if (next) sessionStorage.setItem(KEY, JSON.stringify(next));
    else sessionStorage.removeItem(KEY);
    setSeat(next);
  };
  if (!seat) return <Join onJoin={take} />;
  return <RoomView key={seat.room} {...seat} onLeave={() => take(undefined)} />;
}

function remembered(): Seat | undefined {
  const text = sessionStorage.getItem(KEY);
  return text === null ? undefined : (JSON.parse(text) as Seat);
}
