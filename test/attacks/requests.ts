/** Bytes that mean harm to an HTTP server, with the statuses that they are answered with, one after the other; none where they are cut. */
export interface RequestAttack {
  readonly name: string;
  readonly bytes: string | Uint8Array;
  readonly statuses: readonly number[];
}

const BODY = '{"query":"{ __typename }"}';
const WRITE = '{"query":"mutation { setContext(id: \\"forged\\", context: {}) { context { version } } }"}';

function request(start: string, headers: readonly string[] = [], body = ''): string {
  return `${[start, ...headers].join('\r\n')}\r\n\r\n${body}`;
}

function post(headers: readonly string[], body = BODY): string {
  const length = `Content-Length: ${Buffer.byteLength(body)}`;
  return request('POST /graphql HTTP/1.1', ['Host: localhost', 'Connection: close', length, ...headers], body);
}

/** A post of JSON. */
export function json(body: string, ...headers: readonly string[]): string {
  return post(['Content-Type: application/json', ...headers], body);
}

function get(path: string, ...headers: readonly string[]): string {
  return request(`GET ${path} HTTP/1.1`, ['Host: localhost', 'Connection: close', ...headers]);
}

function attack(name: string, bytes: string | Uint8Array, ...statuses: readonly number[]): RequestAttack {
  return { name, bytes, statuses };
}

/** The headers of a WebSocket's handshake. */
export const UPGRADE = [
  'Host: localhost',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Protocol: graphql-transport-ws',
];

/** With another header in the place of one; none in its place where it is empty. */
function upgrade(path: string, replaced = '', replacement = ''): string {
  const headers = UPGRADE.map((line) => (replaced !== '' && line.startsWith(replaced) ? replacement : line));
  return request(
    `GET ${path} HTTP/1.1`,
    headers.filter((line) => line !== ''),
  );
}

const chunkedHead = request('POST /graphql HTTP/1.1', [
  'Host: localhost',
  'Connection: close',
  'Content-Type: application/json',
  'Transfer-Encoding: chunked',
]);

