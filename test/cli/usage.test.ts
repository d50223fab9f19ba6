import { describe, expect, it } from 'vitest';
import { addressOf } from '../../src/cli/address.ts';
import { readArguments } from '../../src/cli/arguments.ts';
import { commands } from '../../src/cli/commands.ts';
import { exitCodes, UsageError } from '../../src/cli/failure.ts';
import { type Flag, flags } from '../../src/cli/flags.ts';
import { helpOf, overview } from '../../src/cli/help.ts';
import { nearest } from '../../src/cli/nearest.ts';
import { readPath, showPath } from '../../src/cli/path.ts';
import { CommandLine } from '../helpers/command-line.ts';

const commandLine = new CommandLine();
const names = commands.map(({ name }) => name);
const commandOf = (name: string) => commands.find((command) => command.name === name)!;

describe('The command line', () => {
  it('lists its commands, and what each ends with', async () => {
    const { code, stdout, stderr } = await commandLine.run(['--help'], { env: { ARPEGGIO_URL: 'x', PORT: 'x' } });
    expect([code, stderr]).toEqual([0, '']);
    for (const { name, summary } of commands) expect(stdout).toMatch(new RegExp(`  ${name} .*${summary}`));
    for (const [exitCode, meaning] of Object.values(exitCodes)) expect(stdout).toContain(`${exitCode}  ${meaning}`);
    expect(await commandLine.run(['help'])).toEqual({ code, stdout, stderr });
  });

  it.each(names)('explains %s: every option, with an example', (name) => {
    const command = commandOf(name);
    const help = helpOf(command);
    for (const flag of command.flags) {
      expect(help).toContain(flags[flag].spelled);
      expect(help).toContain(flags[flag].description);
    }
    for (const example of command.examples) {
      expect(help).toContain(`  ${example}`);
      expect(example).toContain(`arpeggio ${name} `);
    }
  });

  it('explains a command where it is asked to, before anything else', async () => {
    const stdout = `${helpOf(commandOf('get'))}\n`;
    for (const args of [
      ['get', '--help'],
      ['get', '-h', 'a', 'b', 'c'],
      ['help', 'get'],
    ]) {
      expect(await commandLine.run(args, { env: { ARPEGGIO_URL: 'x' } })).toEqual({ code: 0, stdout, stderr: '' });
    }
  });

  it('is as wide as a terminal can be expected to be', () => {
    const lines = [overview(commands), ...commands.map(helpOf)].join('\n').split('\n');
    expect(lines.filter((line) => line.length > 120)).toEqual([]);
  });

  it.each([
    [['gte', 'a'], 'There is no command "gte". Did you mean get?\nSee arpeggio --help.'],
    [['del', 'a'], 'There is no command "del". Did you mean delete?\nSee arpeggio --help.'],
    [['nonsense'], 'There is no command "nonsense".\nSee arpeggio --help.'],
    [['help', 'wacth'], 'There is no command "wacth". Did you mean watch?\nSee arpeggio --help.'],
    [['get'], 'get needs the ID of a context.\nUsage: arpeggio get ID [options]'],
    [['set', 'a', '{"secret":}'], `JSON is no valid JSON. Put it in quotes: '{"a":1}'.`],
    [['set', 'a', '["secret"]'], 'BAD_USER_INPUT: It must be a JSON object.'],
    [
      ['set', 'a', '{"a":1e400}'],
      'BAD_USER_INPUT: A number lies beyond what JSON carries exactly, -(2^53 - 1) to 2^53 - 1.',
    ],
    [['sync', 'a', '--version', '1', '--cursor', 'c'], '--version and --cursor do not go together: give one of them.'],
    [
      ['delete', 'a', '--expect-version', '1', '--expect-cursor', 'c'],
      '--expect-version and --expect-cursor do not go together: give one of them.',
    ],
  ])('refuses %j with 2 and says what would do', async (args, message) => {
    // Port 1 answers nobody: whatever goes there ends with 3.
    const env = { ARPEGGIO_URL: 'http://127.0.0.1:1' };
    expect(await commandLine.run(args, { env })).toEqual({ code: 2, stdout: '', stderr: `arpeggio: ${message}\n` });
  });

  it('says so in JSON where that is asked for', async () => {
    const { code, stderr } = await commandLine.run(['get', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toEqual({ error: { code: 'USAGE', message: 'get needs the ID of a context.' } });
  });

  it('names a variable that holds no address', async () => {
    const outcome = await commandLine.run(['get', 'a'], { env: { ARPEGGIO_URL: 'nonsense' } });
    expect(outcome).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^arpeggio: ARPEGGIO_URL takes an address/),
    });
  });

  it('still is the server with the flags of the server, and with serve', async () => {
    for (const args of [
      ['--port', '0'],
      ['serve', '--port', '0'],
      ['serve', '-p', '0'],
    ]) {
      const main = commandLine.start(args);
      await main.says(/http:\/\/127\.0\.0\.1:\d+\/graphql/);
      main.signal('SIGTERM');
      expect(await main.exit).toBe(0);
    }
  });
});

