import { existsSync } from 'node:fs';

const entry = new URL('../dist/index.js', import.meta.url);
if (!existsSync(entry)) throw new Error('The benchmark measures what is published: npm run build');

/**
 * The package as it is published. The sources are run by tsx, which gives each function its name anew whenever it is made: that costs time,
 * and hundreds of bytes for each that is kept.
 */
export const { createServer, silentLog } = (await import(entry.href)) as typeof import('../src/index.ts');
