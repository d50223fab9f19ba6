import { connect } from 'node:net';
import { frame, framesIn } from '../test/attacks/frames.ts';
import { HANDSHAKE, init, messageAttacks } from '../test/attacks/messages.ts';
import { bodyOf, operationAttacks } from '../test/attacks/operations.ts';
import { json, requestAttacks } from '../test/attacks/requests.ts';
import { number } from './environment.ts';
import { RemoteSide } from './sides/remote.ts';
import { figure, keepResults, median, printTable } from './table.ts';

/**
 * What each attack of test/attacks costs the server in CPU time, from its connection to its end, beside an ordinary request on a connection of its
 * own: the median of the rounds. An attack that waits for time to pass is left after a moment.
 */
const ROUNDS = number('BENCH_ROUNDS', 5);
/** Milliseconds of CPU that no attack should cost more than. */
const GOAL_MS = 50;
const MOMENT_MS = 300;
const SHOWN = 15;

interface Attack {
  readonly way: string;
  readonly name: string;
  /** What is sent, the next part once the server has said something. */
  readonly parts: readonly (string | Uint8Array)[];
  readonly isOver: (received: Buffer) => boolean;
}

const LAST = '{"type":"pong","payload":"last of all"}';

function isOverOfSocket(received: Buffer): boolean {
  const { texts, code } = framesIn(received.subarray(received.indexOf('\r\n\r\n') + 4));
  return code !== undefined || texts.includes(LAST);
}

const attacks: readonly Attack[] = [
  ...operationAttacks.map((attack) => ({
    way: 'operation, posted',
    name: attack.name,
    parts: [json(bodyOf(attack), 'Accept: application/json')],
    isOver: () => false,
  })),
  ...requestAttacks.map(({ name, bytes }) => ({ way: 'request', name, parts: [bytes], isOver: () => false })),
  ...messageAttacks.map(({ name, frames }) => {
    const rest = Buffer.concat([...frames.filter((part) => part !== init), frame(LAST.replace('pong', 'ping'))]);
    const first = frames.includes(init) ? [`${HANDSHAKE}\r\n\r\n`, init, rest] : [`${HANDSHAKE}\r\n\r\n`, rest];
    return { way: 'WebSocket', name, parts: first, isOver: isOverOfSocket };
  }),
];

/** Resolves once the server has ended it, or it is over, or nothing happens any more. */
function send(port: number, { parts, isOver }: Pick<Attack, 'parts' | 'isOver'>): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const waiting = [...parts];
    const chunks: Buffer[] = [];
    const next = (): void => {
      const part = waiting.shift();
      if (part !== undefined) socket.write(part);
    };
    socket.setTimeout(MOMENT_MS, () => socket.destroy());
    socket.on('connect', next);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      next();
      if (waiting.length === 0 && isOver(Buffer.concat(chunks))) socket.destroy();
    });
    socket.on('close', () => resolve());
  });
}

const side = await RemoteSide.start('arpeggio', '1');
const port = Number(new URL(side.url).port);

/** Milliseconds of the server's CPU. */
async function costOf(attack: Pick<Attack, 'parts' | 'isOver'>): Promise<number> {
  const costs: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = await side.cpu();
    await send(port, attack);
    costs.push(((await side.cpu()) - before) / 1000);
  }
  return median(costs);
}

const plain = {
  parts: [json('{"query":"{ context(id: \\"chat\\") { version } }"}', 'Accept: application/json')],
  isOver: () => false,
};
for (let n = 0; n < 200; n += 1) await send(port, plain);
const plainMs = await costOf(plain);
const figures: { readonly way: string; readonly name: string; readonly ms: number }[] = [];
for (const attack of attacks) figures.push({ way: attack.way, name: attack.name, ms: await costOf(attack) });
const plainAfterMs = await costOf(plain);
await side.stop();

const dearest = [...figures].sort((a, b) => b.ms - a.ms);
printTable(
  ['by', 'attack', 'CPU', 'of a plain request'],
  dearest.slice(0, SHOWN).map(({ way, name, ms }) => [way, name, figure(ms, 'ms'), figure(ms / plainMs, 'x')]),
);
const above = figures.filter(({ ms }) => ms > GOAL_MS).length;
console.log(
  `\n${figures.length} attacks: ${figures.length - above} cost ${GOAL_MS} ms at most, ${above} more. ` +
    `A plain request on a connection of its own costs ${figure(plainMs, 'ms')}, and ${figure(plainAfterMs, 'ms')} after all of them. ` +
    `In the middle an attack costs ${figure(median(figures.map(({ ms }) => ms)), 'ms')}.`,
);
keepResults('attacks', { plainMs, plainAfterMs, figures });
