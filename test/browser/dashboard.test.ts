import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createServer, type Server } from '../../src/server/create-server.ts';
import { silentLog } from '../../src/server/log.ts';
import type { ServerOptions } from '../../src/server/server-options.ts';
import { eventually } from '../helpers/eventually.ts';
import { launchChromium } from './chromium.ts';

const root = join(import.meta.dirname, '..', '..');
const shots = join(root, 'screenshots');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: Browser;

beforeAll(async () => {
  mkdirSync(shots, { recursive: true });
  // By a process of its own, as who installs it builds it: vitest's would make it a page to be developed.
  const { NODE_ENV: _, ...env } = process.env;
  execFileSync('npm', ['run', '--silent', 'build:dashboard'], { cwd: root, env });
  browser = await launchChromium();
}, 300_000);

afterAll(() => browser?.close());

async function start(options: ServerOptions = {}): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer({ port: 0, log: silentLog, archive: 'off', drainMs: 1, ...options });
  onTestFinished(() => server.close());
  const { port } = await server.listen();
  return { server, url: `http://127.0.0.1:${port}/` };
}

/** A page of the dashboard's, which fails the test where it fails, or asks anybody else for anything. */
async function open(url: string, hash = '', options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 850 }, ...options });
  const faults: string[] = [];
  onTestFinished(async () => {
    await context.close();
    expect(faults).toEqual([]);
  });
  const page = await context.newPage();
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) faults.push(request.url());
  });
  await page.goto(`${url}${hash}`);
  return page;
}

const button = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: typeof name === 'string' });
const shoot = (page: Page, name: string) => page.screenshot({ path: join(shots, `dashboard-${name}.png`) });

/** What stands in the way of those who do not see, or not well. */
async function barriers(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate<AxeResults>('axe.run()');
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

async function fits(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
}

describe('The list of contexts', () => {
  test('stays as the server has it: versions, comers and goers, watchers', async () => {
    const { server, url } = await start({ presencePrefix: 'presence:' });
    const { manager } = server;
    await manager.set('room:1', { n: 1 });
    await manager.set('room:2', { n: 1 });
    const page = await open(url);
    const row = (id: string) => page.getByRole('row', { name: new RegExp(`^${id} `) });
    await row('room:1').getByRole('cell', { name: '1', exact: true }).waitFor();
    await manager.update('room:1', { n: 2 });
    await row('room:1').getByRole('cell', { name: '2', exact: true }).waitFor();
    await manager.set('room:3', { n: 1 });
    await row('room:3').waitFor();
    await manager.delete('room:2');
    await row('room:2').waitFor({ state: 'detached' });
    const watch = await open(url, '#/contexts/room%3A1');
    await watch.getByText('Live', { exact: true }).waitFor();
    await eventually(async () => expect(await row('room:1').getByRole('cell').last().textContent()).not.toBe('0'));
    await shoot(page, 'contexts');
  }, 60_000);

  test('is searched by prefix, in pages, and says where there is nothing', async () => {
    const { server, url } = await start();
    const page = await open(url);
    await page.getByText('There are no contexts yet.').waitFor();
    for (let n = 0; n < 60; n += 1) await server.manager.set(`room:${String(n).padStart(2, '0')}`, {});
    await server.manager.set('hall', {});
    await page.getByRole('link', { name: 'hall' }).waitFor();
    await page.getByRole('searchbox').fill('room:');
    await button(page, 'Search').click();
    await page.getByRole('link', { name: 'room:49' }).waitFor();
    expect(await page.getByRole('link', { name: 'hall' }).count()).toBe(0);
    await button(page, 'Next').click();
    await page.getByRole('link', { name: 'room:59' }).waitFor();
    await button(page, 'Previous').click();
    await page.getByRole('link', { name: 'room:00' }).waitFor();
    await page.getByRole('searchbox').fill('nothing');
    await page.keyboard.press('Enter');
    await page.getByText('No context’s id begins with'.replace('’', "'")).waitFor();
  }, 60_000);

  test('leads to a context by the keyboard alone, and a new one is made there', async () => {
    const { server, url } = await start();
    const page = await open(url);
    await button(page, 'New context').focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Id', { exact: true }).fill('a/b#?');
    await page.getByLabel('The context').fill('{"list": [1, 2');
    expect(await button(page, 'Create').isDisabled()).toBe(true);
    await page.getByLabel('The context').fill('{"list": [1, 2]}');
    await button(page, 'Create').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'a/b#?' }).waitFor();
    expect((await server.manager.get('a/b#?'))?.context).toEqual({ list: [1, 2] });
    const fold = page.getByRole('button', { name: 'list, a list of 2' });
    await fold.focus();
    expect(await fold.getAttribute('aria-expanded')).toBe('true');
    await page.keyboard.press('Space');
    expect(await fold.getAttribute('aria-expanded')).toBe('false');
  }, 60_000);
});

