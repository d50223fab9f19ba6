import process from 'node:process';
import { helpText, readCommand } from '../config.ts';
import type { Options } from '../options.ts';
import { createServer } from '../server/create-server.ts';
import { defaultArchive } from '../server/engine.ts';
import { logFormatOf } from '../server/log.ts';
import { pinoLog } from '../server/pino-log.ts';
import { describeRedis, parseRedisUrl } from '../server/redis-url.ts';
import { showingOf } from '../server/showing.ts';
import { packageVersion } from './package-version.ts';

/** What the server says of itself as it starts: to programs by its name, to people by its label. */
interface Told {
  readonly name: string;
  readonly label: string;
  readonly value: string;
}

/** The server: configuration, port, signals. */
export async function serve(args: readonly string[]): Promise<void> {
  try {
    const command = await readCommand({ args, env: process.env, cwd: process.cwd() });
    switch (command.kind) {
      case 'help':
        return console.log(helpText());
      case 'version':
        return console.log(packageVersion());
      case 'serve':
        return await listen(command.options, command.configFile);
    }
  } catch (error) {
    fail(error);
  }
}

async function listen(options: Options, configFile: string | null): Promise<void> {
  const log = pinoLog(options);
  const server = createServer({ ...options, log });
  let isListening = false;
  let isStopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    // Asked twice means now; and there is nothing to end before it listens.
    if (isStopping || !isListening) process.exit(isListening ? 1 : 0);
    isStopping = true;
    log.info(`${signal}: stopping.`);
    server.close().then(() => process.exit(0), fail);
  };
  // From the start on: the first process of a container is deaf to signals that it does not handle.
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  const { http, websocket, metrics } = await server.listen();
  isListening = true;
  const hello = `Arpeggio ${packageVersion()} is listening.`;
  const showing = showingOf(options);
  const told: readonly Told[] = [
    { name: 'http', label: 'GraphQL over HTTP and SSE', value: http },
    { name: 'websocket', label: 'GraphQL over WebSocket', value: websocket },
    ...(showing.dashboard
      ? [{ name: 'dashboard', label: 'Dashboard in a browser', value: new URL('/', http).href }]
      : []),
    ...(showing.graphiql ? [{ name: 'graphiql', label: 'GraphiQL in a browser', value: http }] : []),
    ...(metrics === undefined ? [] : [{ name: 'metrics', label: 'Metrics', value: metrics }]),
    { name: 'access', label: 'Access', value: describeAccess(options) },
    { name: 'store', label: 'Store', value: describeStore(options) },
    { name: 'archive', label: 'Archive', value: describeArchive(options) },
    ...(configFile === null ? [] : [{ name: 'configuration', label: 'Configuration', value: configFile }]),
  ];
  if (logFormatOf(options) === 'json')
    log.info(hello, Object.fromEntries(told.map(({ name, value }) => [name, value])));
  else console.log([hello, ...told.map(({ label, value }) => `  ${label.padEnd(27)} ${value}`)].join('\n'));
  if (options.insecure && !options.access)
    log.error('INSECURE: whoever can reach this address can read and write every context.');
}

function describeAccess({ access }: Options): string {
  if (!access) return 'everybody may do everything';
  const { jwt, apiKeys = [], anonymous, authenticate, cookie } = access;
  const ways = [
    ...(jwt ? ['tokens'] : []),
    ...(apiKeys.length > 0 ? [`API keys (${apiKeys.length})`] : []),
    ...(authenticate ? ['your own function'] : []),
    ...(cookie === undefined ? [] : ['a cookie']),
    ...(anonymous ? ['anonymous'] : []),
  ];
  return ways.join(', ') || 'nobody';
}

function describeStore({ redisUrl }: Options): string {
  return redisUrl ? describeRedis(parseRedisUrl(redisUrl)) : 'memory: gone when this process ends';
}

/** What comes behind the driver's name may hold a password. */
function describeArchive(options: Options): string {
  const { exportContext, restoreContext, archive = defaultArchive(options) } = options;
  if (exportContext && restoreContext) return 'your own functions';
  return archive.startsWith('fs:') ? archive.slice(3) : String(archive.split(':')[0]);
}

function fail(error: unknown): never {
  console.error(`arpeggio: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
