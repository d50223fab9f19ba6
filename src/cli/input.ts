import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { admitObject, type JsonObject } from '../json.ts';
import { UsageError } from './failure.ts';

/** The server tells its own limits; this one only keeps hostile depth out of what walks here. */
const ADMISSION = { keyBytes: Number.POSITIVE_INFINITY, depth: 500, nodes: Number.POSITIVE_INFINITY };

/**
 * The JSON object that a command was given: as typed, from `@FILE`, or from stdin (`-`, and where nothing was typed).
 *
 * @throws UsageError, and InputError for what no context can hold; neither shows any of it
 */
export async function readJson(typed: string | undefined, stdin: Stdin): Promise<JsonObject> {
  const [source, text] = await readText(typed, stdin);
  return admitObject(parse(source, text), ADMISSION);
}

export type Stdin = Readable & { readonly isTTY?: boolean };

async function readText(typed: string | undefined, stdin: Stdin): Promise<readonly [source: string, text: string]> {
  if (typed === undefined || typed === '-') return ['stdin', decode('stdin', await readAll(stdin))];
  if (!typed.startsWith('@')) return ['JSON', typed];
  const file = typed.slice(1);
  try {
    return [file, decode(file, await readFile(file))];
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${file} can't be read: ${(error as { readonly code?: unknown }).code}.`);
  }
}

async function readAll(stdin: Stdin): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdin) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** What is not UTF-8 would be stored as something else than it is. */
function decode(source: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${source} is not UTF-8.`);
  }
}

function parse(source: string, text: string): unknown {
  if (text.trim() === '') throw new UsageError(`${source} is empty; it takes a JSON object.`);
  try {
    return JSON.parse(text);
  } catch (error) {
    // The rest of its message may quote the data.
    const [at = ''] = / at position \d+/.exec((error as Error).message) ?? [];
    throw new UsageError(
      `${source} is no valid JSON${at}.${source === 'JSON' ? ' Put it in quotes: \'{"a":1}\'.' : ''}`,
    );
  }
}
