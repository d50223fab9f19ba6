import { spawn } from 'node:child_process';

/** It waits for the end of its input, which comes when the test process is gone, however it went. */
const SCRIPT = 'read -r _; kill -9 "$1" 2>/dev/null; rm -rf "$2"';

/**
 * Sees to it that another process and its folder do not outlive this one, even where this one is killed. Returns how to call
 * that off: do so as soon as the other process has ended, since its pid may come to name a stranger.
 */
export function reapWithMe(pid: number, folder: string): () => void {
  // In a group of its own: what kills ours, as Ctrl-C does, must not kill it first.
  const reaper = spawn('sh', ['-c', SCRIPT, 'reaper', String(pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  reaper.stdin.on('error', () => {});
  reaper.unref();
  return () => reaper.kill('SIGKILL');
}
