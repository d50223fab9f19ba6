import { type FrameOptions, frame } from './frames.ts';
import { UPGRADE } from './requests.ts';

export type Outcome = number | 'open' | 'cut';

/** What a client sends on its WebSocket that means harm, with the code that it is closed with, or whether it is cut or goes on. */
export interface MessageAttack {
  readonly name: string;
  readonly frames: readonly Uint8Array[];
  readonly outcome: Outcome;
}

/** Of a WebSocket, up to its empty line. */
export const HANDSHAKE = [
  'GET /graphql HTTP/1.1',
  ...UPGRADE,
  'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits',
].join('\r\n');

export const init = frame('{"type":"connection_init"}');
const watched = '{"query":"subscription { contextChanged(id: \\"a\\") { __typename } }"}';

function subscribe(id: string, payload = watched): Buffer {
  return frame(`{"type":"subscribe","id":${JSON.stringify(id)},"payload":${payload}}`);
}

function attack(name: string, outcome: Outcome, ...frames: readonly Uint8Array[]): MessageAttack {
  return { name, outcome, frames };
}

/** After `connection_init`. */
function said(name: string, outcome: Outcome, ...texts: readonly string[]): MessageAttack {
  return attack(name, outcome, init, ...texts.map((text) => frame(text)));
}

function framed(name: string, outcome: Outcome, payload: string | Uint8Array, options: FrameOptions): MessageAttack {
  return attack(name, outcome, init, frame(payload, options));
}

function many(count: number, bytes: Uint8Array): Buffer {
  return Buffer.concat(Array.from({ length: count }, () => bytes));
}

const protocol: readonly MessageAttack[] = [
  attack('nothing at all', 4408),
  attack('a subscription before connection_init', 4401, subscribe('1')),
  attack('connection_init twice', 4429, init, init),
  attack('connection_init a thousand times', 4429, many(1000, init)),
  attack('an id twice', 4409, init, subscribe('1'), subscribe('1')),
  attack('pings before connection_init', 4408, many(10, frame('{"type":"ping"}'))),
  said('a type that is none', 4400, '{"type":"nothing"}'),
  said('a type that objects inherit', 4400, '{"type":"constructor"}'),
  said('no type', 4400, '{}'),
  said('what only servers say', 4500, '{"type":"connection_ack"}'),
  said('a result', 4500, '{"type":"next","id":"1","payload":{"data":{}}}'),
  ...[
    'nothing',
    '',
    'null',
    '5',
    '"text"',
    '[]',
    '[{"type":"ping"}]',
    '{',
    '{"type":["ping"]}',
    '\u0000',
    "{'type':'ping'}",
  ].map((text) => said(`${text || 'an empty text'} for a message`, 4400, text)),
  said('a message of a million arrays', 4400, '['.repeat(1_000_000)),
  said('a message of a million objects', 4400, `${'{"a":'.repeat(300_000)}1${'}'.repeat(300_000)}`),
  said('a subscription without an id', 4400, `{"type":"subscribe","payload":${watched}}`),
  said('a subscription with an empty id', 4400, `{"type":"subscribe","id":"","payload":${watched}}`),
  said('a subscription with a number for an id', 4400, `{"type":"subscribe","id":1,"payload":${watched}}`),
  said('a subscription to nothing', 4400, '{"type":"subscribe","id":"1"}'),
  said('a subscription without a query', 4400, '{"type":"subscribe","id":"1","payload":{}}'),
  said('a subscription to a list', 4400, `{"type":"subscribe","id":"1","payload":[${watched}]}`),
  said('variables that are text', 4400, '{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":"x"}}'),
  said('an end without an id', 4400, '{"type":"complete"}'),
  said('an end of nothing', 'open', '{"type":"complete","id":"nothing"}'),
  said(
    'an end of what objects inherit',
    'open',
    '{"type":"complete","id":"__proto__"}',
    '{"type":"complete","id":"constructor"}',
  ),
  attack(
    'ids that objects inherit',
    'open',
    init,
    ...['__proto__', 'constructor', 'toString'].map((id) => subscribe(id)),
  ),
  attack('an id of a million characters', 'open', init, subscribe('x'.repeat(1_000_000), '{"query":"{ nothing }"}')),
  attack(
    'an id of NUL and a lone surrogate',
    'open',
    init,
    frame(`{"type":"subscribe","id":"\\u0000\\ud83d","payload":${watched}}`),
  ),
  said(
    'keys named as prototypes are',
    'open',
    '{"type":"ping","__proto__":{"polluted":true},"payload":{"__proto__":{"polluted":true}}}',
  ),
  said('a key twice', 'open', '{"type":"nothing","type":"ping"}'),
  said('a pong to nothing', 'open', '{"type":"pong"}'),
  said('a ping of a megabyte', 'open', `{"type":"ping","payload":{"x":"${'x'.repeat(1_000_000)}"}}`),
  attack(
    'a subscription and its end a thousand times',
    'open',
    init,
    many(1000, Buffer.concat([subscribe('1'), frame('{"type":"complete","id":"1"}')])),
  ),
  attack(
    'operations that are refused, a hundred at once',
    'open',
    init,
    ...Array.from({ length: 100 }, (_, i) => subscribe(String(i), '{"query":"{ nothing }"}')),
  ),
  attack('1500 messages in one piece', 'open', init, many(1500, frame('{"type":"ping"}'))),
];

