/** Characters that a terminal would obey, or that turn the direction of what follows. JSON escapes only some of them. */
const CONTROLS = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** The same JSON, with those characters escaped wherever they stand in its strings. Line ends between values stay. */
export function printable(json: string): string {
  return json.replace(CONTROLS, (character) =>
    character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
