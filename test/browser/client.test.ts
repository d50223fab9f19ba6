import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { World } from '../client/world.ts';
import { eventually } from '../helpers/eventually.ts';
import { launchChromium } from './chromium.ts';
import { bundlePage, openPage } from './page.ts';
import type { Desk } from './pages/client.ts';

declare global {
  /** In the page. */
  var desk: Desk;
}

let browser: Browser;
let script: string;

beforeAll(async () => {
  [browser, script] = await Promise.all([launchChromium(), bundlePage('client')]);
}, 300_000);

afterAll(() => browser?.close());

async function start(): Promise<{ readonly world: World; readonly page: Page }> {
  const world = await World.start();
  onTestFinished(() => world.stop());
  await world.manager.set('a', { n: 0 });
  return { world, page: await openPage(browser, `http://127.0.0.1:${world.proxy.port}`, script) };
}

const stateOf = (page: Page, id: 'a' | 'counter') =>
  page.evaluate((name) => {
    const { status, value, cursor, pendingWrites } = desk.watches[name].state;
    return { status, value, cursor, pendingWrites };
  }, id);

async function converges({ world, page }: Awaited<ReturnType<typeof start>>): Promise<void> {
  for (const id of ['a', 'counter'] as const) {
    await eventually(async () => {
      const there = await world.manager.get(id);
      const expected = { status: 'live', value: there?.context, cursor: there?.cursor, pendingWrites: 0 };
      expect(await stateOf(page, id)).toEqual(expected);
    });
  }
}

it('A copy in a browser converges, whatever happens to the server and on the way, and no write is lost or counted twice', async () => {
  const all = await start();
  const { world, page } = all;
  const happen = [
    () => world.proxy.cut(),
    () => world.restart(),
    () => {
      world.proxy.isRefusing = true;
      world.proxy.cut();
    },
    () => {
      world.proxy.replies = 'vanish';
    },
    () => {
      world.proxy.replies = 5;
    },
  ];
  for (let n = 0; n < 40; n += 1) {
    await page.evaluate((key) => desk.update({ [`page ${key}`]: { key } }), n);
    await page.evaluate(() => desk.count());
    await world.manager.update('a', { [`server ${n}`]: n });
    await happen[n % 7]?.();
    if (n % 4 === 3) {
      world.proxy.heal();
      world.proxy.cut();
    }
  }
  world.proxy.heal();
  world.proxy.cut();
  await eventually(async () => expect(await page.evaluate(() => desk.client.pendingWrites)).toBe(0));
  await converges(all);
  expect((await world.manager.get('counter'))?.context).toEqual({ n: 40 });
  expect(Object.keys((await world.manager.get('a'))?.context ?? {})).toHaveLength(81);
  expect(await page.evaluate(() => desk.refusals)).toEqual([]);
});

it('What was under way when a page was left is made by the next one, once', async () => {
  const all = await start();
  const { world, page } = all;
  await converges(all);
  world.proxy.replies = 'vanish';
  await page.evaluate(() => {
    desk.count();
    desk.update({ left: true });
  });
  await eventually(async () => expect((await world.manager.get('counter'))?.context).toEqual({ n: 1 }));
  await eventually(async () =>
    expect(await page.evaluate(() => sessionStorage.getItem('arpeggio:writes'))).toContain('left'),
  );
  world.proxy.heal();
  world.proxy.cut();
  await page.reload();
  await page.addScriptTag({ type: 'module', content: script });
  await page.waitForFunction(() => 'desk' in globalThis);
  await eventually(async () => expect(await stateOf(page, 'a')).toMatchObject({ value: { left: true } }));
  await converges(all);
  expect((await world.manager.get('counter'))?.context).toEqual({ n: 1 });
});
