import { connect } from 'node:net';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { type Attack, attacks, plain } from './attack-list.ts';
import { number } from './environment.ts';
import { RemoteSide } from './sides/remote.ts';
import { figure, keepResults, median, printTable } from './table.ts';

/**
 * What each attack of test/attacks costs the server in CPU time, from its connection to its end, beside an ordinary request on a connection of its
 * own: medians of the rounds. The server waits for nobody long, as in the tests, and must answer the ordinary request after each attack.
 */
const ROUNDS = number('BENCH_ROUNDS', 5);
/** Milliseconds of CPU that no attack should cost more than. */
const GOAL_MS = 50;
/** After which a server that says nothing has stopped answering. */
const PATIENCE_MS = 10_000;
const SHOWN = 15;

interface Figure {
  readonly way: string;
  readonly name: string;
  readonly ms: number;
  readonly isAsExpected: boolean;
}

/** All that the server says until it closes the connection, or the attack is over. */
function send(port: number, { parts, isOver }: Attack): Promise<Buffer> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const waiting = [...parts];
    let received = Buffer.alloc(0);
    const next = (): void => {
      const part = waiting.shift();
      if (part !== undefined) socket.write(part);
    };
    socket.on('connect', next);
    // Whether the server is still there is asked by an ordinary request.
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      next();
      if (waiting.length === 0 && isOver(received)) socket.destroy();
    });
    socket.on('close', () => resolve(received));
  });
}

/** @throws Error where the server has stopped answering */
async function inTime<T>(answer: Promise<T>, after: string): Promise<T> {
  const late = setTimeout(PATIENCE_MS, undefined, { ref: false }).then(() => {
    throw new Error(`The server has stopped answering: ${after}.`);
  });
  return Promise.race([answer, late]);
}

/** Milliseconds of the server's CPU, and what it said. */
async function costOf(side: RemoteSide, port: number, attack: Attack, after: string): Promise<[number, Buffer]> {
  const before = await inTime(side.cpu(), after);
  const received = await inTime(send(port, attack), after);
  return [((await inTime(side.cpu(), after)) - before) / 1000, received];
}

async function measure(side: RemoteSide): Promise<{ plainMs: number; figures: Figure[] }> {
  const port = Number(new URL(side.url).port);
  for (let n = 0; n < 200; n += 1) await inTime(send(port, plain), plain.name);
  const figures: Figure[] = [];
  const plainCosts: number[] = [];
  for (const attack of attacks) {
    const { way, name } = attack;
    const costs: number[] = [];
    let isAsExpected = true;
    for (let round = 0; round < ROUNDS; round += 1) {
      const [cost, received] = await costOf(side, port, attack, name);
      costs.push(cost);
      isAsExpected &&= attack.isAsExpected(received);
      const [plainCost, answer] = await costOf(side, port, plain, name);
      if (!plain.isAsExpected(answer)) throw new Error(`The server has stopped answering: ${name}.`);
      plainCosts.push(plainCost);
    }
    figures.push({ way, name, ms: median(costs), isAsExpected });
  }
  return { plainMs: median(plainCosts), figures };
}

function print({ plainMs, figures }: Awaited<ReturnType<typeof measure>>): void {
  const dearest = figures.toSorted((a, b) => b.ms - a.ms);
  printTable(
    ['by', 'attack', 'CPU', 'of a plain request'],
    dearest.slice(0, SHOWN).map(({ way, name, ms }) => [way, name, figure(ms, 'ms'), figure(ms / plainMs, 'x')]),
  );
  const below = figures.filter(({ ms }) => ms < GOAL_MS).length;
  const middle = median(figures.map(({ ms }) => ms));
  console.log(
    `\n${below} of ${figures.length} attacks cost less than ${GOAL_MS} ms. In the middle an attack costs ${figure(middle, 'ms')}, ` +
      `${figure(middle / plainMs, 'x')} of a plain request on a connection of its own, which costs ${figure(plainMs, 'ms')}.`,
  );
  for (const { way, name } of figures.filter(({ isAsExpected }) => !isAsExpected)) {
    console.log(`Not answered as the tests expect, so this is the cost of something else: ${way}, ${name}.`);
  }
}

const side = await RemoteSide.start('attacked', 'status');
try {
  const measured = await measure(side);
  print(measured);
  keepResults('attacks', measured);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await side.stop();
}
