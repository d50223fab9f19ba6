import process from 'node:process';
import { createServer } from '../create-server.ts';
import { silentLog } from '../log.ts';
import { isLoopback } from '../loopback.ts';
import type { ServerOptions } from '../server-options.ts';
import { showingOf } from '../showing.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

/** What can be said of a configuration before anything is reached. */
export async function checkSetting(options: ServerOptions): Promise<readonly Finding[]> {
  return [await isTaken(options), node(), exposure(options), showing(options), store(options)];
}

/** Everything that the server refuses, but for what is already there: a port, a Redis. */
async function isTaken(options: ServerOptions): Promise<Finding> {
  try {
    await createServer({ ...options, log: silentLog }).close();
    return ok('configuration', 'can be started with');
  } catch (error) {
    return fail('configuration', 'is refused', error instanceof Error ? error.message : String(error));
  }
}

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isEnough = major > 20 || (major === 20 && minor >= 19);
  return isEnough
    ? ok('Node', process.versions.node)
    : fail('Node', process.versions.node, 'Arpeggio runs on Node 20.19 or later.');
}

function exposure({ host = '127.0.0.1', access, insecure }: ServerOptions): Finding {
  if (access) return ok('access', `asked for on ${host}`);
  if (isLoopback(host)) return ok('access', `everybody on this machine, as ${host} is no further`);
  const advice = 'Say who may do what by access: docs/security.md.';
  return insecure
    ? warn('access', `everybody who reaches ${host} may do everything`, advice)
    : fail('access', `nobody is asked who they are, on ${host}`, advice);
}

function showing(options: ServerOptions): Finding {
  const { graphiql, dashboard, introspection } = showingOf(options);
  const pages = { GraphiQL: graphiql, 'the dashboard': dashboard, 'the schema': introspection };
  const shown = new Intl.ListFormat('en').format(
    Object.entries(pages).flatMap(([page, isShown]) => (isShown ? page : [])),
  );
  if (shown === '') return ok('pages', 'no GraphiQL, no dashboard, no introspection');
  if (isLoopback(options.host ?? '127.0.0.1')) return ok('pages', `${shown}, on this machine`);
  return warn(
    'pages',
    `${shown}, to everybody`,
    'Set NODE_ENV=production, or graphiql, dashboard and introspection to false.',
  );
}

function store({ redisUrl, store: own }: ServerOptions): Finding {
  if (own) return ok('store', 'your own');
  if (redisUrl) return ok('store', 'Redis');
  return warn('store', 'memory', 'Contexts are gone when the process ends: set redisUrl (REDIS_URL) to keep them.');
}
