import { defineConfig } from 'vitest/config';
import config from './vitest.config.ts';

/** The tests that need a browser; `npm test` needs none. */
export default defineConfig({
  ...config,
  test: { ...config.test, include: ['test/browser/**/*.test.ts'], exclude: [], reporters: ['default'] },
});
