import { setOwn } from '../json.ts';

/** A key that is written with an escape. (A value can look the same, which does no harm.) */
const ESCAPED_KEY = /\\.[^"\\]*":/;

/**
 * Parses what `JSON.stringify` made. On Node 24 and 26, `JSON.parse` may take one key that is written with escapes for another
 * (nodejs/node#63785); where there are such keys, its result is compared with the text, and read again by hand where it is wrong.
 */
export function parseStored(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return ESCAPED_KEY.test(text) && JSON.stringify(value) !== text ? parseByHand(text) : value;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[^\s"{}[\],:]+|[{}[\],:]/gy;

/** The same, slowly: each string on its own, which `JSON.parse` gets right. */
export function parseByHand(text: string): unknown {
  const tokens = text.match(TOKEN) ?? [];
  let next = 0;
  const take = (): string => {
    const token = tokens[next];
    if (token === undefined) throw new SyntaxError('The stored JSON ends too early.');
    next += 1;
    return token;
  };
  /** Calls `member` for each, up to the closing bracket. */
  const members = (close: string, member: () => void): void => {
    if (tokens[next] === close) {
      next += 1;
      return;
    }
    do member();
    while (take() === ',');
  };
  const value = (): unknown => {
    const token = take();
    if (token === '{') {
      const object: { [key: string]: unknown } = {};
      members('}', () => {
        const key = String(JSON.parse(take()));
        take();
        setOwn(object, key, value());
      });
      return object;
    }
    if (token === '[') {
      const array: unknown[] = [];
      members(']', () => array.push(value()));
      return array;
    }
    return JSON.parse(token);
  };
  return value();
}
