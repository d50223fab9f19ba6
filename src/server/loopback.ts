import { BlockList, isIP } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether an address to listen on can be reached from this machine alone. A name other than localhost, and those below it, may lead anywhere. */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  return family === 0 ? /^(.+\.)?localhost\.?$/i.test(host) : loopback.check(host, family === 6 ? 'ipv6' : 'ipv4');
}
