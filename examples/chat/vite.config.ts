import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const sources = fileURLToPath(new URL('../../src/client', import.meta.url));

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  resolve: {
    // In a project of yours there is the package.
    alias: { 'arpeggio/client': `${sources}/index.ts`, 'arpeggio/react': `${sources}/react/index.ts` },
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      // The server takes sockets from pages of its own origin only. With the browser's `Host` left as it is, that is this page's, and nobody else's.
      '/graphql': { target: process.env['ARPEGGIO_URL'] ?? 'http://127.0.0.1:4000', ws: true, changeOrigin: false },
    },
  },
});
