import { useReplica } from 'arpeggio/react';
import { type ReactElement, useMemo } from 'react';
import { MessageItem } from './message-item.tsx';
import { inOrder, type Message, type Room } from './room.ts';
import { useBottom } from './use-bottom.ts';
import type { Outbox } from './use-outbox.ts';

interface MessagesProps {
  readonly id: string;
  readonly me: string;
  readonly outbox: Outbox;
}

export function Messages({ id, me, outbox }: MessagesProps): ReactElement {
  const { unsent, sendAgain } = outbox;
  const said = useReplica<Room, Room['messages'] | undefined>(id, ({ value }) => value?.messages);
  const isLive = useReplica(id, ({ status }) => status === 'live');
  const lines = useMemo(() => {
    const waiting = Object.entries(unsent).map(([key, { message }]) => [key, message] as const);
    return inOrder({ ...said, ...Object.fromEntries(waiting) });
  }, [said, unsent]);
  const scrolled = useBottom<HTMLDivElement>(lines);

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse scrolls it by keys
    <div className="messages" role="log" aria-label="Messages" tabIndex={0} ref={scrolled}>
      {lines.length === 0 && (
        <p className="hint">{isLive ? 'Nobody has said anything yet.' : 'Looking for the room…'}</p>
      )}
      <ol>
        {lines.map(([key, message], i) => (
          <MessageItem
            key={key}
            message={message}
            isMine={message.from === me}
            isContinued={continues(message, lines[i - 1]?.[1])}
            unsent={unsent[key]}
            onSendAgain={() => sendAgain(key)}
          />
        ))}
      </ol>
    </div>
  );
}

/** Whether it is of one breath with the message before it. */
function continues(message: Message, before: Message | undefined): boolean {
  return before?.from === message.from && message.at - before.at < 300_000;
}
