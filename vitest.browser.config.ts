import { defineConfig } from 'vitest/config';
import config from './vitest.config.ts';

const { projects: _, ...test } = config.test ?? {};

/** The tests that need a browser; `npm test` needs none. */
export default defineConfig({
  ...config,
  test: { ...test, include: ['test/browser/**/*.test.ts'], exclude: [], reporters: ['default'] },
});
