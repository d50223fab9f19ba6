import { ArpeggioClientError } from '../client/errors.ts';
import type { Positioned } from '../client/replica.ts';
import type { JsonObject } from '../json.ts';
import { checkExclusive } from './arguments.ts';
import type { Call } from './command.ts';
import { GET, GET_AT, SYNC } from './documents.ts';
import type { Flags } from './flags.ts';
import { toldOf, type WireEvent } from './told.ts';

export async function get({ id, flags, endpoint, output }: Call): Promise<void> {
  type Found = { readonly context: (Positioned & { readonly context: JsonObject }) | null };
  const { at } = flags;
  const { context: found } = await (at === undefined
    ? endpoint.read<Found>(GET, { id })
    : endpoint.read<Found>(GET_AT, { id, version: at }));
  if (found === null) throw new ArpeggioClientError('CONTEXT_NOT_FOUND', 'There is no such context.');
  const { life, version, cursor, context } = found;
  output.tellContext({ type: 'full', id, life, version, cursor, context });
}

export async function sync({ id, flags, endpoint, output }: Call): Promise<void> {
  const { sync: event } = await endpoint.read<{ sync: WireEvent }>(SYNC, { id, ...placeOf(flags) });
  output.tell(toldOf(id, event));
}

/** Where the copy stands that is to be brought up to date. */
export function placeOf(flags: Flags): { readonly version?: number; readonly cursor?: string } {
  checkExclusive(flags, 'version', 'cursor');
  const { version, cursor } = flags;
  return { ...(version === undefined ? {} : { version }), ...(cursor === undefined ? {} : { cursor }) };
}
