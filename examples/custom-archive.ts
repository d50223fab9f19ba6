// An archive of one's own: each context in a JSON file, until it is restored.
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ArchivedContext, createServer, type ExportContext, type RestoreContext } from '../src/index.ts'; // 'arpeggio'

const folder = await mkdtemp(join(tmpdir(), 'arpeggio-archive-'));

/** Ids may be longer than file names, and hold what those can not. */
function fileOf(id: string): string {
  return join(folder, `${createHash('sha256').update(id).digest('hex')}.json`);
}

/** The signal is aborted once the export has taken too long; the half-written file is no archive then. */
const exportContext: ExportContext = async (exported, { signal }) => {
  const file = fileOf(exported.contextId);
  await writeFile(`${file}.part`, JSON.stringify(exported), { signal });
  signal.throwIfAborted();
  await rename(`${file}.part`, file);
};

/** Null means that nothing was kept. Whatever is thrown is told to the caller as RESTORE_FAILED, without its message. */
const restoreContext: RestoreContext = async (id, { signal }) => {
  try {
    const { context, version } = JSON.parse(
      await readFile(fileOf(id), { encoding: 'utf8', signal }),
    ) as ArchivedContext;
    return { context, version };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
};

const server = createServer({ exportContext, restoreContext, archiveTimeoutMs: 5000 });
const { manager } = server;

try {
  await manager.set('user:369', { status: 'online' });
  await manager.update('user:369', { status: 'away' });
  const exported = await manager.export('user:369');
  console.log(`Exported version ${exported.version}.`);

  await manager.delete('user:369');
  console.log(`Deleted: ${JSON.stringify(await manager.get('user:369'))}.`);

  const { version, context } = await manager.restore('user:369');
  console.log(`Restored version ${version}: ${JSON.stringify(context)}.`);

  const nothing = await manager.restore('user:370').catch((error: unknown) => error);
  console.log(`Of what was never kept: ${nothing instanceof Error && 'code' in nothing ? nothing.code : 'found'}.`);
} finally {
  await server.close();
  await rm(folder, { recursive: true });
}
