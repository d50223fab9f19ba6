import type { ReactElement } from 'react';
import { hueOf } from './hue.ts';
import type { Message } from './room.ts';
import type { Unsent } from './use-outbox.ts';

interface MessageItemProps {
  readonly message: Message;
  readonly isMine: boolean;
  readonly isContinued: boolean;
  /** Undefined once the server has it. */
  readonly unsent: Unsent | undefined;
  readonly onSendAgain: () => void;
}

export function MessageItem({ message, isMine, isContinued, unsent, onSendAgain }: MessageItemProps): ReactElement {
  const { from, text, at } = message;
  const state = !unsent ? '' : unsent.hasFailed ? 'failed' : 'pending';
  return (
    <li className={`message ${isMine ? 'mine' : ''} ${isContinued ? 'continued' : ''} ${state}`} style={hueOf(from)}>
      <p className="from">
        <b>{from}</b> <time dateTime={new Date(at).toISOString()}>{CLOCK.format(at)}</time>
      </p>
      <p className="text">{text}</p>
      {state === 'pending' && <p className="note">Sending…</p>}
      {state === 'failed' && (
        <p className="note">
          Not sent.{' '}
          <button type="button" className="quiet" onClick={onSendAgain}>
            Send again
          </button>
        </p>
      )}
    </li>
  );
}

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