/** One that was changed a few times: `topic` last by version 3, `n` by each. */
async function room(options: ServerOptions = {}) {
  const started = await start(options);
  const { manager } = started.server;
  await manager.set('room:1', { topic: 'tea', people: { ada: { online: true } }, n: 1 });
  await manager.update('room:1', { n: 2 });
  await manager.update('room:1', { n: 3, topic: 'coffee' });
  await manager.update('room:1', { n: 4, people: { bob: { online: false } } });
  const page = await open(started.url, '#/contexts/room%3A1');
  await page.getByText('Live', { exact: true }).waitFor();
  return { ...started, manager, page };
}

describe('One context', () => {
  test('is a tree in which what changes is marked, that is searched, and tells who changed what', async () => {
    const { manager, page } = await room();
    const tree = page.locator('.tree').first();
    await manager.update('room:1', { topic: 'cocoa', more: 1 });
    await tree.getByText('"cocoa"').waitFor();
    expect(await tree.locator('.leaf.flash').allTextContents()).toContain('"cocoa"');
    await tree.locator('li.new', { hasText: 'more' }).waitFor();
    await page.getByPlaceholder('Find keys and values…').fill('ONLINE');
    await button(page, 'people.bob.online').click();
    await page.getByText('Added by version 4').waitFor();
    await page.getByPlaceholder('Find keys and values…').fill('');
    await tree.getByRole('button', { name: 'topic', exact: true }).click();
    await page.getByText('Changed by version 5').waitFor();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await button(page, 'Copy path').click();
    await button(page, 'Copied').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('topic');
    await button(page, 'Edit value').click();
    await page.getByLabel('New value, as JSON').fill('"soup"');
    await button(page, 'Save value').click();
    await tree.getByText('"soup"').waitFor();
    expect((await manager.get('room:1'))?.version).toBe(6);
    await shoot(page, 'context');
  }, 60_000);

  test('has a timeline to look back by, to compare any two versions, and to go back to one', async () => {
    const { manager, page } = await room();
    await button(page, /^2 /).click();
    await page.getByText('As it was at version 2').waitFor();
    const then = page.locator('.then');
    expect(await then.locator('.changes li').allTextContents()).toEqual(['~ n 1 2']);
    await page.getByLabel('The version to compare with').fill('4');
    await eventually(async () => expect(await then.locator('.changes li').count()).toBe(3));
    await page.getByRole('slider').focus();
    await page.keyboard.press('ArrowRight');
    await page.getByText('As it was at version 3').waitFor();
    expect(await then.locator('.tree').textContent()).toContain('"coffee"');
    await shoot(page, 'timeline');
    await button(page, 'Revert to version 3').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revert to version 3' }).click();
    await eventually(async () =>
      expect(await manager.get('room:1')).toMatchObject({ version: 5, context: { n: 3, topic: 'coffee' } }),
    );
    await button(page, 'Back to the present').click();
    await button(page, /^5 /).waitFor();
  }, 60_000);

  test('is edited, and where somebody was faster both sides are shown', async () => {
    const { manager, page } = await room();
    await button(page, 'Edit').click();
    await page.getByLabel('Merge changes into it').check();
    await page.getByLabel('What to merge').fill('{"n": 5}');
    await button(page, 'Save').click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await manager.get('room:1')).toMatchObject({ version: 5, context: { n: 5, topic: 'coffee' } });
    await button(page, 'Edit').click();
    await page.getByLabel('Replace the whole').check();
    await page.getByLabel('The context').fill('{"mine": true}');
    await manager.update('room:1', { theirs: true });
    await button(page, 'Save').click();
    await page.getByText('Somebody was faster').waitFor();
    await eventually(async () =>
      expect(await page.getByLabel(/^Theirs, version/).inputValue()).toContain('"theirs": true'),
    );
    expect(await page.getByLabel('Yours').inputValue()).toContain('"mine": true');
    await shoot(page, 'conflict');
    expect((await manager.get('room:1'))?.version).toBe(6);
    await button(page, 'Write over version 6').click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await manager.get('room:1')).toMatchObject({ version: 7, context: { mine: true } });
    // What was typed outlives the context.
    await button(page, 'Edit').click();
    await page.getByLabel('Replace the whole').check();
    await page.getByLabel('The context').fill('{"typed": true}');
    await manager.delete('room:1');
    await page.getByText('There is no such context').waitFor();
    await button(page, 'Save').click();
    await page.getByText('Theirs: it was deleted.').waitFor();
    await button(page, 'Make it anew').click();
    await eventually(async () => expect(await manager.get('room:1')).toMatchObject({ context: { typed: true } }));
  }, 60_000);

  test('is edited member by member, where what others do elsewhere is no conflict, and what they do there is shown', async () => {
    const { manager, page } = await room();
    await manager.set('room:1', { n: 1, topic: 'tea', open: true, tags: ['a'], 'odd/~key': null });
    const context = async () => (await manager.get('room:1'))?.context;
    const field = (name: string) => page.getByRole('dialog').getByLabel(name, { exact: true });
    const isSaved = () => page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByText('odd/~key').waitFor();
    await button(page, 'Edit').click();
    expect(await button(page, 'Save').isDisabled()).toBe(true);
    await field('n').fill('2x');
    await page.getByText('This is no JSON.').waitFor();
    expect(await button(page, 'Save').isDisabled()).toBe(true);
    await field('n').fill('2');
    await field('open').uncheck();
    await field('tags').fill('["a", "b"]');
    await field('odd/~key').fill('{"deep": 1}');
    await button(page, 'Remove topic').click();
    await button(page, 'Add a member').click();
    await field('Name of the new member').fill('n');
    await page.getByText('There is a member n.').waitFor();
    await field('Name of the new member').fill('more');
    await field('Value of the new member, as JSON').fill('"new"');
    // Elsewhere, while it is edited.
    await manager.update('room:1', { theirs: true });
    await field('theirs').waitFor();
    await shoot(page, 'form');
    await button(page, 'Save').click();
    await isSaved();
    const saved = { n: 2, open: false, tags: ['a', 'b'], 'odd/~key': { deep: 1 }, more: 'new', theirs: true };
    expect(await context()).toEqual(saved);

    await button(page, 'Edit').click();
    await field('n').fill('3');
    await field('more').fill('mine');
    await button(page, 'Remove open').click();
    await manager.update('room:1', { n: 30, more: 'theirs', open: true });
    await page.getByText('Theirs, meanwhile: 30').waitFor();
    await shoot(page, 'form-conflict');
    await button(page, 'Save').click();
    await page.getByText('Somebody was faster, and nothing was written.').waitFor();
    expect(await context()).toEqual({ ...saved, n: 30, more: 'theirs', open: true });
    await button(page, 'Take theirs').first().click();
    expect(await field('n').inputValue()).toBe('30');
    for (let left = 2; left > 0; left -= 1) await button(page, 'Keep mine').first().click();
    await button(page, 'Save').click();
    await isSaved();
    const { open: _, ...rest } = saved;
    expect(await context()).toEqual({ ...rest, n: 30, more: 'mine' });
  }, 60_000);

  test('keeps what is typed for one value while the context goes on, and shows what becomes of it', async () => {
    const { manager, page } = await room();
    await page.locator('.tree').getByRole('button', { name: 'n', exact: true }).click();
    await button(page, 'Edit value').click();
    await page.getByLabel('New value, as JSON').fill('7');
    await manager.update('room:1', { other: 1 });
    await page.locator('.tree').getByText('other').waitFor();
    expect(await page.getByLabel('New value, as JSON').inputValue()).toBe('7');
    await manager.update('room:1', { n: 70 });
    await page.getByText('Theirs, meanwhile: 70').waitFor();
    await button(page, 'Save value').click();
    await button(page, 'Keep mine').click();
    await page.getByText('PATCH_FAILED').waitFor();
    await button(page, 'Save value').click();
    await eventually(async () => expect((await manager.get('room:1'))?.context).toMatchObject({ n: 7, other: 1 }));
  }, 60_000);

  test('is exported, deleted and restored, each when it is confirmed, and errors are said', async () => {
    const kept = new Map<string, { context: { [key: string]: never }; version: number }>();
    const { manager, page } = await room({
      exportContext: async ({ contextId, context, version }) =>
        void kept.set(contextId, { context: context as never, version }),
      restoreContext: async (id) => kept.get(id) ?? Promise.reject(new Error('There is none.')),
    });
    await button(page, 'Restore').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Restore it' }).click();
    await page.getByText('RESTORE_FAILED').waitFor();
    await button(page, 'Cancel').click();
    await button(page, 'Export').click();
    await button(page, 'Export it').click();
    await page.getByText('Exported at version 4.').waitFor();
    await button(page, 'Delete').click();
    await page.keyboard.press('Escape');
    expect(await manager.get('room:1')).not.toBeNull();
    await button(page, 'Delete').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete it' }).click();
    await page.getByText('There is no such context').waitFor();
    await shoot(page, 'not-found');
    await button(page, 'Restore').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Restore it' }).click();
    await page.getByRole('heading', { name: 'Timeline' }).waitFor();
    expect(await manager.get('room:1')).toMatchObject({ context: { n: 4 } });
  }, 60_000);
});

