/** Up to how many characters of a ping are repeated. */
const MAX_ECHO = 1024;
const PONG = '{"type":"pong"}';

/** The answer to a `ping` of graphql-transport-ws, with its payload where that is short. */
export function pong(payload: unknown): string {
  try {
    const text = JSON.stringify({ type: 'pong', payload });
    if (text.length <= MAX_ECHO) return text;
  } catch {
    // It nests deeper than the stack is.
  }
  return PONG;
}
