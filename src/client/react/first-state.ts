import type { ArpeggioClient } from '../client.ts';
import type { ContextWatch } from '../watch.ts';

/** What suspends has no effects, and so nowhere to keep a watch: it is kept here, until there is a state and some time longer. */
const waiting = new WeakMap<ArpeggioClient, Map<string, Promise<void>>>();

/** How long a context is kept up to date for a component that has yet to come back, in milliseconds: others may keep it waiting. */
const KEPT_MS = 5000;

/**
 * Watches a context; resolves once it is not `connecting` any more. One and the same promise for all who ask meanwhile.
 *
 * @throws ArpeggioClientError where the client is closed
 */
export function firstState(client: ArpeggioClient, id: string): Promise<void> {
  const promises = waiting.get(client) ?? new Map<string, Promise<void>>();
  waiting.set(client, promises);
  const known = promises.get(id);
  if (known) return known;
  const promise = settled(client.watch(id)).finally(() => promises.delete(id));
  promises.set(id, promise);
  return promise;
}

async function settled(watch: ContextWatch): Promise<void> {
  for await (const { status } of watch) {
    if (status === 'connecting') continue;
    // A refusal is kept no longer than any state after its last watch, so that who is mounted again asks again.
    if (status === 'failed') watch.close();
    else setTimeout(() => watch.close(), KEPT_MS);
    return;
  }
}
