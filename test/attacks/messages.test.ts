import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { connectTo } from '../helpers/raw.ts';
import { frame, framesIn } from './frames.ts';
import { HANDSHAKE, init, messageAttacks, type Outcome } from './messages.ts';
import { sharedTarget } from './target.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heap(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

const target = sharedTarget();

/** Sends it all, and tells with what the server closed, or that it still answers. */
async function outcomeOf(frames: readonly Uint8Array[]): Promise<Outcome> {
  const socket = await connectTo({ port: target().port });
  const chunks: Buffer[] = [];
  let hasEnded = false;
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.once('close', () => {
    hasEnded = true;
  });
  socket.write(`${HANDSHAKE}\r\n\r\n`);
  await eventually(() => expect(String(Buffer.concat(chunks))).toContain('\r\n\r\n'));
  for (const bytes of frames) {
    socket.write(bytes);
    // To subscribe before it is acknowledged is an attack of its own.
    if (bytes === init) await eventually(() => expect(String(Buffer.concat(chunks))).toContain('connection_ack'));
  }
  if (frames.length > 0) socket.write(frame('{"type":"ping","payload":{"last":true}}'));
  return eventually(() => {
    const bytes = Buffer.concat(chunks);
    const end = bytes.indexOf('\r\n\r\n') + 4;
    expect(String(bytes.subarray(0, end))).not.toContain('permessage-deflate');
    const { texts, code } = framesIn(bytes.subarray(end));
    if (code !== undefined) return code;
    if (texts.includes('{"type":"pong","payload":{"last":true}}') && !isToBeClosed(frames)) return 'open';
    if (hasEnded) return 'cut';
    throw new Error('It is neither closed nor answered.');
  });
}

/** Only time closes a WebSocket on which there was no `connection_init`. */
function isToBeClosed(frames: readonly Uint8Array[]): boolean {
  return messageAttacks.some((attack) => attack.frames === frames && attack.outcome === 4408);
}

describe('What a client of a WebSocket sends that means harm', () => {
  it('is one of many', () => {
    expect(messageAttacks.length).toBeGreaterThan(60);
    expect(new Set(messageAttacks.map(({ name }) => name)).size).toBe(messageAttacks.length);
  });

  it.each(messageAttacks)('closes it, or does no harm: $name', async ({ frames, outcome }) => {
    expect(await outcomeOf(frames)).toBe(outcome);
  });

  it('leaves nothing behind, however often', async () => {
    const quick = messageAttacks.filter(
      ({ frames, outcome }) => outcome !== 4408 && Buffer.concat(frames).length < 5000,
    );
    const all = async (): Promise<void> => {
      for (const { frames } of quick) await outcomeOf(frames);
    };
    await all();
    const before = heap();
    for (let round = 1; round <= 5; round += 1) await all();
    expect(heap() - before).toBeLessThan(8 * 1024 ** 2);
  });
});
