import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { optionNames, options } from '../../src/options.ts';

export const root = join(import.meta.dirname, '../..');

export function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** The documents of a YAML file, which says nothing twice. */
export function documentsOf<T>(path: string): readonly T[] {
  return parseAllDocuments(textOf(path), { strict: true, uniqueKeys: true }).map((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    return document.toJS() as T;
  });
}

/** What the process looks for in its environment. */
export const variables: ReadonlySet<string> = new Set(
  optionNames.flatMap((name) => {
    const { env, isSecret } = options[name];
    return env === undefined ? [] : isSecret ? [env, `${env}_FILE`] : [env];
  }),
);
