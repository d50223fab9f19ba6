import { useReplica } from 'arpeggio/react';
import type { ReactElement } from 'react';
import { Composer } from './composer.tsx';
import { Connection } from './connection.tsx';
import type { Seat } from './join.tsx';
import { Messages } from './messages.tsx';
import { People } from './people.tsx';
import type { Room } from './room.ts';
import { useOutbox } from './use-outbox.ts';
import { usePresence } from './use-presence.ts';

export function RoomView({ room, name, onLeave }: Seat & { readonly onLeave: () => void }): ReactElement {
  const id = `room:${room}`;
  const outbox = useOutbox(id, name);
  usePresence(id, name);
  const people = useReplica<Room, Room['people'] | undefined>(id, ({ value }) => value?.people);

  return (
    <main className="room">
      <header>
        <h1>{room}</h1>
        <Connection id={id} />
        <button type="button" className="quiet" onClick={onLeave}>
          Leave
        </button>
      </header>
      <People people={people ?? {}} me={name} />
      <Messages id={id} me={name} outbox={outbox} />
      <Composer room={room} onSend={outbox.send} />
    </main>
  );
}
