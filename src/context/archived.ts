import type { Archive, ArchivedContext } from '../archive/archive.ts';
import type { Clock } from '../clock.ts';
import { ArchiveError, ContextNotFoundError } from '../errors.ts';
import { admitObject } from '../json.ts';
import type { Limits } from '../limits.ts';
import type { Snapshot } from '../store/store.ts';
import type { ContextExport } from './model.ts';

/** Contexts on their way to the archive and back. */
export class Archived {
  readonly #archive: Archive;
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #read: (id: string) => Promise<Snapshot | null>;
  readonly #mustBeOpen: () => void;

  constructor(
    archive: Archive,
    limits: Limits,
    clock: Clock,
    read: (id: string) => Promise<Snapshot | null>,
    mustBeOpen: () => void,
  ) {
    this.#archive = archive;
    this.#limits = limits;
    this.#clock = clock;
    this.#read = read;
    this.#mustBeOpen = mustBeOpen;
  }

  /** @throws ContextNotFoundError, ArchiveError */
  async export(id: string): Promise<ContextExport> {
    const snapshot = await this.#read(id);
    if (snapshot?.status !== 'live') throw new ContextNotFoundError(id);
    const { position, context, insertedAt } = snapshot;
    await this.#archive.export({ contextId: id, version: position.version, context, insertedAt });
    return { contextId: id, version: position.version, exportedAt: this.#clock.now() };
  }

  /** @throws ArchiveError, for what could not be stored too */
  async load(id: string): Promise<ArchivedContext> {
    const { context, version } = await this.#archive.restore(id);
    this.#mustBeOpen();
    try {
      return { context: admitObject(context, this.#limits), version };
    } catch (error) {
      throw new ArchiveError('RESTORE_FAILED', 'What the archive holds could not be stored.', { cause: error });
    }
  }
}
