import { createHash } from 'node:crypto';
import type { Storage } from 'unstorage';
import { isObject } from '../json.ts';
import type { ExportContext, RestoreContext } from './archive.ts';

export interface StorageArchive {
  readonly exportContext: ExportContext;
  readonly restoreContext: RestoreContext;
  /** Lets go of what the storage holds open. */
  readonly close: () => Promise<void>;
}

/**
 * An archive in any storage that unstorage has a driver for. A context is one item of JSON under the SHA-256 of its id, since ids may
 * be longer, and hold other characters, than keys and file names.
 */
export function storageArchive(storage: Storage): StorageArchive {
  return {
    // As bytes: storages parse text that looks like JSON by rules of their own, and drop keys such as `__proto__`.
    async exportContext(exported) {
      await storage.setItemRaw(keyOf(exported.contextId), Buffer.from(JSON.stringify(exported)));
    },
    async restoreContext(id) {
      const item: unknown = await storage.getItemRaw(keyOf(id));
      if (item === null || item === undefined) return null;
      const archived: unknown = JSON.parse(textOf(item));
      if (!isObject(archived) || archived['contextId'] !== id)
        throw new TypeError('The archive holds something else there.');
      const { context, version } = archived;
      if (!isObject(context) || typeof version !== 'number') throw new TypeError('The archive holds no context there.');
      return { context, version };
    },
    close: () => storage.dispose(),
  };
}

function textOf(item: unknown): string {
  if (typeof item === 'string') return item;
  if (item instanceof ArrayBuffer || ArrayBuffer.isView(item)) return new TextDecoder().decode(item);
  throw new TypeError('The archive holds no text there.');
}

function keyOf(id: string): string {
  return `${createHash('sha256').update(id, 'utf8').digest('hex')}.json`;
}
