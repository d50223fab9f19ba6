import type { TcpProxy } from '../helpers/redis/tcp-proxy.ts';

/** Resolves once a commit is on its way, from when on no reply passes. */
export function swallowReplyToCommit(proxy: TcpProxy): Promise<void> {
  return new Promise((resolve) => {
    proxy.onRequest = (chunk) => {
      // A commit is the one call that names a channel.
      if (!chunk.includes(':told:') || chunk.includes('subscribe')) return;
      proxy.replies = 'vanish';
      proxy.onRequest = () => {};
      resolve();
    };
  });
}