test('The system is told live, and the cleanup server started and stopped', async () => {
  const { server, url } = await start();
  await server.manager.set('a', {});
  const page = await open(url, '#/system');
  await page.getByText('One process').waitFor();
  await page.getByRole('img', { name: /^Connections: [1-9]/ }).waitFor();
  await page.getByRole('img', { name: /^New conflicts: 0 now/ }).waitFor();
  await page.getByText('The store answers, and changes are heard of.').waitFor();
  await page.getByRole('img', { name: /^The store answers within: [\d.]+ ms now/ }).waitFor();
  const synced = (counts: string) => page.getByRole('img', { name: `New answers to sync: ${counts} now` }).waitFor();
  await synced('No change 0, A delta 0, A full context 0');
  // Each by itself: a point of the chart may come between two.
  await server.manager.sync('a', {});
  await synced('No change 0, A delta 0, A full context 1');
  await server.manager.sync('a', { version: 1 });
  await synced('No change 1, A delta 0, A full context 0');
  await page.getByText('Does not run').waitFor();
  await page.getByLabel(/^Every/).fill('30');
  await button(page, 'Start').click();
  await page.getByText('Runs every 30 s').waitFor();
  await button(page, 'Clean up now').click();
  await page.getByText('0 contexts ended').waitFor();
  await shoot(page, 'system');
  await button(page, 'Stop').click();
  await page.getByText('Does not run').waitFor();
}, 120_000);

