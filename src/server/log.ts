import type { Clock } from '../clock.ts';

/** What goes with a message: names, codes and numbers, never anybody's data. */
export interface LogFields {
  readonly [name: string]: string | number | undefined;
}

/** Where the server says what it does. Nothing here ever holds a context's data, a token or a variable. */
export interface Log {
  info(message: string, fields?: LogFields): void;
  /** Something went wrong that nobody asked for. */
  error(message: string, fields?: LogFields): void;
  /** Every operation, as it ends. Without it, none is timed. */
  debug?(message: string, fields?: LogFields): void;
}

export const LOG_LEVELS = ['debug', 'info', 'error', 'silent'] as const;
export const LOG_FORMATS = ['json', 'text'] as const;

export interface LogOptions {
  /** The least that is told. @default 'info' */
  readonly logLevel?: (typeof LOG_LEVELS)[number];
  /** Lines of JSON, or lines for people. @default 'text', and 'json' where NODE_ENV is production */
  readonly logFormat?: (typeof LOG_FORMATS)[number];
}

export function logFormatOf({ logFormat }: LogOptions, env = process.env['NODE_ENV']): 'json' | 'text' {
  return logFormat ?? (env === 'production' ? 'json' : 'text');
}

export const consoleLog: Log = {
  info: (message, fields) => console.log(withFields(message, fields)),
  error: (message, fields) => console.error(withFields(message, fields)),
};

function withFields(message: string, fields: LogFields = {}): string {
  const words = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  return words.length === 0 ? message : `${message} (${words.join(' ')})`;
}

/** How long the same message is not said again, in milliseconds. */
const SELDOM_MS = 10_000;

/**
 * Says a message once, and how often it came again only after a while: what thousands of subscriptions meet at once, or one of them
 * again and again, is one thing to know.
 */
export function seldom(say: (message: string) => void, clock: Clock): (message: string) => void {
  const repeats = new Map<string, number>();
  return (message) => {
    const count = repeats.get(message);
    repeats.set(message, (count ?? -1) + 1);
    if (count !== undefined) return;
    say(message);
    clock.after(SELDOM_MS, () => {
      const more = repeats.get(message) ?? 0;
      repeats.delete(message);
      if (more > 0) say(`${more} times more: ${message.split('\n')[0]}`);
    });
  };
}

export const silentLog: Log = { info: () => {}, error: () => {} };

/**
 * An error in one text: the kinds of it and of its causes, and where they arose. Messages are left out, since those of parsers and
 * drivers quote what they were given.
 */
export function describeFailure(error: unknown): string {
  const kinds: string[] = [];
  let frames = '';
  let cause = error;
  for (let depth = 0; cause instanceof Error && depth < 8; depth += 1) {
    const code = codeOf(cause);
    kinds.push(code === undefined ? cause.name : `${cause.name} (${code})`);
    frames = framesOf(cause) || frames;
    cause = 'originalError' in cause ? cause.originalError : cause.cause;
  }
  if (kinds.length === 0) return `a thrown ${typeof error}`;
  return [kinds.join(' < '), frames].filter((part) => part !== '').join('\n');
}

/** A system's code, or the word that a reply of Redis begins with. */
function codeOf(error: Error): string | undefined {
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.name === 'ReplyError' ? /^[A-Z]+\b/.exec(error.message)?.[0] : undefined;
}

/** The stack behind the message, a line of which may look like a frame too. */
function framesOf({ stack = '', message }: Error): string {
  const at = stack.indexOf(message);
  const lines = at < 0 ? [] : stack.slice(at + message.length).split('\n');
  return lines.filter((line) => /^\s+at /.test(line)).join('\n');
}
