import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { withOptionsTable } from '../scripts/options-table.ts';
import { exitCodes } from '../src/cli/failure.ts';
import { defaultLimits } from '../src/limits.ts';
import { createServer, type Server } from '../src/server/create-server.ts';
import { silentLog } from '../src/server/log.ts';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

interface Block {
  readonly language: string;
  readonly text: string;
}

const blocks: readonly Block[] = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, text]) => ({
  language: String(language),
  text: String(text).trim(),
}));

/** The tour's commands with the output printed below each. */
const steps = blocks.flatMap((block, i) => {
  const body = /^(gql|curl [^\n]* -d) '(?<body>\{[^\n]*\})'$/.exec(block.text)?.groups?.['body'];
  const output = blocks[i + 1]?.text;
  return body !== undefined && output !== undefined ? [{ command: block.text, body, output }] : [];
});

/** What the command line is asked, with what it prints. */
const commands = blocks.flatMap(({ text }, i) => {
  const output = blocks[i + 1]?.text;
  return /^arpeggio \w/.test(text) && output !== undefined ? [{ command: text, output }] : [];
});

/** Cursors and lives are never the same twice. */
function masked(text: string): string {
  return text.replace(/("(?:cursor|currentCursor|life)":)"[\w-]+"/g, '$1"…"');
}

describe('the tour in the README, word for word', () => {
  let server: Server;
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'arpeggio-'));
    server = createServer({ log: silentLog, archive: `fs:${folder}` });
  });

  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  test('it has its steps', () => {
    expect(steps.map(({ command }) => command.split(' ')[0]).join(' ')).toBe(
      'gql gql gql gql gql curl gql gql gql gql gql gql gql',
    );
  });

  test.each(steps)('$body', async ({ command, body, output }) => {
    const isStream = command.startsWith('curl');
    const headers = { 'content-type': 'application/json', ...(isStream ? { accept: 'text/event-stream' } : {}) };
    const response = await server.fetch(
      new Request('http://127.0.0.1:4000/graphql', { method: 'POST', headers, body }),
    );
    const text = isStream ? await firstEvent(response) : await response.text();
    expect(masked(text)).toBe(masked(output));
  });
});

test('the commands in the README, word for word', async () => {
  expect(commands.map(({ command }) => command.split(' ')[1])).toEqual([
    'set',
    'update',
    'get',
    'watch',
    'sync',
    'blame',
  ]);
  const word = 'arpeggio() { node dist/main.js "$@"; }';
  expect(blocks.map(({ text }) => text)).toContain(word);
  const server = createServer({ port: 0, log: silentLog, archive: 'off' });
  onTestFinished(() => server.close());
  const { http } = await server.listen();
  const { PATH = '' } = process.env;
  for (const { command, output } of commands) {
    const script = `${word.replace('dist/main.js', '--import tsx src/main.ts')}\n${command}`;
    const { stdout } = await promisify(execFile)('sh', ['-c', script], {
      cwd: root,
      env: { PATH, ARPEGGIO_URL: http },
    });
    expect(masked(stdout.trim())).toBe(masked(output));
  }
});

test("the README's exit codes are those of the command line", () => {
  const rows = Object.values(exitCodes).map(([code, meaning]) => `| ${code} | ${meaning}`);
  for (const row of rows) expect(readme).toContain(row);
});

test('the library example runs and prints what it says', async () => {
  const folder = mkdtempSync(join(root, 'node_modules', '.readme-'));
  const example = blocks.find(({ language }) => language === 'ts')?.text ?? '';
  expect(example.split('\n').length).toBeLessThanOrEqual(12);
  const file = join(folder, 'example.mts');
  writeFileSync(file, example.replace("'arpeggio'", "'../../src/index.ts'").replace('port: 4000', 'port: 0'));
  const child = spawn(process.execPath, ['--import', 'tsx', file], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    let printed = '';
    for await (const chunk of child.stdout) {
      printed += String(chunk);
      if (printed.includes("kind: 'full'")) break;
    }
    expect(printed).toMatch(/^Listening on http:\/\/127\.0\.0\.1:\d+\/graphql\n/);
    expect(printed).toContain("kind: 'delta'");
    expect(printed).toContain("kind: 'full'");
  } finally {
    child.kill();
    await once(child, 'exit');
    rmSync(folder, { recursive: true });
  }
});