test('Ids and keys that nobody could see, or that a page would take for its own, are shown and lead where they should', async () => {
  const { server, url } = await start();
  const ids = [' ', '\n', 'a/b', '100%', 'x#y', '..', '__proto__', '%2F', '<b>bold</b>', 'two  spaces', '\u202e'];
  for (const id of ids) await server.manager.set(id, { '': 'nothing', ' ': 'space', '<i>': '<i>' });
  const page = await open(url);
  for (const id of ids) {
    const text = id === '\u202e' ? '"\\u{202e}"' : id.trim() === '' ? JSON.stringify(id) : id;
    const link = page.getByRole('link', { name: text, exact: true });
    await link.click();
    await page.getByRole('heading', { name: text, exact: true, level: 1 }).waitFor();
    for (const key of ['""', '" "', '<i>']) await button(page, key).waitFor();
    expect(new URL(page.url()).hash).toBe(`#/contexts/${encodeURIComponent(id)}`);
    await page.goBack();
  }
}, 60_000);

describe('States', () => {
  test('who is not known is asked, and told what is not theirs', async () => {
    const policy = { read: ['room:*'], write: ['hall'] };
    const { server, url } = await start({
      access: { authenticate: ({ token }) => (token === 'right' ? { name: 'ada', policy } : null) },
    });
    await server.manager.set('room:1', { n: 1 });
    await server.manager.set('hall', { n: 1 });
    const page = await open(url);
    await page.getByLabel('Token').fill('wrong');
    await button(page, 'Sign in').click();
    await page.getByText('That token was refused').waitFor();
    await page.getByLabel('Token').fill('right');
    await button(page, 'Sign in').click();
    await page.getByRole('link', { name: 'room:1' }).click();
    await page.getByText('Live', { exact: true }).waitFor();
    await button(page, 'Export').click();
    await button(page, 'Export it').click();
    await page.getByText('Your rights do not reach this far.').waitFor();
    await button(page, 'Cancel').click();
    await page.getByRole('link', { name: 'System' }).click();
    await page.getByText('Your rights do not reach this far.').first().waitFor();
    await shoot(page, 'forbidden');
    await button(page, 'Sign out').click();
    await page.getByLabel('Token').waitFor();
  }, 60_000);

  test('a connection that is lost is said, what is shown stays, and all goes on by itself', async () => {
    const { server, url } = await start();
    await server.manager.set('room:1', { n: 1 });
    const page = await open(url, '#/contexts/room%3A1');
    await page.getByText('Live', { exact: true }).waitFor();
    await server.close();
    await page.getByText('Reconnecting… What you see is as it was.').waitFor();
    await page.getByText('Reconnecting… This is how it was.').waitFor();
    expect(await page.locator('.tree').first().textContent()).toContain('n 1');
    await shoot(page, 'reconnecting');
    const again = await start({ port: Number(new URL(url).port) });
    await again.server.manager.set('room:1', { n: 2 });
    await eventually(async () => expect(await page.locator('.tree').first().textContent()).toContain('n 2'));
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByText('Connected', { exact: true }).waitFor();
  }, 60_000);

  test('a context of 1 MB is shown, opened and searched while the page goes on', async () => {
    const { server, url } = await start();
    const items = Array.from({ length: 8000 }, (_, n) => ({ id: n, name: `item ${n}`, text: 'x'.repeat(80) }));
    await server.manager.set('large', { items, head: 1 });
    const page = await open(url, '#/contexts/large');
    await page.getByText('Live', { exact: true }).waitFor();
    await button(page, 'items, a list of 8000').click();
    await button(page, '7900 more').waitFor();
    await page.getByPlaceholder('Find keys and values…').fill('item 7999');
    await button(page, 'items[7999].name').waitFor();
    await page.getByPlaceholder('Find keys and values…').fill('');
    await server.manager.update('large', { head: 2 });
    await page.locator('.tree').first().getByText('2', { exact: true }).first().waitFor();
    // Of so many, those that somebody looks at.
    expect(await page.locator('.tree li').count()).toBeLessThan(500);
    await button(page, 'Edit').click();
    await page.getByLabel('head', { exact: true }).fill('3');
    await button(page, 'Save').click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect((await server.manager.get('large'))?.context['head']).toBe(3);
  }, 60_000);

  test('a context that changes a thousand times in a second is followed to its end', async () => {
    const { server, url } = await start();
    await server.manager.set('busy', { n: 0 });
    const page = await open(url, '#/contexts/busy');
    await page.getByText('Live', { exact: true }).waitFor();
    for (let n = 1; n <= 3000; n += 1) {
      await server.manager.update('busy', { n });
      if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 8));
    }
    await eventually(async () => expect(await page.locator('.tree').first().textContent()).toContain('n 3000'));
    await page.locator('.facts').getByText('3001').waitFor();
  }, 60_000);
});

