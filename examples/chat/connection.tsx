import type { Status } from 'arpeggio/client';
import { useReplica } from 'arpeggio/react';
import type { ReactElement } from 'react';

const WORDS: { readonly [status in Status]: string } = {
  connecting: 'Connecting…',
  live: 'Live',
  behind: 'Catching up…',
  stale: 'Reconnecting…',
  failed: 'Refused',
};

/** How the room stands towards the server, in a word. What is shown stays while there is no connection. */
export function Connection({ id }: { readonly id: string }): ReactElement {
  const status = useReplica(id, (state) => state.status);
  const reason = useReplica(id, ({ error }) => error?.message);
  return (
    <p role="status" className={`connection ${status}`} title={reason}>
      {WORDS[status]}
    </p>
  );
}
