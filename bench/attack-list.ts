import { frame, framesIn } from '../test/attacks/frames.ts';
import { HANDSHAKE, init, type MessageAttack, messageAttacks } from '../test/attacks/messages.ts';
import { bodyOf, type OperationAttack, operationAttacks } from '../test/attacks/operations.ts';
import { json, type RequestAttack, requestAttacks } from '../test/attacks/requests.ts';

export interface Attack {
  readonly way: string;
  readonly name: string;
  /** What is sent, each part but the first once the server has said something. */
  readonly parts: readonly (string | Uint8Array)[];
  /** Whether the server, which has not closed the connection, has said all that it will. */
  isOver(received: Buffer): boolean;
  /** Whether that is what the tests expect of it. */
  isAsExpected(received: Buffer): boolean;
}

function posted(attack: OperationAttack): Attack {
  return {
    way: 'operation, posted',
    name: attack.name,
    parts: [json(bodyOf(attack), 'Accept: application/json')],
    isOver: () => false,
    isAsExpected: (received) => (/"code":"(\w+)"/.exec(String(received))?.[1] ?? 'none') === attack.code,
  };
}

function requested({ name, bytes, statuses }: RequestAttack): Attack {
  const seen = (received: Buffer): string[] =>
    [...String(received).matchAll(/^HTTP\/1\.1 (\d+) /gm)].map(([, status]) => String(status));
  return {
    way: 'request',
    name,
    parts: [bytes],
    isOver: () => false,
    isAsExpected: (received) => String(seen(received)) === String(statuses),
  };
}

const LAST = '"payload":{"last":true}}';

function saidOnWebSocket({ name, frames, outcome }: MessageAttack): Attack {
  const told = (received: Buffer) => framesIn(received.subarray(received.indexOf('\r\n\r\n') + 4));
  const isAnswered = (received: Buffer): boolean => told(received).texts.includes(`{"type":"pong",${LAST}`);
  // To subscribe before it is acknowledged is an attack of its own.
  const [first, ...others] = frames;
  const waits = first === init;
  const rest = Buffer.concat(
    [...(waits ? others : frames), frames.length > 0 ? frame(`{"type":"ping",${LAST}`) : ''].map((part) =>
      Buffer.from(part),
    ),
  );
  return {
    way: 'WebSocket',
    name,
    parts: [`${HANDSHAKE}\r\n\r\n`, ...(waits ? [init] : []), rest],
    isOver: (received) => told(received).code !== undefined || (outcome !== 4408 && isAnswered(received)),
    isAsExpected(received) {
      const open = isAnswered(received) && outcome !== 4408 ? 'open' : 'cut';
      return (told(received).code ?? open) === outcome;
    },
  };
}

export const attacks: readonly Attack[] = [
  ...operationAttacks.map(posted),
  ...requestAttacks.map(requested),
  ...messageAttacks.map(saidOnWebSocket),
];

/** What an ordinary client asks, on a connection of its own. */
export const plain: Attack = {
  ...posted({ name: 'a plain request', query: '{ context(id: "a") { contextId } }', code: 'none' }),
  isAsExpected: (received) => String(received).endsWith('{"data":{"context":{"contextId":"a"}}}'),
};
