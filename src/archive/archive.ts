import { ArchiveError } from '../errors.ts';
import type { JsonObject } from '../json.ts';

/** A context as it leaves for an archive. */
export interface ExportedContext {
  readonly contextId: string;
  readonly version: number;
  readonly context: JsonObject;
  /** When the version was made, in the server's time unit. */
  readonly insertedAt: number;
}

/** What an archive knows of a context: its state, and the version it had, at least 1. */
export interface ArchivedContext {
  readonly context: JsonObject;
  readonly version: number;
}

export interface ArchiveCall {
  /** Aborted once the call has taken too long: nobody waits for its outcome any more. */
  readonly signal: AbortSignal;
}

/** Keeps a context outside the store. Called again for the same context, it replaces what it kept. */
export type ExportContext = (context: ExportedContext, call: ArchiveCall) => Promise<void>;

/** Finds what was kept of a context; null where nothing was. */
export type RestoreContext = (id: string, call: ArchiveCall) => Promise<ArchivedContext | null>;

/** An archive as its author writes it. Without one of the two, that direction is not configured. */
export interface ArchiveCallbacks {
  readonly exportContext?: ExportContext | undefined;
  readonly restoreContext?: RestoreContext | undefined;
  /** Called once, when the server closes. */
  readonly close?: (() => Promise<void>) | undefined;
}

/**
 * A place outside the store, bounded and checked. It lies outside every promise of the store: an export may have been kept although it
 * failed, and of two exports of one context either may arrive last.
 */
export interface Archive {
  /** @throws ArchiveError EXPORT_NOT_CONFIGURED, EXPORT_FAILED */
  export(context: ExportedContext): Promise<void>;
  /** @throws ArchiveError RESTORE_NOT_CONFIGURED; RESTORE_FAILED, also where nothing was kept, or no context */
  restore(id: string): Promise<ArchivedContext>;
  /** Aborts what is under way, and lets go of what the archive holds open. */
  close(): Promise<void>;
}

/** Where nothing is configured. */
export const noArchive: Archive = {
  export: () => Promise.reject(new ArchiveError('EXPORT_NOT_CONFIGURED', 'No archive to export to is configured.')),
  restore: () =>
    Promise.reject(new ArchiveError('RESTORE_NOT_CONFIGURED', 'No archive to restore from is configured.')),
  close: async () => {},
};
