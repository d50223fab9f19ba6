import { styleText } from 'node:util';

export type Format = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan' | 'blue';
/** Colours a text, or leaves it as it is. */
export type Style = (format: Format, text: string) => string;

export const plain: Style = (_, text) => text;
/** Whether a stream takes colours is decided once, for all of the output. */
export const coloured: Style = (format, text) => styleText(format, text, { validateStream: false });

/** Whether to colour: `FORCE_COLOR` wins over `NO_COLOR`, as in Node, and `--no-color` over both. */
export function hasColours(
  isTerminal: boolean,
  env: { readonly [name: string]: string | undefined },
  noColor = false,
): boolean {
  const { FORCE_COLOR, NO_COLOR, TERM } = env;
  if (noColor) return false;
  if (FORCE_COLOR !== undefined) return !['0', 'false'].includes(FORCE_COLOR);
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  return isTerminal && TERM !== 'dumb';
}

const TOKEN = /("(?:\\.|[^"\\])*")(:?)|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** JSON text with its keys, strings and other values told apart. */
export function styleJson(json: string, style: Style): string {
  if (style === plain) return json;
  return json.replace(TOKEN, (token, text: string | undefined, colon: string | undefined) => {
    if (text === undefined) return style('yellow', token);
    return colon === ':' ? `${style('blue', text)}:` : style('green', text);
  });
}
