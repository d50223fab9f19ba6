/** Where the server says what it does. Nothing here ever holds a context's data, a token or a variable. */
export interface Log {
  info(message: string): void;
  /** Something went wrong that nobody asked for. */
  error(message: string): void;
}

export const consoleLog: Log = {
  info: (message) => console.log(message),
  error: (message) => console.error(message),
};

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
    const code = 'code' in cause && typeof cause.code === 'string' ? ` (${cause.code})` : '';
    kinds.push(`${cause.name}${code}`);
    frames = framesOf(cause) || frames;
    cause = 'originalError' in cause ? cause.originalError : cause.cause;
  }
  if (kinds.length === 0) return `a thrown ${typeof error}`;
  return [kinds.join(' < '), frames].filter((part) => part !== '').join('\n');
}

/** The stack behind the message, a line of which may look like a frame too. */
function framesOf({ stack = '', message }: Error): string {
  const at = stack.indexOf(message);
  const lines = at < 0 ? [] : stack.slice(at + message.length).split('\n');
  return lines.filter((line) => /^\s+at /.test(line)).join('\n');
}