describe('Arguments', () => {
  it.each([
    ['get', ['a', 'b', 'c'], { flags: {}, positionals: ['a', 'b', 'c'] }],
    ['get', ['--json', '--', '--json', '-x'], { flags: { json: true }, positionals: ['--json', '-x'] }],
    ['get', ['-h'], { flags: { help: true }, positionals: [] }],
    ['get', ['--timeout', '0.5', 'a'], { flags: { timeout: 500 }, positionals: ['a'] }],
    ['watch', ['a', '--timeout=2'], { flags: { patience: 2000 }, positionals: ['a'] }],
    ['sync', ['--version=7', '-'], { flags: { version: 7 }, positionals: ['-'] }],
    ['sync', ['--cursor=-c', 'a'], { flags: { cursor: '-c' }, positionals: ['a'] }],
    [
      'set',
      ['--expect-version', '0', '--request-id', ''],
      { flags: { expectVersion: 0, requestId: '' }, positionals: [] },
    ],
    ['update', ['--remove', 'a.b', '--remove=["c.d"]'], { flags: { remove: [['a', 'b'], ['c.d']] }, positionals: [] }],
  ])('of %s, %j, are understood', (name, args, expected) => {
    expect(readArguments(commandOf(name), args)).toEqual(expected);
  });

  it.each([
    ['get', ['--jsno'], 'get has no option "--jsno". Did you mean --json?'],
    ['get', ['-x'], 'get has no option "-x".'],
    ['get', ['--constructor'], 'get has no option "--constructor".'],
    ['get', ['--count', '1'], 'get has no option "--count".'],
    ['get', ['--json=1'], '--json takes no value.'],
    ['get', ['--url'], '--url needs a value: --url URL.'],
    ['get', ['--url', '--json'], '--url needs a value; one that begins with a dash is written --url=-….'],
    ['watch', ['--count', '0'], '--count takes an integer, 1 or more.'],
    ['watch', ['--count', '1.5'], '--count takes an integer'],
    ['sync', ['--version', '-1'], '--version needs a value'],
    ['sync', ['--version', 'x'], '--version takes an integer, 0 or more.'],
    ['sync', ['--version', '9007199254740992'], '--version takes an integer'],
    ['get', ['--timeout', '0'], '--timeout takes seconds, such as 5 or 0.5.'],
    ['get', ['--timeout', '9999999'], '--timeout takes seconds'],
    ['update', ['--remove', ''], '--remove takes a path'],
    ['update', ['--remove', 'a..b'], '--remove takes a path'],
    ['update', ['--remove', '[]'], '--remove takes a path'],
    ['update', ['--remove', '[1]'], '--remove takes a path'],
    ['update', ['--remove', '[a'], '--remove takes a path'],
  ])('of %s, %j, are refused', (name, args, message) => {
    const read = (): unknown => readArguments(commandOf(name), args);
    expect(read).toThrow(UsageError);
    expect(read).toThrow(message);
  });

  it('have one meaning each, and no two of a command are spelled alike', () => {
    for (const command of commands) {
      const spelled = command.flags.map((name) => (flags[name] as Flag<unknown>).spelled);
      expect(new Set(spelled).size).toBe(spelled.length);
    }
  });
});

describe('An address', () => {
  it.each([
    ['http://h:1', 'http://h:1/graphql', 'ws://h:1/graphql'],
    ['https://h/', 'https://h/graphql', 'wss://h/graphql'],
    ['ws://h/graphql', 'http://h/graphql', 'ws://h/graphql'],
    ['wss://h/a/b?c=d#e', 'https://h/a/b?c=d', 'wss://h/a/b?c=d'],
  ])('%s leads to %s and %s', (text, http, websocket) => {
    expect(addressOf(text, '--url')).toEqual({ http, websocket });
  });

  it.each(['', 'h', 'localhost:4000', 'ftp://h', 'http://', 'http://user:hunter2@h'])('%j is refused', (text) => {
    expect(() => addressOf(text, '--url')).toThrow(/^--url takes (?!.*hunter2)/);
  });
});

describe('Paths', () => {
  it.each([
    [['a']],
    [['a', 'b-c', 'ü🎉', '0']],
    [['a.b']],
    [['']],
    [['[']],
    [['a b']],
    [['"']],
    [['\u001b[31m', '\u009b']],
  ])('%j can be given as they are shown', (path) => {
    const shown = showPath(path);
    expect(readPath(shown, '--remove')).toEqual(path);
    expect(shown).not.toMatch(/\p{C}/u);
  });
});

describe('The nearest name', () => {
  it.each([
    ['gte', 'get'],
    ['ste', 'set'],
    ['wathc', 'watch'],
    ['exprot', 'export'],
    ['up', 'update'],
    ['', undefined],
    ['xyz', undefined],
    ['constructor', undefined],
  ])('to %j is %j', (typed, meant) => {
    expect(nearest(typed, names)).toBe(meant);
  });
});
