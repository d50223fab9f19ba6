import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { createServer } from 'vite';
import { expect, onTestFinished } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { MainProcess } from '../helpers/main-process.ts';

const example = join(import.meta.dirname, '..', '..', 'examples', 'chat');
const shots = join(import.meta.dirname, '..', '..', 'screenshots');

/** The server as a process of its own, listening where the one before it did. */
export async function startServer(port: number, ...args: readonly string[]): Promise<MainProcess> {
  const server = new MainProcess(['--port', String(port), '--archive', 'off', ...args]);
  await server.says(/is listening/);
  return server;
}

/** The example as `vite` serves it, in front of the server at that port. Returns its address. */
export async function serveChat(port: number): Promise<string> {
  process.env['ARPEGGIO_URL'] = `http://127.0.0.1:${port}`;
  const vite = await createServer({
    configFile: join(example, 'vite.config.ts'),
    logLevel: 'silent',
    server: { port: 0, hmr: false, watch: null },
  });
  onTestFinished(() => vite.close());
  await vite.listen();
  const [url] = vite.resolvedUrls?.local ?? [];
  if (!url) throw new Error('The page is not served.');
  return url;
}

/** A window with a memory of its own: somebody else's. */
export class ChatWindow {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  static async open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<ChatWindow> {
    const context = await browser.newContext({ viewport: { width: 1000, height: 680 }, ...options });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.goto(url);
    return new ChatWindow(page);
  }

  async join(name: string, room = 'lobby'): Promise<void> {
    await this.page.getByLabel('Your name').fill(name);
    await this.page.getByLabel('Room').fill(room);
    await this.page.getByLabel('Room').press('Enter');
  }

  async say(...texts: readonly string[]): Promise<void> {
    for (const text of texts) {
      await this.page.getByLabel('Message', { exact: true }).fill(text);
      await this.page.getByLabel('Message', { exact: true }).press('Enter');
      await this.page.locator('.message .text').getByText(text, { exact: true }).waitFor();
    }
  }

  /** The texts of the messages, as they stand one below the other. */
  messages(): Promise<readonly string[]> {
    return this.page.locator('.message .text').allTextContents();
  }

  people(): Promise<readonly string[]> {
    return this.page.getByRole('region', { name: 'Here now' }).getByRole('listitem').allTextContents();
  }

  pending(): Promise<number> {
    return this.page.locator('.message.pending').count();
  }

  /** Resolves once the word for the connection is this. */
  async stands(word: string): Promise<void> {
    await this.page.getByRole('status').getByText(word).waitFor();
  }

  async shot(name: string): Promise<void> {
    mkdirSync(shots, { recursive: true });
    await this.page.screenshot({ path: join(shots, `${name}.png`) });
  }
}

/** Resolves once these windows show exactly these people. */
export async function arePresent(names: readonly string[], ...windows: readonly ChatWindow[]): Promise<void> {
  await eventually(async () => {
    for (const window of windows) {
      const seen = await window.people();
      expect(seen.map((name) => name.replace(' (you)', ''))).toEqual(names);
    }
  });
}
