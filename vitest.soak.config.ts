import { defineConfig } from 'vitest/config';
import config from './vitest.config.ts';

const { projects: _, ...test } = config.test ?? {};

/** What runs for as long as it is told to: `SOAK_MINUTES`, 120 by default, from the seed `SEED`, or any. */
export default defineConfig({
  ...config,
  test: { ...test, include: ['test/**/*.soak.ts'], testTimeout: 2 ** 31 - 1, reporters: ['default'] },
});
