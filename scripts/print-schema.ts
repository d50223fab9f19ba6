import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from '../src/schema/index.ts';

// Writes schema.graphql; with --check it only tells whether the file is as the schema prints.
const file = new URL('../schema.graphql', import.meta.url);
const printed = `${printSchema(lexicographicSortSchema(schema))}\n`;
if (!process.argv.includes('--check')) {
  writeFileSync(file, printed);
} else if (readFileSync(file, 'utf8') !== printed) {
  console.error('schema.graphql is stale: run `npm run schema`.');
  process.exitCode = 1;
}
