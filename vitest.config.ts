import { defineConfig } from 'vitest/config';

// Where to write a JSON report, for whoever counts the results.
const report = process.env['TEST_REPORT'];

export default defineConfig({
  resolve: {
    // Vite would take graphql's ESM build for our files while Node takes the CommonJS one for the packages we use:
    // two copies, and `instanceof` fails between them. This makes both use the same file.
    alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }],
  },
  test: {
    globalSetup: ['test/helpers/redis/global-setup.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'memory',
          include: ['test/**/*.test.ts'],
          exclude: ['test/browser/**', 'test/**/*.slow.test.ts'],
          provide: { store: 'memory' },
        },
      },
      {
        extends: true,
        test: { name: 'slow', include: ['test/**/*.slow.test.ts'], provide: { store: 'memory' } },
      },
      // Everything that reaches contexts through a server, once more on Redis.
      {
        extends: true,
        test: {
          name: 'redis',
          include: ['test/server/**/*.test.ts', 'test/client/*.test.ts'],
          exclude: ['test/server/redis-*.test.ts'],
          provide: { store: 'redis' },
        },
      },
    ],
    environment: 'node',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
});