test('the client example runs and prints what it says', async () => {
  const server = createServer({ port: 0, log: silentLog, archive: 'off' });
  onTestFinished(() => server.close());
  const { websocket } = await server.listen();
  const folder = mkdtempSync(join(root, 'node_modules', '.readme-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const example = blocks.find(({ text }) => text.includes("'arpeggio/client'"))?.text ?? '';
  const asHere = example
    .replace("'arpeggio/client'", "'../../src/client/index.ts'")
    .replace('ws://127.0.0.1:4000/graphql', websocket);
  const file = join(folder, 'example.mts');
  writeFileSync(
    file,
    `import { WebSocket } from 'ws';\nObject.assign(globalThis, { WebSocket });\n${asHere}\nclient.close();\n`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', file], { cwd: root });
  expect(stdout).toContain('live {"topic":"cake","visits":1}');
  expect((await server.manager.get('room:1'))?.context).toEqual({ topic: 'cake', visits: 1 });
});

test('the README has the table of options that is in force (npm run options writes it)', () => {
  expect(readme).toContain('<!-- options -->');
  expect(withOptionsTable(readme)).toBe(readme);
});

test("the README's limits are the ones in force", () => {
  const { idBytes, requestIdBytes, pageSize, depth, documentTokens } = defaultLimits;
  const lines = [
    `| a context's id | 1 to ${idBytes} bytes of well-formed Unicode |`,
    `| one key | ${defaultLimits.keyBytes / 1024} KiB |`,
    `| a request id | ${requestIdBytes} bytes |`,
    `| contexts or deltas on a page | ${pageSize} (a page of \`history\` also ends where its deltas come to 1 MiB) |`,
    `| objects and arrays inside each other | ${depth} |`,
    `| values in a context | ${defaultLimits.nodes.toLocaleString('en-US')} |`,
    `| a context as JSON | ${defaultLimits.contextBytes / 1024 ** 2} MiB |`,
    `| a request's body | ${defaultLimits.bodyBytes / 1024 ** 2} MiB `,
    `| operations of a patch | ${defaultLimits.patchOperations} |`,
    `| contexts of one \`syncMany\`, \`contextsChanged\` or \`writeContexts\` | ${defaultLimits.contextsAtOnce} |`,
    `| a GraphQL document | ${documentTokens} tokens |`,
    `| brackets inside each other in a document | ${defaultLimits.documentNesting} |`,
    `| fields inside each other | ${defaultLimits.documentDepth} |`,
    `| fields at the top of an operation | ${defaultLimits.rootFields} |`,
    `| fields in a document, fragments spread | ${defaultLimits.documentFields} |`,
    `| aliases in a document, fragments spread | ${defaultLimits.documentAliases} |`,
    `| directives in a document, fragments spread | ${defaultLimits.documentDirectives} |`,
    `| operations at once on a WebSocket | ${defaultLimits.socketOperations} |`,
    `| a message that asks for a subscription over WebSocket | ${defaultLimits.subscriptionLength.toLocaleString('en-US')} characters |`,
    `| messages of a WebSocket in a second | ${defaultLimits.socketMessagesPerSecond} |`,
    `| from a WebSocket's opening to its \`connection_init\` | ${defaultLimits.handshakeMs / 1000} s |`,
    `| connections of an address (IPv6: of a /64) | ${defaultLimits.connectionsPerAddress.toLocaleString('en-US')} |`,
    `| operations of a viewer in a second, with \`access\` | ${defaultLimits.viewerOperationsPerSecond} |`,
    `| what a function of \`access\` may take | ${defaultLimits.accessMs / 1000} s |`,
    `| a request's headers | ${defaultLimits.headerCount}, of ${defaultLimits.headerBytes / 1024} KiB |`,
    `| a request's headers to come | ${defaultLimits.headersMs / 1000} s |`,
    `| all of a request to come | ${defaultLimits.requestMs / 1000} s |`,
    `| the next request of a connection to come | ${defaultLimits.idleMs / 1000} s |`,
  ];
  for (const line of lines) expect(readme).toContain(line);
});

async function firstEvent(response: Response): Promise<string> {
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const event = /event: next\ndata: .*\n\n/.exec(text)?.[0];
    if (event) return event.trim();
  }
  return text;
}
