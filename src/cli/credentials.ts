import { UsageError } from './failure.ts';

/** What says to a server who asks; the same over HTTP and in a WebSocket's first message. */
export type Credentials = { readonly [header: string]: string };

/** By variables alone: others can read what stands on a command line. */
export function credentialsIn(env: { readonly [name: string]: string | undefined }): Credentials {
  const token = env['ARPEGGIO_TOKEN']?.trim();
  const apiKey = env['ARPEGGIO_API_KEY']?.trim();
  if (token && apiKey) throw new UsageError('Set ARPEGGIO_TOKEN or ARPEGGIO_API_KEY, not both.');
  if (token) return { authorization: `Bearer ${token}` };
  return apiKey ? { 'x-api-key': apiKey } : {};
}
