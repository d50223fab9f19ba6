import process from 'node:process';
import type { Positioned } from '../client/replica.ts';
import type { JsonObject } from '../json.ts';
import { checkExclusive, required } from './arguments.ts';
import type { Call } from './command.ts';
import { DELETE, EXPORT, RESTORE, REVERT, SET, UPDATE } from './documents.ts';
import type { Flags } from './flags.ts';
import { readJson } from './input.ts';
import { toldDelta, type WireDelta } from './told.ts';

interface Written {
  readonly written: { readonly context: Positioned; readonly delta: WireDelta | null };
}

/** Changes that a write lists for people: they have just made them. */
const LISTED = 20;

export async function set(call: Call): Promise<void> {
  const expected = expectedOf(call.flags);
  const context = await jsonOf(call);
  tellWritten(call, await call.endpoint.write<Written>(SET, { id: call.id, context, ...expected }));
}

export async function update(call: Call): Promise<void> {
  const { id, json, flags, endpoint } = call;
  const expected = expectedOf(flags);
  const { remove = [] } = flags;
  // Who only takes something out has nothing to say on stdin.
  const changes = json === undefined && remove.length > 0 ? {} : await jsonOf(call);
  tellWritten(call, await endpoint.write<Written>(UPDATE, { id, changes, remove, ...expected }));
}

export async function revert(call: Call): Promise<void> {
  const { id, flags, endpoint } = call;
  const [toVersion, expected] = [required(flags, 'to'), expectedOf(flags)];
  tellWritten(call, await endpoint.write<Written>(REVERT, { id, toVersion, ...expected }));
}

export async function remove({ id, flags, endpoint, output }: Call): Promise<void> {
  const { deleted } = await endpoint.write<{ deleted: Positioned & { reason: string } }>(DELETE, {
    id,
    ...expectedOf(flags),
  });
  const { life, version, cursor, reason } = deleted;
  output.tell({ type: 'deleted', id, life, version, cursor, reason });
}

export async function exportContext({ id, endpoint, output }: Call): Promise<void> {
  const { exported } = await endpoint.write<{ exported: { version: number; exportedAt: number } }>(EXPORT, { id });
  output.tell({ type: 'exported', id, version: exported.version, exportedAt: exported.exportedAt });
}

export async function restoreContext({ id, flags, endpoint, output }: Call): Promise<void> {
  const { force = false, requestId = null } = flags;
  const { restored } = await endpoint.write<{ restored: Positioned }>(RESTORE, { id, force, requestId });
  const { life, version, cursor } = restored;
  output.tell({ type: 'restored', id, life, version, cursor });
}

function tellWritten({ id, output }: Call, { written: { context, delta } }: Written): void {
  const { life, version, cursor } = context;
  output.tell(delta ? toldDelta(id, delta) : { type: 'unchanged', id, life, version, cursor }, LISTED);
}

function jsonOf({ json, output }: Call): Promise<JsonObject> {
  const isTyped = json === undefined || json === '-';
  if (isTyped && process.stdin.isTTY) output.note('type the JSON, then Ctrl-D');
  return readJson(json, process.stdin);
}

function expectedOf(flags: Flags): { readonly [name: string]: unknown } {
  checkExclusive(flags, 'expectVersion', 'expectCursor');
  const { expectVersion: expectedVersion = null, expectCursor: expectedCursor = null, requestId = null } = flags;
  return { expectedVersion, expectedCursor, requestId };
}
