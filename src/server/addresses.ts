import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { LimitHits } from '../limits.ts';

/** Cuts connections, as they come, of addresses that have as many as they may. */
export function limitPerAddress(httpServer: HttpServer, most: number, hits: LimitHits): void {
  const counts = new Map<string, number>();
  const counted = new WeakSet<Socket>();
  httpServer.on('connection', (socket) => {
    // One whose upgrade is declined comes again.
    if (counted.has(socket)) return;
    counted.add(socket);
    const address = addressOf(socket.remoteAddress);
    const count = (counts.get(address) ?? 0) + 1;
    if (count > most) {
      hits.connectionsPerAddress += 1;
      socket.destroy();
      return;
    }
    counts.set(address, count);
    socket.once('close', () => {
      const left = (counts.get(address) ?? 0) - 1;
      if (left > 0) counts.set(address, left);
      else counts.delete(address);
    });
  });
}

export function addressOfRequest({ socket }: IncomingMessage): string {
  return addressOf(socket.remoteAddress);
}

/** What one client has: an IPv4 address, or a whole network of IPv6, the smallest that is given to anybody. */
export function addressOf(address = ''): string {
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (mapped !== undefined) return mapped;
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const groups = head === '' ? [] : head.split(':');
  const behind = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - groups.length - behind.length;
  return [...groups, ...Array.from({ length: zeros }, () => '0'), ...behind].slice(0, 4).join(':');
}
