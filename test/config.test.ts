import { describe, expect, it } from 'vitest';
import { ConfigError, helpText, options, readCommand } from '../src/config.ts';

const defaults = { host: '127.0.0.1', port: 4000, insecure: false };

function configOf(args: readonly string[], env: { readonly [name: string]: string } = {}): unknown {
  const command = readCommand(args, env);
  return command.kind === 'serve' ? command.config : command.kind;
}

describe('The configuration', () => {
  it('is safe without being set at all', () => {
    expect(configOf([])).toEqual(defaults);
  });

  it('is read from the environment', () => {
    const env = { HOST: '0.0.0.0', PORT: '8080', ARPEGGIO_INSECURE: '1', ELSE: 'x' };
    expect(configOf([], env)).toEqual({ host: '0.0.0.0', port: 8080, insecure: true });
  });

  it('is read from flags, which win over the environment', () => {
    const env = { HOST: '::1', PORT: '1', ARPEGGIO_INSECURE: '0' };
    expect(configOf(['--host', 'localhost', '--port', '0', '--insecure'], env)).toEqual({
      host: 'localhost',
      port: 0,
      insecure: true,
    });
    expect(configOf(['-H', '127.0.0.2', '--port=65535'])).toEqual({ ...defaults, host: '127.0.0.2', port: 65_535 });
    expect(configOf(['-p', '80'], { PORT: 'nonsense' })).toEqual({ ...defaults, port: 80 });
  });

  it('takes a variable that is empty for one that is not set', () => {
    expect(configOf([], { HOST: '', PORT: '', ARPEGGIO_INSECURE: '' })).toEqual(defaults);
  });

  it.each([
    [{ ARPEGGIO_INSECURE: 'true' }, true],
    [{ ARPEGGIO_INSECURE: '1' }, true],
    [{ ARPEGGIO_INSECURE: 'false' }, false],
    [{ ARPEGGIO_INSECURE: '0' }, false],
  ])('takes %j as %s', (env, insecure) => {
    expect(configOf([], env)).toEqual({ ...defaults, insecure });
  });

  it.each([
    [[], { PORT: 'abc' }, 'PORT is "abc"; it takes an integer from 0 to 65535 (0: any free port).'],
    [[], { PORT: '65536' }, 'PORT is "65536"; it takes'],
    [[], { PORT: '-1' }, 'PORT is "-1"; it takes'],
    [[], { PORT: '80.0' }, 'PORT is "80.0"; it takes'],
    [[], { PORT: ' 80' }, 'PORT is " 80"; it takes'],
    [[], { PORT: '1e3' }, 'PORT is "1e3"; it takes'],
    [['--port', 'x'], {}, '--port is "x"; it takes an integer'],
    [['--port='], {}, '--port is ""; it takes an integer'],
    [['--host='], {}, '--host is ""; it takes an address or a host name.'],
    [[], { HOST: 'a b' }, 'HOST is "a b"; it takes an address or a host name.'],
    [[], { ARPEGGIO_INSECURE: 'yes' }, 'ARPEGGIO_INSECURE is "yes"; it takes 1 or 0.'],
    [[], { ARPEGGIO_INSECURE: 'constructor' }, 'ARPEGGIO_INSECURE is "constructor"; it takes 1 or 0.'],
    [[], { ARPEGGIO_INSECURE: '__proto__' }, 'ARPEGGIO_INSECURE is "__proto__"; it takes 1 or 0.'],
    [['--nonsense'], {}, '--nonsense'],
    [['extra'], {}, 'extra'],
    [['--port'], {}, '--port'],
  ])('refuses %j with %j, and names the option, what it got and what it takes', (args, env, message) => {
    expect(() => readCommand(args, env)).toThrow(ConfigError);
    expect(() => readCommand(args, env)).toThrow(message);
  });

  it('is helped with, and its version told, before anything else is looked at', () => {
    for (const flag of ['--help', '-h']) expect(configOf([flag], { PORT: 'nonsense' })).toBe('help');
    for (const flag of ['--version', '-v']) expect(configOf([flag], { PORT: 'nonsense' })).toBe('version');
  });

  it('is explained whole: every option with its flag, its variable, its default', () => {
    const help = helpText();
    for (const [key, { env, fallback, description }] of Object.entries(options)) {
      const line = help.split('\n').find((text) => text.includes(`--${key}, ${env}`));
      expect(line).toContain(description);
      expect(line).toContain(`Default: ${fallback}.`);
    }
    expect(help).toContain('--help');
    expect(help).toContain('--version');
  });
});