const framing: readonly RequestAttack[] = [
  attack('a greeting of TLS', Buffer.from('1603010200010001fc0303', 'hex'), 400),
  attack('the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400),
  attack('a request of HTTP/0.9', 'GET /graphql\r\n\r\n', 400),
  attack('no host', 'GET /graphql HTTP/1.1\r\n\r\n', 400),
  attack('a method that is none', request('NOTHING /graphql HTTP/1.1', ['Host: localhost']), 400),
  attack('lines that end by LF alone after a CR', 'GET /graphql HTTP/1.1\r\nHost: localhost\rX: x\r\n\r\n', 400),
  attack('a header with NUL', get('/graphql', 'X: a\u0000b'), 400),
  attack('a header whose name has a space', get('/graphql', 'X Y: z'), 400),
  attack('a length and chunks', json(BODY, 'Transfer-Encoding: chunked'), 400),
  attack('two lengths', json(BODY, 'Content-Length: 5'), 400),
  attack(
    'a length that is negative',
    request('POST /graphql HTTP/1.1', ['Host: localhost', 'Content-Length: -1']),
    400,
  ),
  attack(
    'a length past all numbers',
    request('POST /graphql HTTP/1.1', ['Host: localhost', `Content-Length: ${'9'.repeat(30)}`]),
    400,
  ),
  attack('a length that is none', request('POST /graphql HTTP/1.1', ['Host: localhost', 'Content-Length: 0x10']), 400),
  attack('chunks whose length is none', `${chunkedHead}zz\r\n`, 400),
  attack('a chunk past all numbers', `${chunkedHead}${'f'.repeat(20)}\r\n`, 400),
  attack('a chunk with an extension of 20 KB', `${chunkedHead}1;${'x'.repeat(20_000)}\r\n`, 413),
  attack('an unknown transfer encoding', json(BODY, 'Transfer-Encoding: nonsense'), 400),
  attack('101 headers', get('/health', ...Array.from({ length: 101 }, (_, i) => `X-${i}: x`)), 431),
  attack('17 KiB of headers', get('/health', `X: ${'x'.repeat(17 * 1024)}`), 431),
  attack('a URL of 17 KiB', get(`/graphql?${'x'.repeat(17 * 1024)}`), 431),
  attack('half of a head', 'POST /graphql HTTP/1.1\r\nHost: local', 408),
  attack('half of a body', json(BODY).slice(0, -5), 408),
  attack('half of a chunk', `${chunkedHead}100\r\n{"query`, 408),
  attack('200 requests at once', request('GET /health HTTP/1.1', ['Host: localhost']).repeat(200)),
  attack('a tunnel', 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n'),
  attack('an expectation that is none', json(BODY, 'Expect: nonsense'), 417),
];

const targets: readonly RequestAttack[] = [
  attack('another host', get('/graphql').replace('localhost', 'evil.example'), 421),
  attack('a host that is none', get('/graphql').replace('localhost', '['), 400),
  attack('a user before the host', get('/graphql').replace('localhost', 'localhost@evil.example'), 400),
  attack('a path outside', get('/graphql/../../etc/passwd'), 404),
  attack('a path outside, encoded', get('/graphql/%2e%2e/%2e%2e/etc/passwd'), 404),
  attack('a path that is none', get('/%zz'), 404),
  attack(
    'a query that is encoded wrongly',
    get('/graphql?query=%zz', 'Accept: application/graphql-response+json'),
    400,
  ),
  ...['PUT', 'PATCH', 'DELETE'].map((method) =>
    attack(
      `the method ${method}`,
      request(`${method} /graphql HTTP/1.1`, ['Host: localhost', 'Connection: close']),
      405,
    ),
  ),
  attack('a write by GET', get(`/graphql?query=${encodeURIComponent(JSON.parse(WRITE).query)}`), 405),
  attack(
    'a write by GET that says it is a POST',
    get(`/graphql?query=${encodeURIComponent(JSON.parse(WRITE).query)}`, 'X-HTTP-Method-Override: POST'),
    405,
  ),
];

const bodies: readonly RequestAttack[] = [
  ...[
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain',
    'text/plain;application/json',
    'application/graphql',
    'application/jsonp',
    '',
  ].map((type) =>
    attack(`a write as ${type || 'nothing'}`, post(type === '' ? [] : [`Content-Type: ${type}`], WRITE), 415),
  ),
  ...['gzip', 'br', 'deflate', 'zstd', 'gzip, gzip'].map((encoding) =>
    attack(`a body as ${encoding}`, json(WRITE, `Content-Encoding: ${encoding}`), 415),
  ),
  attack('a body of 3 MiB', json(BODY.padEnd(3 * 1024 ** 2)), 413),
  attack(
    'a body that says it has 3 MiB',
    request('POST /graphql HTTP/1.1', [
      'Host: localhost',
      'Connection: close',
      'Content-Type: application/json',
      `Content-Length: ${3 * 1024 ** 2}`,
    ]),
    413,
  ),
  attack('a batch', json(`[${BODY},${BODY}]`), 400),
  attack('a batch of 10,000', json(`[${`${BODY},`.repeat(10_000)}${BODY}]`), 400),
  ...[
    '',
    'null',
    '5',
    '"text"',
    '[]',
    '{',
    '{}',
    '{"query":5}',
    '{"query":null}',
    '{"query":["{ __typename }"]}',
    "{'query':'{ __typename }'}",
    '{"query":"{ __typename }"}}',
    '{"query":"{ __typename }","variables":5}',
    '{"query":"{ __typename }","variables":[]}',
    '{"query":"{ __typename }","x":1}',
    '{"__proto__":{"query":"{ __typename }"}}',
  ].map((body) => attack(`a body that is ${body || 'nothing'}`, json(body), 400)),
  attack('a body of a million arrays', json('['.repeat(1_000_000)), 400),
  attack(
    'a body in UTF-16',
    Buffer.concat([
      Buffer.from(json('x'.repeat(2 * BODY.length)).slice(0, -2 * BODY.length)),
      Buffer.from(BODY, 'utf16le'),
    ]),
    400,
  ),
  attack('a query twice, of which the last counts', json('{"query":"{ nothing }","query":"{ __typename }"}'), 200),
  attack(
    'bytes that are no UTF-8',
    Buffer.from(
      json('{"query":"{ __typename #\u00ff }"}'.replace(' }', '\\n}')).replace(
        /Content-Length: \d+/,
        (line) => `Content-Length: ${Number(line.split(' ')[1]) - 1}`,
      ),
      'latin1',
    ),
    200,
  ),
  attack(
    'a page of another origin that asks before it sends',
    request('OPTIONS /graphql HTTP/1.1', [
      'Host: localhost',
      'Connection: close',
      'Origin: http://evil.example',
      'Access-Control-Request-Method: POST',
    ]),
    405,
  ),
];

const upgrades: readonly RequestAttack[] = [
  attack(
    'a WebSocket of a page of another origin',
    upgrade('/graphql', 'Host', 'Host: localhost\r\nOrigin: http://evil.example'),
    401,
  ),
  attack('a WebSocket of a page of no origin', upgrade('/graphql', 'Host', 'Host: localhost\r\nOrigin: null'), 401),
  attack('a WebSocket to another host', upgrade('/graphql', 'Host', 'Host: evil.example'), 401),
  attack('a WebSocket elsewhere', upgrade('/other'), 400),
  attack('a WebSocket without a key', upgrade('/graphql', 'Sec-WebSocket-Key', ''), 400),
  attack('a WebSocket with a key that is none', upgrade('/graphql', 'Sec-WebSocket-Key', 'Sec-WebSocket-Key: x'), 400),
  attack('a WebSocket of version 99', upgrade('/graphql', 'Sec-WebSocket-Version', 'Sec-WebSocket-Version: 99'), 400),
];

export const requestAttacks: readonly RequestAttack[] = [...framing, ...targets, ...bodies, ...upgrades];
