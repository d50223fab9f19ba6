import { execFile as execFileOf } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';

const execFile = promisify(execFileOf);

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];

/** It tells the browser to ask nobody outside for anything. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A real browser: `CHROME_PATH`, else one on the PATH, where this module's setup has put Debian's if it can. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = process.env['CHROME_PATH'] ?? onPath();
  if (!executablePath) {
    throw new Error(
      'No Chromium found: install it (Debian: apt-get install chromium), or set CHROME_PATH to a Chromium or Chrome.',
    );
  }
  return chromium.launch({ executablePath, args: FLAGS });
}

function onPath(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Once for all files: two at a time would find the package manager locked. */
export default async function setup(): Promise<void> {
  if (process.env['CHROME_PATH'] || onPath() || process.getuid?.() !== 0) return;
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  const retries = ['-o', 'Acquire::Retries=5', '-o', 'DPkg::Lock::Timeout=300'];
  const apt = (...args: readonly string[]) => execFile('apt-get', [...retries, ...args], options);
  await apt('update');
  await apt('install', '-y', '--no-install-recommends', 'chromium');
}
