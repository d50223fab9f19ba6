import process from 'node:process';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

export default defineConfig({
  root: import.meta.dirname,
  // The server answers `/` with the page, and `/dashboard/` with what belongs to it.
  base: '/dashboard/',
  plugins: [react()],
  resolve: {
    alias: {
      'arpeggio/client': path('../src/client/index.ts'),
      'arpeggio/react': path('../src/client/react/index.ts'),
    },
  },
  build: { outDir: path('../dist/dashboard'), emptyOutDir: true, sourcemap: false },
  server: {
    host: '127.0.0.1',
    proxy: {
      // The server takes sockets from pages of its own origin only. With the browser's `Host` left as it is, that is this page's, and nobody else's.
      '/graphql': { target: process.env['ARPEGGIO_URL'] ?? 'http://127.0.0.1:4000', ws: true, changeOrigin: false },
    },
  },
});
