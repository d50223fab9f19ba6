import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createServer, type Server } from '../../src/server/create-server.ts';
import { silentLog } from '../../src/server/log.ts';
import { launchChromium } from './chromium.ts';

const shots = join(import.meta.dirname, '..', '..', 'screenshots');

let browser: Browser;
let server: Server;
let url: string;

beforeAll(async () => {
  mkdirSync(shots, { recursive: true });
  browser = await launchChromium();
  server = createServer({ port: 0, log: silentLog, archive: 'off' });
  url = (await server.listen()).http;
}, 300_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** GraphiQL in a window of its own, with its editor loaded. */
async function openGraphiql(outside: string[], at = url): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== new URL(at).origin)
      outside.push(request.url());
  });
  page.on('pageerror', (error) => outside.push(error.message));
  await page.goto(at);
  await page.getByText('contextChanged').first().waitFor();
  return page;
}

/** Runs one of the operations that the page opens with. */
async function run(page: Page, operation: string): Promise<void> {
  await page.locator('.graphiql-execute-button').click();
  await page.getByRole('menuitem', { name: operation, exact: true }).click();
}

async function shown(page: Page, text: string): Promise<void> {
  await page.waitForFunction(
    (wanted) =>
      (document.querySelector('.result-window')?.textContent ?? '').replaceAll('\u00a0', ' ').includes(wanted),
    text,
  );
}

test('a mutation run in one window is seen by a subscription in another, and nothing is asked of anybody else', async () => {
  const outside: string[] = [];
  const watching = await openGraphiql(outside);
  const writing = await openGraphiql(outside);
  await run(writing, 'Set');
  await shown(writing, '"version": 1');
  await run(watching, 'Watch');
  await shown(watching, '"FullContext"');
  await run(writing, 'Update');
  await shown(writing, '"MODIFIED"');
  await shown(watching, '"Delta"');
  await shown(watching, '"fromVersion": 1');
  await watching.screenshot({ path: join(shots, 'graphiql.png') });
  expect(outside).toEqual([]);
}, 120_000);

test('every example that the page opens with works', async () => {
  const outside: string[] = [];
  const page = await openGraphiql(outside);
  for (const [operation, answer] of [
    ['Set', '"setContext"'],
    ['Update', '"updateContext"'],
    ['Sync', '"op": '],
    ['List', '"nodes"'],
    ['Delete', '"DELETED"'],
  ] as const) {
    await run(page, operation);
    await shown(page, answer);
  }
  expect(outside).toEqual([]);
}, 120_000);

test('credentials among the headers hold for subscriptions too', async () => {
  const sha256 = createHash('sha256').update('a key').digest('hex');
  const access = { apiKeys: [{ sha256, name: 'a person', may: { read: ['*'], write: ['*'] } }] };
  const guarded = createServer({ port: 0, log: silentLog, archive: 'off', access });
  try {
    const page = await openGraphiql([], (await guarded.listen()).http);
    await run(page, 'Watch');
    await shown(page, '"UNAUTHENTICATED"');
    await page.getByRole('button', { name: 'Headers' }).click();
    await page.locator('.graphiql-editor-tool .monaco-editor').last().click();
    await page.keyboard.insertText('{"x-api-key": "a key"}');
    await run(page, 'Set');
    await shown(page, '"version": 1');
    await run(page, 'Watch');
    await shown(page, '"INITIAL"');
    await guarded.manager.update('room:1', { y: 2 });
    await shown(page, '"fromVersion": 1');
  } finally {
    await guarded.close();
  }
}, 120_000);
