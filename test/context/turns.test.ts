import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

// Nothing but its own writes keeps this process open; they take several turns.
const program = `
  import { ContextManager, MemoryFeed, MemoryStore } from './src/index.ts';
  const feed = new MemoryFeed();
  const manager = new ContextManager({ store: new MemoryStore({ tell: feed.tell }), feed });
  const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => ['key' + i, i]));
  await manager.set('a', wide);
  let turns = 0;
  const count = () => { turns += 1; if (!isDone) setImmediate(count); };
  let isDone = false;
  const updates = Promise.all(Array.from({ length: 100 }, (_, i) => manager.update('a', { ['new' + i]: i })));
  if (process.argv.includes('busy')) setImmediate(count);
  await updates;
  isDone = true;
  console.log((await manager.get('a')).version, turns > 1);
`;

async function run(...args: readonly string[]): Promise<{ readonly code: unknown; readonly printed: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program, ...args], {
    cwd: root,
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  child.stderr.pipe(process.stderr);
  const [code] = await once(child, 'close');
  return { code, printed };
}

test('a process that has nothing else to do lives until its writes are answered', async () => {
  expect(await run()).toEqual({ code: 0, printed: '101 false\n' });
});

test('others in the process have their turn while many writes to one wide context are decided', async () => {
  expect(await run('busy')).toEqual({ code: 0, printed: '101 true\n' });
});
