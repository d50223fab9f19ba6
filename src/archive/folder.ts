import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Driver } from 'unstorage';

/**
 * Files in one folder, each replaced as a whole: the new one is written beside the old one and takes its name when it is complete, so
 * that neither two writers at once nor a crash leave half a file. (unstorage's own drivers for folders write into the old one.) The
 * folder is made with the first file. Keys are file names.
 */
export function folder(base: string): Driver {
  const pathOf = (key: string): string => join(base, key);
  const read = async (key: string): Promise<Buffer | null> => {
    try {
      return await readFile(pathOf(key));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
  };
  const write = async (key: string, value: string | Uint8Array): Promise<void> => {
    await mkdir(base, { recursive: true });
    const unfinished = pathOf(`${key}.${randomUUID()}.unfinished`);
    try {
      await writeFile(unfinished, value, { flush: true });
      await rename(unfinished, pathOf(key));
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
  };
  return {
    name: 'folder',
    hasItem: async (key) => (await read(key)) !== null,
    getItem: async (key) => (await read(key))?.toString('utf8') ?? null,
    getItemRaw: read,
    setItem: write,
    setItemRaw: write,
    removeItem: (key) => rm(pathOf(key), { force: true }),
    getKeys: async () => [],
  };
}
