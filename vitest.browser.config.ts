import { defineConfig } from 'vitest/config';
import config from './vitest.config.ts';

const { projects: _, globalSetup = [], ...test } = config.test ?? {};

/** The tests that need a browser; `npm test` needs none. */
export default defineConfig({
  ...config,
  test: {
    ...test,
    globalSetup: [globalSetup, 'test/browser/chromium.ts'].flat(),
    include: ['test/browser/**/*.test.ts'],
    exclude: [],
    reporters: ['default'],
  },
});
