import { describe, expect, test } from 'vitest';
import type { ArchiveCallbacks, ArchivedContext, ExportedContext } from '../../src/archive/archive.ts';
import { noArchive } from '../../src/archive/archive.ts';
import { createArchive } from '../../src/archive/create-archive.ts';

const exported: ExportedContext = { contextId: 'a', version: 3, context: { x: 1 }, insertedAt: 1 };
const archived: ArchivedContext = { context: { x: 1 }, version: 3 };
const never = new Promise<never>(() => {});

describe('an archive made of callbacks', () => {
  test('hands on what it is given, and returns what it finds', async () => {
    const seen: unknown[] = [];
    const archive = createArchive({
      exportContext: async (context) => void seen.push(context),
      async restoreContext(id) {
        seen.push(id);
        return archived;
      },
    });
    await archive.export(exported);
    expect(await archive.restore('a')).toEqual(archived);
    expect(seen).toEqual([exported, 'a']);
  });

  test('a direction without a callback is not configured', async () => {
    for (const archive of [noArchive, createArchive({})]) {
      await expect(archive.export(exported)).rejects.toMatchObject({ code: 'EXPORT_NOT_CONFIGURED' });
      await expect(archive.restore('a')).rejects.toMatchObject({ code: 'RESTORE_NOT_CONFIGURED', applied: 'NO' });
    }
  });

  test('one that throws fails by name, with its cause', async () => {
    const cause = new Error('disk full');
    const archive = createArchive({
      exportContext: () => Promise.reject(cause),
      restoreContext: () => Promise.reject(cause),
    });
    await expect(archive.export(exported)).rejects.toMatchObject({ code: 'EXPORT_FAILED', cause });
    await expect(archive.restore('a')).rejects.toMatchObject({ code: 'RESTORE_FAILED', cause });
  });

  test('one that throws at once, without a promise, fails the same way', async () => {
    const archive = createArchive({
      exportContext: () => {
        throw new Error('no');
      },
    });
    await expect(archive.export(exported)).rejects.toMatchObject({ code: 'EXPORT_FAILED' });
  });

  test('one that hangs is given up after its time, and told so', async () => {
    let signal: AbortSignal | undefined;
    const archive = createArchive(
      {
        exportContext(_, call) {
          signal = call.signal;
          return never;
        },
        restoreContext: () => never,
      },
      { archiveTimeoutMs: 5 },
    );
    await expect(archive.export(exported)).rejects.toMatchObject({
      code: 'EXPORT_FAILED',
      message: 'The archive did not answer within 5 ms.',
    });
    expect(signal?.aborted).toBe(true);
    await expect(archive.restore('a')).rejects.toMatchObject({ code: 'RESTORE_FAILED' });
  });

  test('one that answers in time is not aborted afterwards', async () => {
    let signal: AbortSignal | undefined;
    const archive = createArchive(
      {
        async exportContext(_, call) {
          signal = call.signal;
        },
      },
      { archiveTimeoutMs: 1 },
    );
    await archive.export(exported);
    expect(signal?.aborted).toBe(false);
  });

  test.each([
    ['nothing', undefined],
    ['text', 'rubbish'],
    ['a list', []],
    ['no context', { version: 1 }],
    ['a context that is a list', { context: [], version: 1 }],
    ['no version', { context: {} }],
    ['version 0', { context: {}, version: 0 }],
    ['half a version', { context: {}, version: 1.5 }],
    ['a version beyond 2^52', { context: {}, version: 2 ** 52 + 1 }],
    ['a version as text', { context: {}, version: '1' }],
  ])('one that returns rubbish (%s) fails', async (_, rubbish) => {
    const restoreContext = (async () => rubbish) as unknown as NonNullable<ArchiveCallbacks['restoreContext']>;
    const archive = createArchive({ restoreContext });
    await expect(archive.restore('a')).rejects.toMatchObject({ code: 'RESTORE_FAILED' });
  });

  test('one that holds nothing says so', async () => {
    const archive = createArchive({ restoreContext: async () => null });
    await expect(archive.restore('a')).rejects.toMatchObject({ message: 'The archive holds no such context.' });
  });

  test('a call that was given up keeps its turn while it hangs, and those that wait for it fail in their time', async () => {
    let running = 0;
    const archive = createArchive(
      {
        exportContext() {
          running += 1;
          return never;
        },
      },
      { archiveConcurrency: 2, archiveTimeoutMs: 5 },
    );
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => archive.export(exported)));
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    expect(running).toBe(2);
  });

  test('closing aborts what is under way, and closes what its author opened', async () => {
    let isClosed = false;
    const archive = createArchive({
      restoreContext: () => never,
      async close() {
        isClosed = true;
      },
    });
    const restored = archive.restore('a');
    await archive.close();
    await expect(restored).rejects.toMatchObject({ code: 'RESTORE_FAILED' });
    expect(isClosed).toBe(true);
  });

  test('no more calls run at once than may, and all get their turn', async () => {
    let running = 0;
    let most = 0;
    const archive = createArchive(
      {
        async exportContext() {
          running += 1;
          most = Math.max(most, running);
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
        },
      },
      { archiveConcurrency: 3 },
    );
    await Promise.all(Array.from({ length: 20 }, () => archive.export(exported)));
    expect(most).toBe(3);
  });
});
