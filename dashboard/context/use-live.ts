import type { ContextState } from 'arpeggio/client';
import { useArpeggio } from 'arpeggio/react';
import { useMemo, useSyncExternalStore } from 'react';

/** Nobody reads faster; a context that changes a thousand times a second is shown ten times in that. */
const SHOW_MS = 100;

/** A context as the server has it, at most ten times a second anew. */
export function useLive(id: string): ContextState | undefined {
  const client = useArpeggio();
  const source = useMemo(() => {
    let shown = client.peek(id);
    return {
      subscribe(listener: () => void): () => void {
        const watch = client.watch(id);
        let timer: ReturnType<typeof setTimeout> | undefined;
        const show = (): void => {
          timer = undefined;
          shown = watch.state;
          listener();
        };
        show();
        const stop = watch.subscribe(() => {
          timer ??= setTimeout(show, SHOW_MS);
        });
        return () => {
          clearTimeout(timer);
          stop();
          watch.close();
        };
      },
      state: () => shown,
    };
  }, [client, id]);
  return useSyncExternalStore(source.subscribe, source.state);
}
