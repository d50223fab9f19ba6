import { once } from 'node:events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type FrameOptions, frame, framesIn } from '../attacks/frames.ts';
import { HANDSHAKE } from '../attacks/messages.ts';
import { sharedTarget } from '../attacks/target.ts';
import { hostile } from '../helpers/arbitraries.ts';
import { connectTo } from '../helpers/raw.ts';
import { budget, PATIENCE_MS } from './budget.ts';

const target = sharedTarget();

const MESSAGES_PER_RUN = 6;
/** With which a server ends it: by RFC 6455, graphql-transport-ws, or, without any, cut. */
const CODES = [1000, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 4400, 4401, 4403, 4406, 4408, 4409, 4429, 4500];
const TYPES = ['connection_ack', 'ping', 'pong', 'next', 'error', 'complete'];

const queries = [
  '{ __typename }',
  'query ($id: ID!, $v: Version, $c: Cursor) { sync(id: $id, version: $v, cursor: $c) { __typename } }',
  'query ($id: ID!) { context(id: $id) { context } }',
  'mutation ($id: ID!, $o: JSONObject!) { setContext(id: $id, context: $o) { context { version } } }',
  'mutation ($id: ID!, $o: JSONObject!, $r: [[String!]!]) { updateContext(id: $id, changes: $o, remove: $r) { delta { delta } } }',
  'subscription ($id: ID!, $c: Cursor) { contextChanged(id: $id, cursor: $c) { __typename } }',
  'subscription { contextChanged(id: "a", version: 0) { __typename ... on Delta { changes { path value oldValue } } } }',
];
const text = fc.oneof(
  fc.constantFrom('a', '1', '2', '', '__proto__', 'constructor'),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const value = fc.oneof(hostile.raw, text, fc.constantFrom(null, 0, -1, 1e300, true, [], {}));
/** As the protocol has it: what is in it may be anything. */
const variables = fc.record(
  { id: fc.oneof(text, value), v: value, c: value, o: value, r: value },
  { requiredKeys: [] },
);
const asked = fc.record(
  {
    query: fc.oneof({ arbitrary: fc.constantFrom(...queries), weight: 6 }, { arbitrary: text, weight: 1 }),
    variables,
    operationName: text,
    extensions: fc.dictionary(text, value),
  },
  { requiredKeys: ['query', 'variables'] },
);
const payload = fc.record(
  {
    query: fc.oneof({ arbitrary: fc.constantFrom(...queries), weight: 6 }, { arbitrary: value, weight: 1 }),
    variables: fc.oneof(variables, value),
    operationName: value,
    extensions: value,
  },
  { requiredKeys: ['query'] },
);
const type = fc.oneof(
  { arbitrary: fc.constantFrom('subscribe', 'complete', 'ping', 'pong'), weight: 4 },
  { arbitrary: fc.constantFrom('connection_init', 'connection_ack', 'next', 'error', 'constructor'), weight: 1 },
  { arbitrary: value, weight: 1 },
);
const id = fc.oneof(fc.constantFrom('1', '2', '3', '__proto__'), fc.uuid());
/** As the protocol has it, whatever it asks. */
const sound = fc
  .oneof(
    { arbitrary: fc.record({ type: fc.constant('subscribe'), id, payload: asked }), weight: 6 },
    { arbitrary: fc.record({ type: fc.constant('complete'), id }), weight: 2 },
    { arbitrary: fc.record({ type: fc.constantFrom('ping', 'pong'), payload: fc.dictionary(text, value) }), weight: 1 },
  )
  .map((fields) => JSON.stringify(fields));
const message = fc
  .record({ type, id: fc.oneof(id, value), payload: fc.oneof(payload, value) }, { requiredKeys: ['type'] })
  .map((fields) => JSON.stringify(fields));
const spoiltMessage = fc
  .tuple(message, fc.nat(), fc.nat({ max: 4 }), fc.string({ unit: 'binary', maxLength: 3 }))
  .map(
    ([whole, at, length, put]) => whole.slice(0, at % whole.length) + put + whole.slice((at % whole.length) + length),
  );
const options: fc.Arbitrary<FrameOptions> = fc.record(
  {
    opcode: fc.nat({ max: 15 }),
    isLast: fc.boolean(),
    reserved: fc.nat({ max: 7 }),
    isMasked: fc.boolean(),
    length: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
  },
  { requiredKeys: [] },
);

interface Part {
  readonly bytes: Buffer;
  /** Whether the server can tell where it ends. */
  readonly isWhole: boolean;
}

function part(isWhole: boolean, arbitrary: fc.Arbitrary<Buffer>): fc.Arbitrary<Part> {
  return arbitrary.map((bytes) => ({ bytes, isWhole }));
}

const raw = fc.uint8Array({ maxLength: 40 });
const parts = fc.oneof(
  {
    arbitrary: part(
      true,
      sound.map((said) => frame(said)),
    ),
    weight: 24,
  },
  {
    arbitrary: part(
      true,
      message.map((said) => frame(said)),
    ),
    weight: 2,
  },
  {
    arbitrary: part(
      true,
      spoiltMessage.map((said) => frame(said)),
    ),
    weight: 1,
  },
  {
    arbitrary: part(
      false,
      fc.tuple(raw, options).map(([body, given]) => frame(body, given)),
    ),
    weight: 1,
  },
  {
    arbitrary: part(
      false,
      raw.map((body) => Buffer.from(body)),
    ),
    weight: 1,
  },
);

const LAST = '{"type":"pong","payload":"last of all"}';

/** What the server says to all of it, up to its end or to the last of the answers. */
async function saidTo(sent: readonly Part[]): Promise<{ readonly texts: readonly string[]; readonly code?: number }> {
  const socket = await connectTo({ port: target().port });
  let received = Buffer.alloc(0);
  let hasBegun = false;
  socket.write(`${HANDSHAKE}\r\n\r\n`);
  socket.write(frame('{"type":"connection_init"}'));
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    const { texts, code } = framesIn(received.subarray(received.indexOf('\r\n\r\n') + 4));
    if (code !== undefined || texts.includes(LAST)) socket.destroy();
    if (hasBegun || !texts.includes('{"type":"connection_ack"}')) return;
    hasBegun = true;
    for (const { bytes } of sent) socket.write(bytes);
    socket.write(frame(LAST.replace('pong', 'ping')));
    // What is said to be longer than it is ends with the connection.
    if (!sent.every(({ isWhole }) => isWhole)) socket.end();
  });
  await once(socket, 'close');
  return framesIn(received.subarray(received.indexOf('\r\n\r\n') + 4));
}

test(
  'whatever a client says on its WebSocket, the server answers by the protocol, closes it by its rules, and lives',
  async () => {
    const seen = new Map<unknown, number>();
    const count = (what: unknown): unknown => seen.set(what, (seen.get(what) ?? 0) + 1);
    await fc.assert(
      fc.asyncProperty(fc.array(parts, { minLength: 1, maxLength: 2 * MESSAGES_PER_RUN }), async (sent) => {
        const { texts, code } = await saidTo(sent);
        if (code !== undefined) expect(CODES).toContain(code);
        count(code);
        for (const said of texts) {
          const { type: kind } = JSON.parse(said);
          expect(TYPES).toContain(kind);
          count(kind);
        }
        expect(target().logged).toEqual([]);
      }),
      budget(0.2, MESSAGES_PER_RUN),
    );
    // It has come as far as to run what was asked, to refuse it, and to close for it.
    for (const what of ['next', 'error', 'complete', 4400, 4409]) expect(seen.get(what), `${what}`).toBeGreaterThan(0);
  },
  PATIENCE_MS,
);
