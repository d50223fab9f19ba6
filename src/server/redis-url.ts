/** Where Redis is, and what kind of it. */
export interface RedisTarget {
  readonly kind: 'single' | 'sentinel' | 'cluster';
  /** The server, the sentinels, or some nodes of the cluster. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  readonly isTls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** The number of the database. @default 0 */
  readonly db: number;
  /** The sentinels' name for the master; '' where there are none. */
  readonly master: string;
  readonly sentinelUsername: string | undefined;
  readonly sentinelPassword: string | undefined;
}

const DEFAULT_PORTS = { single: 6379, sentinel: 26_379, cluster: 6379 };
const PATTERN = /^(rediss?)(?:\+(sentinel|cluster))?:\/\/(?:([^@/]*)@)?([^/?#]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/;

/**
 * Reads `redis://`, `redis+sentinel://` or `redis+cluster://`, each with `rediss` for TLS:
 *
 * - `redis://user:password@host:6379/0`
 * - `redis+sentinel://user:password@host1:26379,host2:26379/master-name/0?sentinelPassword=…`
 * - `redis+cluster://user:password@host1:6379,host2:6379`
 *
 * @throws Error that says what is wrong, and never quotes what may be a password
 */
export function parseRedisUrl(url: string): RedisTarget {
  const [, scheme, suffix, userInfo, authority = '', path = '', query = ''] = PATTERN.exec(url) ?? [];
  if (scheme === undefined) {
    throw new Error('The URL of Redis starts with redis://, redis+sentinel:// or redis+cluster:// (rediss… for TLS).');
  }
  const kind = (suffix ?? 'single') as RedisTarget['kind'];
  const hosts = authority.split(',').map((part) => parseHost(part, DEFAULT_PORTS[kind]));
  if (kind === 'single' && hosts.length > 1) {
    throw new Error('redis:// takes one host; several are redis+sentinel:// or redis+cluster://.');
  }
  const parts = path.split('/').filter((part) => part !== '');
  const master = kind === 'sentinel' ? decode(parts.shift() ?? '') : '';
  if (kind === 'sentinel' && master === '') {
    throw new Error("redis+sentinel:// takes the master's name behind the hosts: redis+sentinel://HOSTS/NAME.");
  }
  const [db = '0', ...rest] = parts;
  if (!/^\d{1,5}$/.test(db) || rest.length > 0) throw new Error('The database in the URL of Redis is a number.');
  if (kind === 'cluster' && db !== '0') throw new Error('A Redis Cluster has one database only, 0.');
  const [username, password] = parseUser(userInfo);
  return {
    kind,
    hosts,
    isTls: scheme === 'rediss',
    username,
    password,
    db: Number(db),
    master,
    ...parseQuery(query, kind),
  };
}

/** A target as people and logs may see it: without passwords. */
export function describeRedis({ kind, hosts, isTls, db, master }: RedisTarget): string {
  const scheme = `${isTls ? 'rediss' : 'redis'}${kind === 'single' ? '' : `+${kind}`}`;
  const authority = hosts.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(',');
  return `${scheme}://${[authority, ...(master === '' ? [] : [master]), ...(db === 0 ? [] : [db])].join('/')}`;
}

function parseHost(text: string, defaultPort: number): RedisTarget['hosts'][number] {
  const [, ipv6, name, digits] = /^(?:\[([\da-fA-F:.]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = ipv6 ?? name;
  const port = digits === undefined ? defaultPort : Number(digits);
  if (host === undefined || port < 1 || port > 65_535) {
    throw new Error('A host in the URL of Redis is HOST or HOST:PORT, an IPv6 address in brackets.');
  }
  return { host, port };
}

function parseUser(userInfo: string | undefined): readonly [string | undefined, string | undefined] {
  if (userInfo === undefined) return [undefined, undefined];
  const colon = userInfo.indexOf(':');
  const [name, password] = colon < 0 ? [userInfo, ''] : [userInfo.slice(0, colon), userInfo.slice(colon + 1)];
  return [decode(name) || undefined, decode(password) || undefined];
}

function parseQuery(
  query: string,
  kind: RedisTarget['kind'],
): Pick<RedisTarget, 'sentinelUsername' | 'sentinelPassword'> {
  // (Not URLSearchParams, to whom a plus is a space.)
  const pairs = query.split('&').filter((pair) => pair !== '');
  const parameters = new Map(pairs.map((pair) => pair.split('=', 2).map(decode) as [string, string]));
  for (const name of parameters.keys()) {
    if (kind !== 'sentinel' || (name !== 'sentinelUsername' && name !== 'sentinelPassword')) {
      throw new Error(`The URL of Redis takes no parameter ${JSON.stringify(name)}.`);
    }
  }
  return {
    sentinelUsername: parameters.get('sentinelUsername'),
    sentinelPassword: parameters.get('sentinelPassword'),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error('The user, the password and the name in the URL of Redis are percent-encoded.');
  }
}