const frames: readonly MessageAttack[] = [
  framed('a message of more than 2 MiB', 1009, ' '.repeat(2 * 1024 ** 2 + 1), {}),
  framed('a message that says it is longer', 1009, '', { length: 2n ** 40n }),
  framed('a message that says it is longer than all numbers', 1009, '', { length: 2n ** 63n }),
  attack(
    'a message of more than 2 MiB in parts',
    1009,
    init,
    frame(' '.repeat(2 ** 20), { isLast: false }),
    frame(' '.repeat(2 ** 20), { opcode: 0, isLast: false }),
    frame(' ', { opcode: 0 }),
  ),
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => framed(`a frame of opcode ${opcode}`, 1002, '', { opcode })),
  ...[1, 2, 4, 7].map((reserved) =>
    framed(`a frame with the reserved bits ${reserved}, as if compressed`, 1002, 'x', { reserved }),
  ),
  framed('a frame without a mask', 1002, '{"type":"ping"}', { isMasked: false }),
  framed('a part of nothing', 1002, '{"type":"ping"}', { opcode: 0 }),
  attack('a message in the middle of another', 1002, init, frame('{', { isLast: false }), frame('{"type":"ping"}')),
  framed('a ping in parts', 1002, 'x', { opcode: 9, isLast: false }),
  framed('a ping of 126 bytes', 1002, 'x'.repeat(126), { opcode: 9 }),
  framed('text that is no UTF-8', 1007, Buffer.from([0xff, 0xfe]), {}),
  framed('text with half of a character', 1007, Buffer.from([0xf0, 0x9f, 0x98]), {}),
  framed('text with a surrogate in UTF-8', 1007, Buffer.from([0xed, 0xa0, 0xbd]), {}),
  framed('an overlong zero', 1007, Buffer.from([0xc0, 0x80]), {}),
  framed('bytes that are no message', 4400, Buffer.from([0xff, 0x00]), { opcode: 2 }),
  framed('a message as bytes', 'open', '{"type":"ping"}', { opcode: 2 }),
  framed('a close of one byte', 1002, 'x', { opcode: 8 }),
  framed('a close with a code that is none', 1002, Buffer.from([0, 5]), { opcode: 8 }),
  framed('a close with the code of no code', 1002, Buffer.from([0x03, 0xed]), { opcode: 8 }),
  framed('a close whose reason is no UTF-8', 1007, Buffer.from([0x03, 0xe8, 0xff]), { opcode: 8 }),
  attack('1500 pings in one piece', 'cut', init, many(1500, frame('x', { opcode: 9 }))),
  attack('pongs that nobody asked for', 'open', init, many(1000, frame('x', { opcode: 10 }))),
];

export const messageAttacks: readonly MessageAttack[] = [...protocol, ...frames];
