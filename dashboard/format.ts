import { settings } from './settings.ts';

const BYTES = ['B', 'KB', 'MB', 'GB'];

export function bytes(count: number): string {
  const power = count < 1 ? 0 : Math.min(BYTES.length - 1, Math.floor(Math.log10(count) / 3));
  return `${rounded(count / 1000 ** power)} ${BYTES[power]}`;
}

export function rounded(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value >= 100 ? 0 : value >= 10 ? 1 : 2 });
}

/** How long ago a timestamp of the server's was, by this machine's clock. */
export function age(timestamp: number, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - timestamp * settings.unitMs) / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

export function time(timestamp: number): string {
  return new Date(timestamp * settings.unitMs).toLocaleString();
}

export function iso(timestamp: number): string {
  return new Date(timestamp * settings.unitMs).toISOString();
}

/** An id or a key as it is where that can be seen, else in quotes. */
export function nameText(name: string): string {
  const isSeen = /^\S(.*\S)?$/u.test(name) && name.search(UNSEEN) < 0;
  return isSeen ? name : JSON.stringify(name).replaceAll(UNSEEN, escaped);
}

const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu;

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}

/** As one would write it in code: `players.ann["the hand"][0]`. */
export function pathText(path: readonly string[]): string {
  return path
    .map((key, i) =>
      /^\d+$/.test(key)
        ? `[${key}]`
        : /^[A-Za-z_$][\w$]*$/.test(key)
          ? `${i === 0 ? '' : '.'}${key}`
          : `[${JSON.stringify(key)}]`,
    )
    .join('');
}

export function pointerOf(path: readonly string[]): string {
  return path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

const SHORT = 80;

/** A value in a line. */
export function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  return text.length > SHORT ? `${text.slice(0, SHORT)}…` : text;
}
