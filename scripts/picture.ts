import { setTimeout as pass } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createServer } from '../src/server/create-server.ts';
import { silentLog } from '../src/server/log.ts';
import { launchChromium } from '../test/browser/chromium.ts';

// Takes the README's picture of the dashboard, of a game in which somebody plays. The dashboard has to be built: npm run build.

const PICTURE = fileURLToPath(new URL('../docs/dashboard.png', import.meta.url));

const server = createServer({ port: 0, log: silentLog, archive: 'off', timeUnit: 'millisecond' });
const { port } = await server.listen();
const { manager } = server;
const ID = '{game:7}:table';
await manager.set(ID, {
  topic: 'Whist on Friday',
  turn: 'ada',
  players: { ada: { points: 0, cards: 13, isHere: true }, bob: { points: 0, cards: 13, isHere: true } },
  tricks: [],
});
const play = async (n: number): Promise<void> => {
  const [by, next] = n % 2 === 0 ? ['ada', 'bob'] : ['bob', 'ada'];
  await manager.patch(ID, [
    { op: 'add', path: '/tricks/-', value: { id: n, by, card: `${2 + (n % 9)}♠` } },
    { op: 'replace', path: `/players/${by}/cards`, value: 13 - Math.ceil((n + 1) / 2) },
    ...(n % 3 === 0 ? [{ op: 'replace', path: `/players/${by}/points`, value: n + 3 }] : []),
    { op: 'replace', path: '/turn', value: next },
  ]);
};
for (let n = 0; n < 9; n += 1) await play(n);

const browser = await launchChromium();
const page = await browser.newPage({ viewport: { width: 1280, height: 820 } });
await page.goto(`http://127.0.0.1:${port}/#/contexts/${encodeURIComponent(ID)}`);
await page.getByRole('button', { name: 'turn', exact: true }).first().click();
await page.getByRole('button', { name: /^7 / }).click();
await page.getByText('As it was at version 7').waitFor();
await page.getByText(/by version 10/).waitFor();
await play(9);
await page.getByText('"ada"').first().waitFor();
await pass(200);
await page.screenshot({ path: PICTURE });
await browser.close();
await server.close();
