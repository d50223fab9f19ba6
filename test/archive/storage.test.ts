import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase } from 'db0';
import pglite from 'db0/connectors/pglite';
import { createStorage } from 'unstorage';
import db0 from 'unstorage/drivers/db0';
import { describe, expect, onTestFinished, test } from 'vitest';
import { archiveNamed } from '../../src/archive/open-storage.ts';
import { type StorageArchive, storageArchive } from '../../src/archive/storage-archive.ts';

const call = { signal: new AbortController().signal };
const hostile = JSON.parse(
  '{"__proto__":{"a":1},"constructor":null,"":"","list":[1,{"x":[]}],"text":"\\ud800 é \\u0000"}',
);

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'arpeggio-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

async function keepsAndFinds({ exportContext, restoreContext }: StorageArchive): Promise<void> {
  const ids = ['room:1', '../../etc/passwd', 'a/b\\c:*?', '\n', 'x'.repeat(512), 'é', 'e\u0301', '🜁'];
  expect(await restoreContext('room:1', call)).toBeNull();
  for (const [i, contextId] of ids.entries()) {
    await exportContext({ contextId, version: i + 1, context: { i }, insertedAt: 1 }, call);
  }
  for (const [i, id] of ids.entries())
    expect(await restoreContext(id, call)).toEqual({ context: { i }, version: i + 1 });
  await exportContext({ contextId: 'room:1', version: 9, context: hostile, insertedAt: 1 }, call);
  const restored = await restoreContext('room:1', call);
  expect(JSON.stringify(restored)).toBe(JSON.stringify({ context: hostile, version: 9 }));
}

describe('an archive in a folder', () => {
  test('keeps contexts under any id, replaces them, and finds them again', async () => {
    const path = await folder();
    await keepsAndFinds(archiveNamed(`fs:${path}`));
    expect(await readdir(path)).toHaveLength(8);
    for (const name of await readdir(path)) expect(name).toMatch(/^[0-9a-f]{64}\.json$/);
  });

  test('is whole after exports at once, and while it is read: one of them, and no mixture', async () => {
    const archive = archiveNamed(`fs:${await folder()}`);
    const sizes = [900_000, 1, 400_000, 2];
    for (let round = 0; round < 5; round += 1) {
      const exports = sizes.map((size, i) =>
        archive.exportContext(
          { contextId: 'a', version: i + 1, context: { text: 'x'.repeat(size) }, insertedAt: 1 },
          call,
        ),
      );
      const reads = Array.from({ length: 5 }, () => archive.restoreContext('a', call));
      await Promise.all(exports);
      for (const found of [...(await Promise.all(reads)), await archive.restoreContext('a', call)]) {
        if (found) expect(String(found.context['text']).length).toBe(sizes[found.version - 1]);
      }
    }
  });

  test('makes no folder before something is exported', async () => {
    const path = join(await folder(), 'not', 'yet');
    const archive = archiveNamed(`fs:${path}`);
    expect(await archive.restoreContext('a', call)).toBeNull();
    await expect(readdir(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test.each(['', '{', '[]', '{"contextId":"other","context":{},"version":1}', '{"contextId":"a","version":1}'])(
    'refuses a file that holds something else: %s',
    async (text) => {
      const path = await folder();
      const archive = archiveNamed(`fs:${path}`);
      await archive.exportContext({ contextId: 'a', version: 1, context: {}, insertedAt: 1 }, call);
      const [name = ''] = await readdir(path);
      await writeFile(join(path, name), text);
      await expect(archive.restoreContext('a', call)).rejects.toThrow();
    },
  );
});

describe('an archive in PostgreSQL', () => {
  test('keeps contexts under any id, replaces them, and finds them again', async () => {
    const sql = createDatabase(pglite({}));
    onTestFinished(() => sql.dispose());
    await keepsAndFinds(storageArchive(createStorage({ driver: db0({ database: sql, tableName: 'contexts' }) })));
    const { rows = [] } = await sql.sql`SELECT count(*) AS count FROM contexts`;
    expect(Number(rows[0]?.['count'])).toBe(8);
  });
});

describe('an archive that is named by a text', () => {
  test.each([
    ['nowhere', /archive takes fs:FOLDER/],
    ['fs:', /archive takes/],
    ['floppy:{}', /names the driver floppy, which unstorage has not/],
    ['redis:redis://secret@host', /no JSON object behind redis:/],
    ['s3:[', /no JSON object behind s3:/],
  ])('is refused at once where it is none: %s', (spec, message) => {
    expect(() => archiveNamed(spec)).toThrow(message);
    expect(() => archiveNamed(spec)).not.toThrow(/secret/);
  });

  test('is any driver of unstorage, with its options', async () => {
    const path = await folder();
    await keepsAndFinds(archiveNamed(`fs-lite:${JSON.stringify({ base: path })}`));
    expect(await readdir(path)).toHaveLength(8);
  });
});
