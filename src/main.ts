#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { type Config, helpText, readCommand } from './config.ts';
import { createServer } from './server/create-server.ts';

/** The process: configuration, server, port, signals. */
async function main(): Promise<void> {
  const command = readCommand(process.argv.slice(2), process.env);
  switch (command.kind) {
    case 'help':
      return console.log(helpText());
    case 'version':
      return console.log(packageVersion());
    case 'serve':
      return serve(command.config);
  }
}

async function serve(config: Config): Promise<void> {
  const server = createServer(config);
  const { http, websocket } = await server.listen();
  console.log(
    [
      `Arpeggio ${packageVersion()} is listening.`,
      `  GraphQL over HTTP and SSE   ${http}`,
      `  GraphQL over WebSocket      ${websocket}`,
      '  Store                       memory: gone when this process ends',
    ].join('\n'),
  );
  if (config.insecure) console.warn('INSECURE: whoever can reach this address can read and write every context.');
  let isStopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    // Asked twice means now.
    if (isStopping) process.exit(1);
    isStopping = true;
    console.log(`${signal}: stopping.`);
    server.close().then(() => process.exit(0), fail);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return String(version);
}

function fail(error: unknown): never {
  console.error(`arpeggio: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

main().catch(fail);
