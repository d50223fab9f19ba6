import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

const run = promisify(execFile);

const NAMES = ['redis-server', 'valkey-server'];

/**
 * The path of a `redis-server` or `valkey-server`: one on the PATH, else a cached one, else, where there is apt, Debian's or
 * Ubuntu's package, unpacked into the cache: that takes seconds, 20 MB for a moment, and no root.
 * Rejects with the line that installs it.
 */
export async function redisBinary(): Promise<string> {
  const installed = await onPath();
  if (installed) return installed;
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const field = (name: string): string => new RegExp(`^${name}="?([^"\n]*)`, 'm').exec(release)?.[1] ?? '';
  try {
    return await cached(`redis-${field('ID')}-${field('VERSION_ID')}-${process.arch}`);
  } catch (cause) {
    throw new Error(
      'No Redis for the tests: install it (apt-get install redis-server, brew install redis), or set TEST_REDIS_URL.',
      { cause },
    );
  }
}

async function onPath(): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of NAMES) if (await runs(join(folder, name))) return join(folder, name);
  }
  return undefined;
}

/** An upgraded system may have taken a library away that a cached program needs. */
async function runs(program: string): Promise<boolean> {
  try {
    await access(program, constants.X_OK);
    await run(program, ['--version']);
    return true;
  } catch {
    return false;
  }
}

async function cached(name: string): Promise<string> {
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'arpeggio-tests');
  const home = join(cache, name);
  const program = join(home, 'run');
  if (await runs(program)) return program;
  await mkdir(cache, { recursive: true });
  // Whoever else downloads at the same time does so in a folder of its own; the first that is done has the name.
  const fresh = await mkdtemp(join(cache, 'downloading-'));
  try {
    await download(fresh);
    await writeLauncher(fresh);
    if (!(await runs(program))) {
      await rm(home, { recursive: true, force: true });
      await rename(fresh, home).catch(async (error: unknown) => {
        if (!(await runs(program))) throw error;
      });
    }
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return program;
}

/** Asks apt for what is missing here, by lists of its own: neither root nor lists of the system's are needed. */
async function download(folder: string): Promise<void> {
  const apt = join(folder, 'apt');
  await mkdir(join(apt, 'state/lists/partial'), { recursive: true });
  await mkdir(join(apt, 'cache/archives/partial'), { recursive: true });
  const settings = [
    `Dir::State=${apt}/state`,
    `Dir::Cache=${apt}/cache`,
    'Dir::State::status=/var/lib/dpkg/status',
    'Debug::NoLocking=1',
    // As root apt becomes a user who may not write here.
    'APT::Sandbox::User=',
  ].flatMap((setting) => ['-o', setting]);
  // The hooks that some systems run after an update are theirs; an empty list of its own replaces each.
  await writeFile(
    join(apt, 'no-hooks'),
    '#clear APT::Update::Post-Invoke;\n#clear APT::Update::Post-Invoke-Success;\n',
  );
  const env = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive', APT_CONFIG: join(apt, 'no-hooks') };
  const get = (...args: string[]) => run('apt-get', [...args, ...settings], { env, maxBuffer: 2 ** 24 });
  // One source of many that does not answer makes it fail, and need not matter.
  const updated = await get('update').catch((error: unknown) => error);
  const install = ['install', '--download-only', '--yes', '--no-install-recommends'];
  try {
    await get(...install, 'redis-server').catch(() => get(...install, 'valkey-server'));
  } catch (error) {
    throw new AggregateError([updated, error], 'apt-get has no Redis.');
  }
  const archives = (await readdir(join(apt, 'cache/archives'))).filter((file) => file.endsWith('.deb'));
  for (const file of archives) await run('dpkg', ['-x', join(apt, 'cache/archives', file), folder]);
  await rm(apt, { recursive: true });
}

/** A script that becomes the program, so that its process is the program's, with the libraries that lie beside it. */
async function writeLauncher(folder: string): Promise<void> {
  const files = await readdir(folder, { recursive: true });
  const program = files.find((file) => NAMES.includes(basename(file)) && basename(dirname(file)) === 'bin');
  if (!program) throw new Error(`There is no ${NAMES.join(' or ')} in what apt-get brought.`);
  const libraries = new Set(files.filter((file) => /\.so(\.\d+)*$/.test(file)).map((file) => `$here/${dirname(file)}`));
  const path = [...libraries].join(':');
  await writeFile(
    join(folder, 'run'),
    `#!/bin/sh
here=$(dirname "$0")
LD_LIBRARY_PATH="${path}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" exec "$here/${program}" "$@"
`,
  );
  await chmod(join(folder, 'run'), 0o755);
}
