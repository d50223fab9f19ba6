import { type BuiltinDriverName, builtinDrivers, createStorage, type Driver, type Storage } from 'unstorage';
import { folder } from './folder.ts';
import { type StorageArchive, storageArchive } from './storage-archive.ts';

/**
 * The archive that a text names: `fs:FOLDER`, or `DRIVER:{options as JSON}` for any driver that unstorage brings, such as
 * `redis:{"url":"redis://localhost"}`. The driver is loaded, and what it needs looked for, when it is first used.
 *
 * @throws TypeError that says what is wrong with the text
 */
export function archiveNamed(spec: string): StorageArchive {
  const open = parse(spec);
  let storage: Promise<Storage> | undefined;
  const opened = async (): Promise<StorageArchive> => {
    storage ??= open();
    try {
      return storageArchive(await storage);
    } catch (error) {
      // Whatever was missing may be there next time.
      storage = undefined;
      throw error;
    }
  };
  return {
    exportContext: async (context, call) => (await opened()).exportContext(context, call),
    restoreContext: async (id, call) => (await opened()).restoreContext(id, call),
    close: async () => (await storage)?.dispose(),
  };
}

const TAKES = 'fs:FOLDER, DRIVER:{options as JSON} for any driver of unstorage, or off';

function parse(spec: string): () => Promise<Storage> {
  const [, name = '', rest = ''] = /^([a-z][\w-]*):(.+)$/is.exec(spec) ?? [];
  if (name === '') throw new TypeError(`archive takes ${TAKES}.`);
  if (name === 'fs') return async () => createStorage({ driver: folder(rest) });
  if (!isDriver(name))
    throw new TypeError(`archive names the driver ${name}, which unstorage has not; it takes ${TAKES}.`);
  const options = parseOptions(name, rest);
  return () => load(name, options);
}

function parseOptions(name: string, text: string): object {
  try {
    const options: unknown = JSON.parse(text);
    if (typeof options === 'object' && options !== null) return options;
  } catch {
    // Said below, without quoting what may hold a password.
  }
  throw new TypeError(`archive has no JSON object behind ${name}:; it takes ${TAKES}.`);
}

function isDriver(name: string): name is BuiltinDriverName {
  return Object.hasOwn(builtinDrivers, name);
}

async function load(name: BuiltinDriverName, options: object): Promise<Storage> {
  const { default: createDriver } = (await import(builtinDrivers[name])) as { default: (options: object) => Driver };
  return createStorage({ driver: createDriver(options) });
}
