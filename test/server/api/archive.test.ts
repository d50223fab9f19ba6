import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ArchivedContext } from '../../../src/archive/archive.ts';
import { Api } from '../../helpers/api.ts';
import type { AppOptions } from '../../helpers/app.ts';
import { eventually } from '../../helpers/eventually.ts';
import { Gate } from '../../helpers/gates.ts';
import { exportContext, restoreContext } from '../../helpers/operations.ts';
import { transports } from '../../helpers/transports.ts';

const SECRET = 'hunter2 at s3://bucket.internal';

/** A folder of its own for each test. */
async function inFolder(): Promise<AppOptions> {
  const folder = await mkdtemp(join(tmpdir(), 'arpeggio-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return { archive: `fs:${folder}` };
}

function rejecting(): Promise<never> {
  return Promise.reject(Object.assign(new RangeError(SECRET), { detail: SECRET }));
}

function throwing(): never {
  throw new RangeError(SECRET);
}

function hanging(): Promise<never> {
  return new Promise(() => {});
}

describe.each(transports)('An archive in a folder over $name', ({ open }) => {
  it('brings a deleted context back at the version it was exported at, in a new life', async () => {
    const api = new Api((await open(await inFolder())).client);
    await api.set('a', { n: 1 });
    const { context } = await api.update('a', { list: [null, 'é'] });
    expect(await api.export('a')).toEqual({ contextId: 'a', version: 2, exportedAt: expect.any(Number) });
    await api.update('a', { n: 3 });
    await api.delete('a');
    const restored = await api.restore('a');
    expect(restored).toMatchObject({ contextId: 'a', version: 2, context: { n: 1, list: [null, 'é'] }, reason: null });
    expect(restored.life).not.toBe(context.life);
    expect(await api.read('a')).toEqual(restored);
    expect(await api.sync('a', { cursor: context.cursor })).toEqual({ ...restored, reason: 'NEW_LIFE' });
  });

  it('does not replace a live context unless forced, and then goes above both versions', async () => {
    const api = new Api((await open(await inFolder())).client);
    await api.set('a', { n: 1 });
    await api.export('a');
    const { context } = await api.update('a', { n: 2 });
    for (const options of [{}, { force: false }, { force: null }]) {
      const { code, details } = await api.failure(restoreContext, { id: 'a', ...options });
      expect(code).toBe('VERSION_CONFLICT');
      expect(details).toMatchObject({ applied: 'NO', currentVersion: 2, currentCursor: context.cursor });
    }
    expect(await api.read('a')).toEqual(context);
    const restored = await api.restore('a', { force: true });
    expect(restored).toMatchObject({ version: 3, context: { n: 1 } });
    expect(restored.life).not.toBe(context.life);
  });

  it('restores once for one request id', async () => {
    const api = new Api((await open(await inFolder())).client);
    await api.set('a', { n: 1 });
    await api.export('a');
    const restored = await api.restore('a', { force: true, requestId: 'r' });
    expect(await api.restore('a', { force: true, requestId: 'r' })).toEqual(restored);
    expect(await api.read('a')).toEqual(restored);
    const other = await api.failure(restoreContext, { id: 'a', force: false, requestId: 'r' });
    expect(other).toMatchObject({ code: 'BAD_USER_INPUT', details: { applied: 'NO' } });
  });

  it('sends subscribers a full context of a new life', async () => {
    const api = new Api((await open(await inFolder())).client);
    const { context } = await api.set('a', { n: 1 });
    await api.export('a');
    await api.update('a', { n: 2 });
    const watch = api.watch('a', { version: 0 });
    expect(await watch.next()).toMatchObject({ version: 2, reason: 'INITIAL' });
    const forced = await api.restore('a', { force: true });
    expect(await watch.next()).toEqual({ ...forced, reason: 'NEW_LIFE' });
    await api.delete('a');
    expect(await watch.next()).toMatchObject({ __typename: 'ContextDeleted', version: 3 });
    const restored = await api.restore('a');
    expect(restored.version).toBe(context.version);
    expect(await watch.next()).toEqual({ ...restored, reason: 'NEW_LIFE' });
  });

  it('holds nothing of a context that was never exported, and no context that is not there is exported', async () => {
    const { client, logged } = await open(await inFolder());
    const api = new Api(client);
    expect(await api.failure(exportContext, { id: 'a' })).toMatchObject({ code: 'CONTEXT_NOT_FOUND' });
    const failure = await api.failure(restoreContext, { id: 'a' });
    expect(failure).toMatchObject({ code: 'RESTORE_FAILED', details: { applied: 'NO' } });
    expect(await api.read('a')).toBeNull();
    await api.set('a', {});
    await api.delete('a');
    expect(await api.failure(exportContext, { id: 'a' })).toMatchObject({ code: 'CONTEXT_NOT_FOUND' });
    expect(await api.failure(exportContext, { id: '' })).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(logged).toEqual([]);
  });
});

describe.each(transports)('An archive that fails over $name', ({ open }) => {
  it('is told as missing where there is none, for each direction by itself', async () => {
    const bare = new Api((await open()).client);
    await bare.set('a', {});
    expect(await bare.failure(exportContext, { id: 'a' })).toMatchObject({ code: 'EXPORT_NOT_CONFIGURED' });
    const missing = { code: 'RESTORE_NOT_CONFIGURED', details: { applied: 'NO' } };
    expect(await bare.failure(restoreContext, { id: 'b' })).toMatchObject(missing);
    const oneWay = new Api((await open({ exportContext: async () => {} })).client);
    await oneWay.set('a', {});
    expect(await oneWay.export('a')).toMatchObject({ version: 1 });
    expect(await oneWay.failure(restoreContext, { id: 'b' })).toMatchObject(missing);
  });

  it.each([
    ['rejects', rejecting],
    ['throws at once', throwing],
    ['hangs', hanging],
  ])('on export by one that %s is named, and logged once without its message', async (_, fail) => {
    const { client, logged } = await open({ exportContext: fail, archiveTimeoutMs: 20 });
    const api = new Api(client);
    const { context } = await api.set('a', { text: 'private' });
    const failure = await api.failure(exportContext, { id: 'a' });
    // It may have been kept all the same.
    expect(failure).toMatchObject({ code: 'EXPORT_FAILED', details: { applied: 'UNKNOWN' } });
    expect(await api.read('a')).toEqual(context);
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain('EXPORT_FAILED');
    expect(JSON.stringify([failure, logged])).not.toMatch(/hunter2|bucket|private/);
  });

  const rubbish = async () => ({ context: { text: SECRET }, version: SECRET }) as unknown as ArchivedContext;
  const unfit = async () => ({ context: { [SECRET]: Number.NaN }, version: 1 });
  it.each([
    ['rejects', rejecting],
    ['throws at once', throwing],
    ['hangs', hanging],
    ['returns rubbish', rubbish],
    ['returns what is no JSON', unfit],
  ])('on restore by one that %s is named, logged once without its message, and nothing is applied', async (_, fail) => {
    const { client, logged } = await open({ restoreContext: fail, archiveTimeoutMs: 20 });
    const api = new Api(client);
    const failure = await api.failure(restoreContext, { id: 'a' });
    expect(failure).toMatchObject({ code: 'RESTORE_FAILED', details: { applied: 'NO' } });
    expect(await api.read('a')).toBeNull();
    expect(logged).toHaveLength(1);
    const { context } = await api.set('a', { n: 1 });
    const forced = await api.failure(restoreContext, { id: 'a', force: true });
    expect(forced).toEqual(failure);
    expect(await api.read('a')).toEqual(context);
    expect(logged).toHaveLength(2);
    for (const line of logged) expect(line).toContain('RESTORE_FAILED');
    expect(JSON.stringify([failure, logged])).not.toMatch(/hunter2|bucket/);
  });

  it('does not keep a context from being read and written meanwhile', async () => {
    const gate = new Gate();
    gate.shut();
    const restore = async () => {
      await gate.pass();
      return { context: { n: 0 }, version: 1 };
    };
    const api = new Api((await open({ restoreContext: restore })).client);
    await api.set('a', { n: 1 });
    const restoring = api.restore('a', { force: true });
    await eventually(() => expect(gate.waiting).toBe(1));
    expect((await api.update('a', { n: 2 })).context.version).toBe(2);
    expect((await api.read('a'))?.version).toBe(2);
    gate.open();
    expect(await restoring).toMatchObject({ version: 3, context: { n: 0 } });
  });
});
