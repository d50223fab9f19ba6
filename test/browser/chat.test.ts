import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { freePort } from '../helpers/redis/server.ts';
import { arePresent, ChatWindow, serveChat, startServer } from './chat-windows.ts';
import { launchChromium } from './chromium.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
}, 300_000);

afterAll(() => browser?.close());

describe('The chat', () => {
  it('keeps two windows equal while its server is restarted and both go on writing', async () => {
    const port = await freePort();
    const redis = ['--redis-url', inject('redisUrl'), '--redis-prefix', `chat-${port}`];
    const first = await startServer(port, ...redis);
    const url = await serveChat(port);
    const ada = await ChatWindow.open(browser, url);
    const bob = await ChatWindow.open(browser, url, { colorScheme: 'dark' });
    await ada.shot('chat-join');
    await ada.join('Ada');
    await bob.join('Bob');
    await arePresent(['Ada', 'Bob'], ada, bob);
    await ada.say('Good morning!', 'Is anybody here?');
    await eventually(async () => expect(await bob.messages()).toHaveLength(2));
    await bob.say('I am. The kettle is on.');
    await eventually(async () => expect(await ada.messages()).toHaveLength(3));
    await ada.shot('chat-light');
    await bob.shot('chat-dark');

    first.signal('SIGTERM');
    expect(await first.exit).toBe(0);
    await Promise.all([ada.stands('Reconnecting…'), bob.stands('Reconnecting…')]);
    for (let n = 1; n <= 5; n += 1) await Promise.all([ada.say(`Ada, without, ${n}`), bob.say(`Bob, without, ${n}`)]);
    await eventually(async () => expect(await ada.messages()).toHaveLength(8));
    await eventually(async () => expect(await ada.pending()).toBe(5));
    await arePresent(['Ada', 'Bob'], ada, bob);
    await ada.shot('chat-reconnecting-light');
    await bob.shot('chat-reconnecting-dark');

    const second = await startServer(port, ...redis);
    await Promise.all([ada.stands('Live'), bob.stands('Live')]);
    await areEqual(13, ada, bob);
    await arePresent(['Ada', 'Bob'], ada, bob);

    // Once more, without a word of goodbye, and with writes under way.
    const writing = Promise.all([ada.say('One more thing.'), bob.say('Me too.')]);
    second.signal('SIGKILL');
    await second.exit;
    // Nobody types two messages at once.
    await writing;
    await ada.say('Where did everybody go?');
    await startServer(port, ...redis);
    const messages = await areEqual(16, ada, bob);
    expect(new Set(messages).size).toBe(16);
    await ada.shot('chat-again-light');
    await bob.page.reload();
    await eventually(async () => expect(await bob.messages()).toEqual(messages));
  }, 240_000);

  it('begins anew when its server has kept nothing: no ghosts, and what was said meanwhile arrives', async () => {
    const port = await freePort();
    const first = await startServer(port);
    const url = await serveChat(port);
    const ada = await ChatWindow.open(browser, url);
    const bob = await ChatWindow.open(browser, url, { viewport: { width: 390, height: 720 }, colorScheme: 'dark' });
    const eve = await ChatWindow.open(browser, url);
    for (const [window, name] of [
      [ada, 'Ada'],
      [bob, 'Bob'],
      [eve, 'Eve'],
    ] as const)
      await window.join(name, 'kitchen');
    await arePresent(['Ada', 'Bob', 'Eve'], ada, bob, eve);
    await ada.say('This will be forgotten.');
    await eventually(async () => expect(await bob.messages()).toEqual(['This will be forgotten.']));
    await bob.shot('chat-phone-dark');

    first.signal('SIGKILL');
    await first.exit;
    await Promise.all([ada.stands('Reconnecting…'), bob.stands('Reconnecting…')]);
    await eve.page.close();
    await bob.say('Said while it was away.');
    await startServer(port);
    await Promise.all([ada.stands('Live'), bob.stands('Live')]);
    await arePresent(['Ada', 'Bob'], ada, bob);
    await eventually(async () => {
      for (const window of [ada, bob]) expect(await window.messages()).toEqual(['Said while it was away.']);
    });
    await eventually(async () => expect(await bob.pending()).toBe(0));
    await ada.say('And on it goes.');
    await eventually(async () => expect(await bob.messages()).toEqual(['Said while it was away.', 'And on it goes.']));
    await bob.shot('chat-phone-anew-dark');
  }, 240_000);

  it('takes who leaves off the list, and is used without a mouse', async () => {
    const port = await freePort();
    await startServer(port);
    const url = await serveChat(port);
    const ada = await ChatWindow.open(browser, url, { viewport: { width: 390, height: 720 } });
    const bob = await ChatWindow.open(browser, url);
    await ada.join('Ada');
    await bob.join('Bob');
    await arePresent(['Ada', 'Bob'], ada, bob);
    await ada.shot('chat-phone-light');
    const { page } = bob;
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await page.getByLabel('Your name').waitFor();
    await arePresent(['Ada'], ada);
    await bob.join('Bob');
    await arePresent(['Ada', 'Bob'], ada);
    await page.goto('about:blank');
    await arePresent(['Ada'], ada);
    await page.goBack();
    await arePresent(['Ada', 'Bob'], ada, bob);
  }, 120_000);
});

/** Resolves once all windows show the same messages, so many of them and none on its way; returns them. */
async function areEqual(count: number, ...windows: readonly ChatWindow[]): Promise<readonly string[]> {
  return eventually(async () => {
    const [first = [], ...others] = await Promise.all(windows.map((window) => window.messages()));
    expect(first).toHaveLength(count);
    for (const other of others) expect(other).toEqual(first);
    for (const window of windows) expect(await window.pending()).toBe(0);
    return first;
  });
}
