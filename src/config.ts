import { readFileSync } from 'node:fs';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { loadConfig } from 'c12';
import type { Option } from './option-kinds.ts';
import { type OptionName, type Options, optionNames, options } from './options.ts';

/** An option was given a value that it does not take, or is no option. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export type Command =
  | { readonly kind: 'serve'; readonly options: Options; readonly configFile: string | null }
  | { readonly kind: 'help' | 'version' };

export interface Surroundings {
  /** The command line behind the program's name. */
  readonly args: readonly string[];
  readonly env: { readonly [name: string]: string | undefined };
  /** The folder where `arpeggio.config.{ts,js,mjs}` is looked for. */
  readonly cwd: string;
}

/**
 * What the process is told from outside: flags win over environment variables, those over the configuration file, that over the
 * defaults.
 *
 * @throws ConfigError that names the option, what it got, and what it takes
 */
export async function readCommand({ args, env, cwd }: Surroundings): Promise<Command> {
  const flags = parseFlags(args);
  if (flags['help']) return { kind: 'help' };
  if (flags['version']) return { kind: 'version' };
  const { file, values } = await readFile(cwd, flags['config']);
  const read: { [name: string]: unknown } = {};
  for (const name of optionNames) {
    const value = fromFlag(name, flags) ?? fromEnvironment(name, env) ?? fromFile(name, values, file);
    if (value !== undefined) read[name] = value;
  }
  // Each value was accepted by its option.
  return { kind: 'serve', options: read as Options, configFile: file };
}

type Flags = { readonly [flag: string]: string | boolean | undefined };

function parseFlags(args: readonly string[]): Flags {
  const known = optionNames.filter((name) => options[name].fromText);
  try {
    const { values } = parseArgs({
      args: [...args],
      allowNegative: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
        config: { type: 'string', short: 'c' },
        ...Object.fromEntries(known.map((name) => [flagOf(name), parsing(options[name])])),
      },
    });
    return values as Flags;
  } catch (error) {
    throw new ConfigError(`${error instanceof Error ? error.message : String(error)}. See arpeggio --help.`);
  }
}

function parsing({ isSwitch, short }: Option): NonNullable<ParseArgsConfig['options']>[string] {
  return { type: isSwitch ? 'boolean' : 'string', ...(short ? { short } : {}) };
}

function fromFlag(name: OptionName, flags: Flags): unknown {
  const flag = flags[flagOf(name)];
  return flag === undefined
    ? undefined
    : parse(name, `--${flagOf(name)}`, typeof flag === 'boolean' ? String(flag) : flag);
}

/** An empty variable is as none. What is secret may be in a file, as containers are given it, which `NAME_FILE` names. */
function fromEnvironment(name: OptionName, env: Surroundings['env']): unknown {
  const { env: variable, isSecret } = options[name];
  if (variable === undefined) return undefined;
  const text = env[variable];
  const file = isSecret ? env[`${variable}_FILE`] : undefined;
  if (!file) return text ? parse(name, variable, text) : undefined;
  if (text) throw new ConfigError(`${variable} and ${variable}_FILE are both set: give one of them.`);
  return parse(name, `The file of ${variable}_FILE`, textOf(file, variable));
}

function textOf(file: string, variable: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : 'unreadable';
    throw new ConfigError(`${variable}_FILE names ${file}, which can't be read: ${code}.`);
  }
}

function fromFile(name: OptionName, values: { readonly [key: string]: unknown }, file: string | null): unknown {
  const value = values[name];
  if (value === undefined) return undefined;
  if (!options[name].accepts(value)) throw refusal(name, `${name} in ${file}`, value, value);
  return value;
}

function parse(name: OptionName, source: string, text: string): unknown {
  const { accepts, fromText } = options[name];
  const value = fromText?.(text);
  if (value === undefined || !accepts(value)) throw refusal(name, source, text, value);
  return value;
}

function refusal(name: OptionName, source: string, given: unknown, value: unknown): ConfigError {
  const { takes, faultOf } = options[name];
  const fault = value === undefined ? undefined : faultOf?.(value);
  return new ConfigError(`${source} is ${shown(name, given)}; ${fault ?? `it takes ${takes}.`}`);
}

function shown(name: OptionName, value: unknown): string {
  if (options[name].isSecret) return 'something else';
  return typeof value === 'function' ? 'a function' : (JSON.stringify(value) ?? String(value));
}

async function readFile(
  cwd: string,
  named: string | boolean | undefined,
): Promise<{ readonly file: string | null; readonly values: { readonly [key: string]: unknown } }> {
  const isNamed = typeof named === 'string';
  try {
    const { config, _configFile } = await loadConfig({
      name: 'arpeggio',
      cwd,
      ...(isNamed ? { configFile: named, configFileRequired: true } : {}),
      rcFile: false,
      globalRc: false,
      packageJson: false,
      dotenv: false,
      extend: false,
    });
    const unknown = Object.keys(config).find((key) => !Object.hasOwn(options, key));
    if (unknown !== undefined) throw new ConfigError(`${_configFile} has ${unknown}, which is no option.`);
    return { file: _configFile ?? null, values: config };
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(
      `The configuration file can't be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

export function flagOf(name: OptionName): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

export function helpText(): string {
  const rows = optionNames.map((name) => {
    const { env, takes, fallback, description, fromText, short, isSwitch, isSecret } = options[name];
    const flag = `--${isSwitch ? '[no-]' : ''}${flagOf(name)}${short ? `, -${short}` : ''}`;
    const spelled = fromText ? `${flag}, ${env}${isSecret ? ` or ${env}_FILE` : ''}` : `${name} (file only)`;
    return `  ${spelled}\n      ${description} Takes ${takes}. Default: ${fallback}.`;
  });
  return [
    'arpeggio: serves versioned contexts over GraphQL.',
    '',
    'Usage: arpeggio [serve] [options]',
    '',
    ...rows,
    '  --config, -c\n      The configuration file. Default: arpeggio.config.{ts,js,mjs} in this folder, where there is one.',
    '  --help, -h\n      Prints this.',
    '  --version, -v\n      Prints the version.',
    '',
    'A flag wins over its environment variable, that over the configuration file.',
  ].join('\n');
}
