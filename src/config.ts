import { parseArgs } from 'node:util';

/** What the process is told from outside. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly insecure: boolean;
}

interface Option<T> {
  readonly env: string;
  readonly takes: string;
  readonly fallback: T;
  readonly description: string;
  /** Undefined where the text is no such value. */
  readonly parse: (text: string) => T | undefined;
}

const SWITCH: ReadonlyMap<string, boolean> = new Map([
  ['1', true],
  ['true', true],
  ['0', false],
  ['false', false],
]);

/** Every option, once: what reads it, what it takes, what it is without being set. A flag is spelled as its key here. */
export const options: { readonly [K in keyof Config]: Option<Config[K]> } = {
  host: {
    env: 'HOST',
    takes: 'an address or a host name',
    fallback: '127.0.0.1',
    description: 'The address to listen on. Beyond loopback only with --insecure.',
    parse: (text) => (text === '' || /\s/.test(text) ? undefined : text),
  },
  port: {
    env: 'PORT',
    takes: 'an integer from 0 to 65535 (0: any free port)',
    fallback: 4000,
    description: 'The port to listen on.',
    parse: (text) => (/^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined),
  },
  insecure: {
    env: 'ARPEGGIO_INSECURE',
    takes: '1 or 0',
    fallback: false,
    description: 'Listen beyond loopback although everybody could read and write everything.',
    parse: (text) => SWITCH.get(text),
  },
};

/** An option was given a value that it does not take. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export type Command = { readonly kind: 'serve'; readonly config: Config } | { readonly kind: 'help' | 'version' };

/**
 * Reads the command line and the environment; a flag wins over its variable.
 *
 * @throws ConfigError that names the option, what it got, and what it takes
 */
export function readCommand(args: readonly string[], env: { readonly [name: string]: string | undefined }): Command {
  const flags = parseFlags(args);
  if (flags['help']) return { kind: 'help' };
  if (flags['version']) return { kind: 'version' };
  const read = <K extends keyof Config>(key: K): Config[K] => {
    const { env: variable, takes, fallback, parse }: Option<Config[K]> = options[key];
    const flag = flags[key];
    const [source, text] =
      flag === undefined ? [variable, env[variable]] : [`--${key}`, flag === true ? '1' : String(flag)];
    if (text === undefined || (flag === undefined && text === '')) return fallback;
    const value = parse(text);
    if (value === undefined) throw new ConfigError(`${source} is ${JSON.stringify(text)}; it takes ${takes}.`);
    return value;
  };
  return { kind: 'serve', config: { host: read('host'), port: read('port'), insecure: read('insecure') } };
}

function parseFlags(args: readonly string[]): { readonly [flag: string]: string | boolean | undefined } {
  try {
    return parseArgs({
      args: [...args],
      options: {
        host: { type: 'string', short: 'H' },
        port: { type: 'string', short: 'p' },
        insecure: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    }).values;
  } catch (error) {
    throw new ConfigError(`${error instanceof Error ? error.message : String(error)} See arpeggio --help.`);
  }
}

export function helpText(): string {
  const rows = Object.entries(options).map(([key, { env, fallback, description }]) => {
    const name = `--${key}, ${env}`;
    return `  ${name.padEnd(34)}${description} Default: ${fallback}.`;
  });
  return [
    'arpeggio: serves versioned contexts over GraphQL.',
    '',
    'Usage: arpeggio [options]',
    '',
    ...rows,
    `  ${'--help'.padEnd(34)}Prints this.`,
    `  ${'--version'.padEnd(34)}Prints the version.`,
    '',
    'A flag wins over its environment variable.',
  ].join('\n');
}
