import type { Browser, Page } from 'playwright-core';
import { createElement as h } from 'react';
import { renderToString } from 'react-dom/server';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { createClient } from '../../src/client/index.ts';
import { ArpeggioProvider } from '../../src/client/react/index.ts';
import { type ListeningApp, startApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';
import { launchChromium } from './chromium.ts';
import { bundlePage, openPage, subscriptionsOf } from './page.ts';
import { sceneOf } from './pages/scenes.ts';

let browser: Browser;
let script: string;

beforeAll(async () => {
  [browser, script] = await Promise.all([launchChromium(), bundlePage('react')]);
}, 300_000);

afterAll(() => browser?.close());

async function start(): Promise<ListeningApp & { page: Page; subscriptions: readonly string[] }> {
  const app = await startApp();
  const page = await openPage(browser, app.origin, script);
  const subscriptions = subscriptionsOf(page);
  return { ...app, page, subscriptions };
}

/** Resolves once an element of the page shows this. */
async function shows(page: Page, selector: string, text: string): Promise<void> {
  await eventually(async () => expect(await page.locator(selector).textContent({ timeout: 1000 })).toBe(text));
}

describe('useReplica', () => {
  it('renders a component when what it selects changes, and only then', async () => {
    const { server, page, subscriptions } = await start();
    await server.manager.set('n', { a: 1, b: 2 });
    await page.evaluate(() => {
      stage.show('selections', { id: 'n' });
      stage.connect();
    });
    await shows(page, '#all', 'live 1 {"a":1,"b":2}');
    const before = await page.evaluate(() => ({ ...stage.renders }));
    await server.manager.update('n', { b: 4 });
    await shows(page, '#all', 'live 2 {"a":1,"b":4}');
    await server.manager.update('n', { b: 6 });
    await shows(page, '#all', 'live 3 {"a":1,"b":6}');
    await shows(page, '#fresh', '{"a":1,"b":6}');
    const between = await page.evaluate(() => ({ ...stage.renders }));
    expect(between).toMatchObject({ a: before['a'], parity: before['parity'] });
    expect(between['all']).toBe(before['all']! + 2);
    expect(between['fresh']).toBe(before['fresh']! + 2);
    await server.manager.update('n', { a: 2, b: 7 });
    await shows(page, '#a', '2');
    await shows(page, '#parity', 'odd');
    const after = await page.evaluate(() => ({ ...stage.renders }));
    expect(after).toMatchObject({ a: before['a']! + 1, parity: before['parity']! + 1 });
    expect(await page.evaluate(() => stage.watched)).toEqual(['n', 'n', 'n', 'n']);
    expect(subscriptions).toEqual(['n']);
  });

  it('watches once in StrictMode, and no longer than it is there', async () => {
    const { server, feed, page, subscriptions } = await start();
    await server.manager.set('n', { a: 1 });
    await page.evaluate(() => {
      stage.show('strict', { id: 'n' });
      stage.connect();
    });
    await shows(page, '#all', 'live 1 {"a":1}');
    expect(feed.size).toBe(1);
    await page.evaluate(() => stage.unmount());
    await eventually(() => expect(feed.size).toBe(0));
    expect(await page.evaluate(() => stage.client.peek('n'))).toBeUndefined();
    expect(subscriptions).toEqual(['n']);
  });

  it('comes back at once to what it left a moment ago, with all that is known of it', async () => {
    const { server, page, subscriptions } = await start();
    await server.manager.set('n', { a: 1 });
    await page.evaluate(() => {
      stage.show('all', { id: 'n' });
      stage.connect();
    });
    await shows(page, '#all', 'live 1 {"a":1}');
    const texts = await page.evaluate(async () => {
      const seen: (string | null | undefined)[] = [];
      new MutationObserver(() => seen.push(document.querySelector('#all')?.textContent)).observe(document.body, {
        subtree: true,
        childList: true,
        characterData: true,
      });
      stage.unmount();
      stage.show('all', { id: 'n' });
      while (!document.querySelector('#all')) await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
      return seen;
    });
    expect(texts).not.toContain('connecting undefined undefined');
    await shows(page, '#all', 'live 1 {"a":1}');
    expect(subscriptions).toEqual(['n']);
  });

  it('goes to another id: never shows the one as the other, and leaves the first', async () => {
    const { server, feed, page, subscriptions } = await start();
    await server.manager.set('one', { a: 1 });
    await server.manager.set('two', { a: 2 });
    await page.evaluate(() => {
      stage.show('strict', { id: 'one' });
      stage.connect();
    });
    await shows(page, '#all', 'live 1 {"a":1}');
    await page.evaluate(() => stage.show('strict', { id: 'two' }));
    await shows(page, '#all', 'live 1 {"a":2}');
    await shows(page, '#a', '2');
    await eventually(() => expect(feed.size).toBe(1));
    await server.manager.update('one', { a: 3 });
    await server.manager.update('two', { a: 4 });
    await shows(page, '#all', 'live 2 {"a":4}');
    expect(subscriptions).toEqual(['one', 'two']);
  });

  it('shows one version everywhere, however long it takes to render', async () => {
    const { server, page } = await start();
    await server.manager.set('n', { a: 0 });
    await page.evaluate(() => {
      stage.show('slow', { id: 'n' });
      stage.connect();
    });
    await shows(page, '.slow >> nth=0', '1');
    await page.evaluate(() => {
      const torn: string[] = [];
      Object.assign(globalThis, { torn });
      new MutationObserver(() => {
        const texts = new Set([...document.querySelectorAll('.slow')].map(({ textContent }) => textContent));
        if (texts.size > 1) torn.push([...texts].join(' '));
      }).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    for (let n = 1; n <= 30; n += 1) {
      await server.manager.update('n', { a: n });
      await page.evaluate((n) => stage.showLater('slow', { id: 'n', n }), n);
    }
    await shows(page, '.slow >> nth=9', '31');
    expect(await page.evaluate('torn')).toEqual([]);
  });

  it('shows a write before the event that made it is over: a field keeps its caret', async () => {
    const { server, page } = await start();
    await server.manager.set('n', { text: 'bd' });
    await page.evaluate(() => {
      stage.show('field', { id: 'n' });
      stage.connect();
    });
    const field = page.locator('#field');
    await eventually(async () => expect(await field.inputValue()).toBe('bd'));
    await field.press('Home');
    await field.pressSequentially('a');
    await field.press('ArrowRight');
    await field.pressSequentially('cc');
    expect(await field.inputValue()).toBe('abccd');
    await eventually(async () => expect(await server.manager.get('n')).toMatchObject({ context: { text: 'abccd' } }));
  });

  it('takes over what a server has rendered, without a difference', async () => {
    const { server, page } = await start();
    await server.manager.set('n', { a: 1 });
    const client = createClient({ url: 'ws://127.0.0.1:1', webSocketImpl: WebSocket });
    onTestFinished(() => client.close());
    const html = renderToString(h(ArpeggioProvider, { client }, sceneOf('all', { id: 'n' })));
    expect(html).toContain('connecting');
    await page.evaluate((html) => {
      stage.hydrate(html, 'all', { id: 'n' });
      stage.connect();
    }, html);
    await shows(page, '#all', 'live 1 {"a":1}');
    expect(await page.evaluate(() => stage.errors)).toEqual([]);
  });
});

describe('useSuspenseReplica', () => {
  it('suspends until something is known, watches once, and leaves', async () => {
    const { server, feed, page, subscriptions } = await start();
    await server.manager.set('n', { a: 1 });
    await page.evaluate(() => stage.show('suspending', { id: 'n' }));
    await shows(page, 'i', 'Waiting.');
    await page.evaluate(() => stage.connect());
    await shows(page, '#suspending', 'live 1');
    expect(await page.locator('i').count()).toBe(0);
    await server.manager.update('n', { a: 2 });
    await shows(page, '#suspending', 'live 2');
    expect(subscriptions).toEqual(['n']);
    await page.evaluate(() => stage.unmount());
    await eventually(() => expect(feed.size).toBe(0));
  });

  it('that never came back leaves no watch', async () => {
    const { server, feed, page } = await start();
    await server.manager.set('n', { a: 1 });
    await page.evaluate(() => stage.show('suspending', { id: 'n' }));
    await shows(page, 'i', 'Waiting.');
    await page.evaluate(() => {
      stage.show('nothing', { id: 'n' });
      stage.connect();
    });
    await eventually(() => expect(feed.size).toBe(1));
    await eventually(() => expect(feed.size).toBe(0));
  });

  it('throws what the server refuses, and asks again when that is wanted', async () => {
    const { page, subscriptions } = await start();
    const id = 'x'.repeat(10_000);
    await page.evaluate((id) => {
      stage.connect();
      stage.show('suspending', { id });
    }, id);
    await shows(page, '#failed', 'BAD_USER_INPUT');
    expect(subscriptions).toHaveLength(1);
    await page.evaluate((id) => stage.client.watch(id).close(), id);
    await page.locator('#failed').click();
    await eventually(() => expect(subscriptions).toHaveLength(2));
    await shows(page, '#failed', 'BAD_USER_INPUT');
    // Without a word to the client it asks again, too, once the refusal is forgotten.
    await eventually(() => page.evaluate((id) => stage.client.peek(id) === undefined || Promise.reject(), id));
    await page.locator('#failed').click();
    await eventually(() => expect(subscriptions).toHaveLength(3));
  });
});
