import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { onTestFinished } from 'vitest';
import type { Stage } from './pages/react.ts';

declare global {
  /** In the page. */
  var stage: Stage;
}

/** A page's program, with React as it is while one develops: `StrictMode` mounts everything twice. */
export async function bundlePage(name: 'react' | 'client'): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': JSON.stringify('development') },
    build: {
      write: false,
      minify: false,
      rolldownOptions: { input: join(import.meta.dirname, 'pages', `${name}.ts`) },
    },
  });
  const [bundle] = [result].flat();
  const [chunk] = bundle && 'output' in bundle ? bundle.output : [];
  if (!chunk) throw new Error('Nothing was built.');
  return chunk.code;
}

/** Opens the page as one of the server's own, so that it may connect; nothing else is asked of anybody. */
export async function openPage(browser: Browser, origin: string, script: string): Promise<Page> {
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  const page = await context.newPage();
  // A page whose answer is made up may not connect to the loopback: this one is really the server's.
  await page.goto(`${origin}/health`);
  await page.setContent('<!doctype html><div id="root"></div>');
  await page.addScriptTag({ type: 'module', content: script });
  await page.waitForFunction(() => 'stage' in globalThis || 'desk' in globalThis);
  return page;
}

/** How often the page has subscribed to a context. */
export function subscriptionsOf(page: Page): readonly string[] {
  const ids: string[] = [];
  page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      const { type, payload: operation } = JSON.parse(String(payload));
      if (type === 'subscribe' && operation.query.includes('contextChanged')) ids.push(operation.variables.id);
    }),
  );
  return ids;
}
