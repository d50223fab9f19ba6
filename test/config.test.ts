import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ConfigError, flagOf, helpText, readCommand } from '../src/config.ts';
import { optionNames, options } from '../src/options.ts';

type Env = { readonly [name: string]: string };

/** A folder of its own, with a configuration file where one is given. */
function folder(files: { readonly [name: string]: string } = {}): string {
  const path = mkdtempSync(join(tmpdir(), 'arpeggio-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

async function configOf(args: readonly string[], env: Env = {}, cwd = folder()): Promise<unknown> {
  const command = await readCommand({ args, env, cwd });
  return command.kind === 'serve' ? command.options : command.kind;
}

describe('The configuration', () => {
  it('leaves every default to the server', async () => {
    expect(await configOf([])).toEqual({});
  });

  it('is read from the environment', async () => {
    const env = { HOST: '0.0.0.0', PORT: '8080', ARPEGGIO_INSECURE: '1', ARPEGGIO_CONTEXT_TTL: '60', ELSE: 'x' };
    expect(await configOf([], env)).toEqual({ host: '0.0.0.0', port: 8080, insecure: true, contextTtl: 60 });
  });

  it('is read from flags, which win over the environment', async () => {
    const env = { HOST: '::1', PORT: '1', ARPEGGIO_INSECURE: '0', ARPEGGIO_GRAPHIQL: '1' };
    const args = ['--host', 'localhost', '--port', '0', '--insecure', '--no-graphiql'];
    expect(await configOf(args, env)).toEqual({ host: 'localhost', port: 0, insecure: true, graphiql: false });
    expect(await configOf(['-H', '127.0.0.2', '--port=65535'])).toEqual({ host: '127.0.0.2', port: 65_535 });
    expect(await configOf(['-p', '80'], { PORT: 'nonsense' })).toEqual({ port: 80 });
  });

  it('takes a policy as JSON, and what is secret from the file that a variable names', async () => {
    const access = { anonymous: { read: ['*'] } };
    expect(await configOf([], { ARPEGGIO_ACCESS: JSON.stringify(access) })).toEqual({ access });
    const cwd = folder({
      access: `${JSON.stringify(access)}\n`,
      redis: 'redis://:hunter2@redis:6379\n',
      wrong: 'hunter2',
    });
    const files = { ARPEGGIO_ACCESS_FILE: join(cwd, 'access'), REDIS_URL_FILE: join(cwd, 'redis') };
    expect(await configOf([], files)).toEqual({ access, redisUrl: 'redis://:hunter2@redis:6379' });
    for (const [env, message] of [
      [{ REDIS_URL_FILE: join(cwd, 'none') }, /^REDIS_URL_FILE names .*none, which can't be read: ENOENT\.$/],
      [{ ...files, REDIS_URL: 'redis://x' }, 'REDIS_URL and REDIS_URL_FILE are both set: give one of them.'],
      [{ REDIS_URL_FILE: join(cwd, 'wrong') }, 'The file of REDIS_URL_FILE is something else; it takes redis://'],
    ] as const) {
      await expect(configOf([], env)).rejects.toThrow(message);
      await expect(configOf([], env)).rejects.not.toThrow(/hunter2/);
    }
    expect(await configOf([], { PORT_FILE: join(cwd, 'none'), REDIS_URL_FILE: '' })).toEqual({});
  });

  it('takes limits as JSON, and from the file as they are', async () => {
    const limits = { depth: 10, bodyBytes: 1024 };
    expect(await configOf([], { ARPEGGIO_LIMITS: JSON.stringify(limits) })).toEqual({ limits });
    expect(await configOf(['--limits', JSON.stringify(limits)])).toEqual({ limits });
    const cwd = folder({ 'arpeggio.config.mjs': 'export default { limits: { requestsPerSecond: Infinity } };' });
    expect(await configOf([], {}, cwd)).toEqual({ limits: { requestsPerSecond: Number.POSITIVE_INFINITY } });
  });

  it('takes a variable that is empty for one that is not set', async () => {
    expect(await configOf([], { HOST: '', PORT: '', ARPEGGIO_INSECURE: '' })).toEqual({});
  });

  it.each([
    ['arpeggio.config.ts', 'const port: number = 5000; export default { port, deltaThreshold: 7 };'],
    ['arpeggio.config.js', 'export default { port: 5000, deltaThreshold: 7 };'],
    ['arpeggio.config.mjs', 'export default { port: 5000, deltaThreshold: 7 };'],
  ])('is read from %s, over which the environment wins', async (name, text) => {
    const cwd = folder({ [name]: text, 'package.json': '{"type":"module"}' });
    expect(await configOf([], {}, cwd)).toEqual({ port: 5000, deltaThreshold: 7 });
    expect(await configOf([], { PORT: '6000' }, cwd)).toEqual({ port: 6000, deltaThreshold: 7 });
    expect(await configOf(['--port', '7000'], { PORT: '6000' }, cwd)).toEqual({ port: 7000, deltaThreshold: 7 });
  });

  it('takes functions from the file', async () => {
    const text = `export default {
      deltaFormatter: (changes) => changes.length,
      timeProvider: (unit) => (unit === 'second' ? 1 : 1000),
      exportContext: async () => {},
      restoreContext: async () => null,
    };`;
    const command = await readCommand({ args: [], env: {}, cwd: folder({ 'arpeggio.config.mjs': text }) });
    if (command.kind !== 'serve') throw new Error('It serves.');
    expect(command.options.timeProvider?.('second')).toBe(1);
    expect(Object.keys(command.options)).toHaveLength(4);
    expect(command.configFile).toMatch(/arpeggio\.config\.mjs$/);
  });

  it('is read from a file of another name by --config, which must be there', async () => {
    const cwd = folder({
      'other.mjs': 'export default { port: 5000 };',
      'arpeggio.config.mjs': 'export default { port: 1 };',
    });
    expect(await configOf(['--config', 'other.mjs'], {}, cwd)).toEqual({ port: 5000 });
    await expect(configOf(['--config', 'missing.mjs'], {}, cwd)).rejects.toThrow(ConfigError);
  });

  it.each([
    ['{ contextTtl: "x" }', /^contextTtl in .*arpeggio\.config\.mjs is "x"; it takes an integer from 1/],
    ['{ contextTtl: 0 }', /contextTtl in .* is 0; it takes/],
    ['{ deltaFormatter: 1 }', /deltaFormatter in .* is 1; it takes a function \(changes, meta\) => JSON\./],
    ['{ port: () => 1 }', /port in .* is a function; it takes an integer/],
    ['{ timeUnit: "hour" }', /timeUnit in .* is "hour"; it takes second or millisecond\./],
    ['{ insecure: 1 }', /insecure in .* is 1; it takes true or false\./],
    ['{ contexTtl: 1 }', /has contexTtl, which is no option\./],
    ['{', /The configuration file can't be read/],
  ])('refuses a file with %s', async (text, message) => {
    const cwd = folder({ 'arpeggio.config.mjs': `export default ${text};` });
    await expect(configOf([], {}, cwd)).rejects.toThrow(ConfigError);
    await expect(configOf([], {}, cwd)).rejects.toThrow(message);
  });

  it.each([
    [[], { ARPEGGIO_LIMITS: '{"depth":1,"deptth":1}' }, /^ARPEGGIO_LIMITS is .*; there is no limit deptth\.$/],
    [[], { ARPEGGIO_LIMITS: '{"depth":0}' }, 'depth takes a whole number from 1 on.'],
    [[], { ARPEGGIO_LIMITS: '{"depth":251}' }, 'depth takes 250 at most.'],
    [[], { ARPEGGIO_LIMITS: '{"bodyBytes":"1"}' }, 'bodyBytes takes a whole number from 1 on.'],
    [[], { ARPEGGIO_LIMITS: '[]' }, 'limits are an object.'],
    [[], { ARPEGGIO_LIMITS: '{' }, 'it takes an object of limits by name'],
    [[], { PORT: 'abc' }, 'PORT is "abc"; it takes an integer from 0 to 65535.'],
    [[], { PORT: '65536' }, 'PORT is "65536"; it takes'],
    [[], { PORT: '-1' }, 'PORT is "-1"; it takes'],
    [[], { PORT: '80.0' }, 'PORT is "80.0"; it takes'],
    [[], { PORT: ' 80' }, 'PORT is " 80"; it takes'],
    [[], { PORT: '1e3' }, 'PORT is "1e3"; it takes'],
    [['--port', 'x'], {}, '--port is "x"; it takes an integer'],
    [['--port='], {}, '--port is ""; it takes an integer'],
    [['--host='], {}, '--host is ""; it takes an address or a host name.'],
    [[], { HOST: 'a b' }, 'HOST is "a b"; it takes an address or a host name.'],
    [[], { ARPEGGIO_INSECURE: 'yes' }, 'ARPEGGIO_INSECURE is "yes"; it takes true or false.'],
    [[], { ARPEGGIO_INSECURE: 'constructor' }, 'ARPEGGIO_INSECURE is "constructor"; it takes true or false.'],
    [[], { ARPEGGIO_INSECURE: '__proto__' }, 'ARPEGGIO_INSECURE is "__proto__"; it takes true or false.'],
    [[], { ARPEGGIO_TIME_UNIT: 'minute' }, 'ARPEGGIO_TIME_UNIT is "minute"; it takes second or millisecond.'],
    [[], { ARPEGGIO_ARCHIVE: 'somewhere' }, 'ARPEGGIO_ARCHIVE is something else; it takes fs:FOLDER'],
    [['--context-ttl', '0'], {}, '--context-ttl is "0"; it takes an integer from 1'],
    [['--nonsense'], {}, '--nonsense'],
    [['extra'], {}, 'extra'],
    [['--port'], {}, '--port'],
  ])('refuses %j with %j, and names the option, what it got and what it takes', async (args, env, message) => {
    await expect(configOf(args, env as Env)).rejects.toThrow(ConfigError);
    await expect(configOf(args, env as Env)).rejects.toThrow(message);
  });

  it('never shows what may hold a password', async () => {
    const secret = 'REDIS {"password":"hunter2"}';
    await expect(configOf([], { ARPEGGIO_ARCHIVE: secret })).rejects.not.toThrow(/hunter2/);
    await expect(configOf(['--archive', secret])).rejects.not.toThrow(/hunter2/);
  });

  it('is helped with, and its version told, before anything else is looked at', async () => {
    for (const flag of ['--help', '-h']) expect(await configOf([flag], { PORT: 'nonsense' })).toBe('help');
    for (const flag of ['--version', '-v']) expect(await configOf([flag], { PORT: 'nonsense' })).toBe('version');
  });

  it('is explained whole: every option with its flag, its variable, what it takes, its default', () => {
    const help = helpText();
    for (const name of optionNames) {
      const { env, takes, fallback, description } = options[name];
      expect(help).toContain(env === undefined ? `${name} (file only)` : `${flagOf(name)}`);
      expect(help).toContain(`${description} Takes ${takes}. Default: ${fallback}.`);
      if (env !== undefined) expect(help).toMatch(new RegExp(`, ${env}( or ${env}_FILE)?\\n`));
    }
    for (const flag of ['--config', '--help', '--version']) expect(help).toContain(flag);
  });
});