describe('Nothing stands in the way', () => {
  test.each(['light', 'dark'] as const)(
    'of who uses it by other means, in %s',
    async (colorScheme) => {
      const { url, manager } = await room();
      for (const [name, hash, shown] of [
        ['contexts', '#/', 'room:1'],
        ['context', '#/contexts/room%3A1', 'As it is'],
        ['missing', '#/contexts/none', 'There is no such context'],
        ['system', '#/system', 'Since they began'],
      ] as const) {
        const page = await open(url, hash, { colorScheme });
        await page.getByText(shown).first().waitFor();
        if (name === 'context') {
          await button(page, /^3 /).click();
          await page.getByText('As it was at version 3').waitFor();
          await page.locator('.tree').first().getByRole('button', { name: 'topic', exact: true }).click();
        }
        expect(await barriers(page), name).toEqual([]);
        if (name === 'context') {
          await button(page, 'Edit').click();
          await button(page, 'Add a member').click();
          await page.getByLabel('n', { exact: true }).fill('{');
          expect(await barriers(page), 'the form').toEqual([]);
          await shoot(page, `form-${colorScheme}`);
          await page.getByLabel('Replace the whole').check();
          await page.getByLabel('The context').fill('{');
          expect(await barriers(page), 'the editor').toEqual([]);
        }
        await shoot(page, `${name}-${colorScheme}`);
      }
      expect((await manager.get('room:1'))?.version).toBe(4);
    },
    120_000,
  );

  test('on a phone', async () => {
    const { url } = await room();
    const phone = { viewport: { width: 360, height: 740 } };
    for (const [hash, shown] of [
      ['#/', 'room:1'],
      ['#/contexts/room%3A1', 'Timeline'],
      ['#/system', 'Since they began'],
    ] as const) {
      const page = await open(url, hash, phone);
      await page.getByText(shown).first().waitFor();
      await eventually(async () => expect(await fits(page), hash).toBe(true));
      await shoot(page, `phone-${hash.replaceAll(/\W+/g, '') || 'contexts'}`);
    }
    const page = await open(url, '#/contexts/room%3A1', phone);
    await button(page, 'Edit').click();
    await button(page, 'Add a member').click();
    const form = await page.getByRole('dialog').boundingBox();
    expect(form && form.x >= 0 && form.x + form.width <= phone.viewport.width).toBe(true);
    const isCut = await page.locator('.members').evaluate((members) => members.scrollWidth > members.clientWidth);
    expect(isCut).toBe(false);
    await shoot(page, 'phone-form');
  }, 60_000);
});
