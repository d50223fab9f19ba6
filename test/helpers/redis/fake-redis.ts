import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { onTestFinished } from 'vitest';

/** What is answered to a command, as it goes over the wire; null where nothing is. */
export type Script = (command: string, args: readonly string[]) => string | null;

/** `+OK` and so on, in the words of the protocol. */
export const reply = {
  ok: '+OK\r\n',
  error: (message: string) => `-${message}\r\n`,
  text: (value: string) => `$${Buffer.byteLength(value)}\r\n${value}\r\n`,
};

/** A server that says what a test wants a Redis to say which cannot be had. It knows no RESP3. */
export async function startFakeRedis(script: Script): Promise<{ readonly url: string; readonly port: number }> {
  const server = createServer((socket) => {
    let received = '';
    socket.setEncoding('utf8').on('error', () => {});
    socket.on('data', (chunk) => {
      received += chunk;
      for (let command = take(); command; command = take()) {
        const [name = '', ...args] = command;
        const answer = name.toUpperCase() === 'HELLO' ? reply.error('NOPROTO') : script(name.toUpperCase(), args);
        if (answer !== null) socket.write(answer);
      }
    });
    /** The next whole command; undefined where there is none. (Lengths are counted in characters: the tests send ASCII.) */
    const take = (): readonly string[] | undefined => {
      const [, count] = /^\*(\d+)\r\n/.exec(received) ?? [];
      if (count === undefined) return undefined;
      let at = received.indexOf('\r\n') + 2;
      const parts: string[] = [];
      while (parts.length < Number(count)) {
        const end = received.indexOf('\r\n', at);
        const length = Number(received.slice(at + 1, end));
        if (end < 0 || received.length < end + 4 + length) return undefined;
        parts.push(received.slice(end + 2, end + 2 + length));
        at = end + 4 + length;
      }
      received = received.slice(at);
      return parts;
    };
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { port, url: `redis://127.0.0.1:${port}` };
}
