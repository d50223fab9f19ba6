import { describe, expect, test } from 'vitest';
import { describeRedis, parseRedisUrl } from '../../src/server/redis-url.ts';

const single = { kind: 'single', isTls: false, username: undefined, password: undefined, db: 0, master: '' };
const at = (...hosts: [string, number][]) => ({ hosts: hosts.map(([host, port]) => ({ host, port })) });

describe('The URL of Redis', () => {
  test.each([
    ['redis://localhost', { ...single, ...at(['localhost', 6379]) }],
    ['redis://10.0.0.1:7000/3', { ...single, ...at(['10.0.0.1', 7000]), db: 3 }],
    ['redis://[::1]:7000', { ...single, ...at(['::1', 7000]) }],
    ['rediss://:p%40ss@redis.test', { ...single, ...at(['redis.test', 6379]), isTls: true, password: 'p@ss' }],
    ['redis://ann:a:b@h', { ...single, ...at(['h', 6379]), username: 'ann', password: 'a:b' }],
    ['redis://ann@h', { ...single, ...at(['h', 6379]), username: 'ann' }],
    [
      'redis+sentinel://:x@a,b:1/my%20master/2?sentinelUsername=u&sentinelPassword=p%26+x',
      {
        ...single,
        kind: 'sentinel',
        ...at(['a', 26_379], ['b', 1]),
        password: 'x',
        master: 'my master',
        db: 2,
        sentinelUsername: 'u',
        sentinelPassword: 'p&+x',
      },
    ],
    ['rediss+cluster://a:1,b:2,c', { ...single, kind: 'cluster', isTls: true, ...at(['a', 1], ['b', 2], ['c', 6379]) }],
  ])('%s', (url, target) => {
    expect(parseRedisUrl(url)).toMatchObject(target);
  });

  test.each([
    ['http://h', /starts with redis:/],
    ['redis:h', /starts with redis:/],
    ['redis://', /starts with redis:/],
    ['redis://a,b', /takes one host/],
    ['redis://a:0', /HOST or HOST:PORT/],
    ['redis://a:65536', /HOST or HOST:PORT/],
    ['redis://a:b', /HOST or HOST:PORT/],
    ['redis://::1', /HOST or HOST:PORT/],
    ['redis://a/x', /database .* is a number/],
    ['redis://a/1/2', /database .* is a number/],
    ['redis://a?x=1', /takes no parameter "x"/],
    ['redis+sentinel://a', /master's name/],
    ['redis+cluster://a/1', /one database only/],
    ['redis://%zz:secret@a', /percent-encoded/],
  ])('%s is refused, without showing what may be a password', (url, message) => {
    expect(() => parseRedisUrl(url)).toThrow(message);
    expect(() => parseRedisUrl(url)).not.toThrow(/secret/);
  });

  test.each([
    ['redis://ann:secret@h:1/2', 'redis://h:1/2'],
    ['redis://[::1]:7000', 'redis://[::1]:7000'],
    ['rediss+sentinel://:secret@a:1,b:2/main?sentinelPassword=secret', 'rediss+sentinel://a:1,b:2/main'],
    ['redis+cluster://:secret@a:1,b:2', 'redis+cluster://a:1,b:2'],
  ])('%s is shown without its passwords', (url, shown) => {
    expect(describeRedis(parseRedisUrl(url))).toBe(shown);
  });
});
