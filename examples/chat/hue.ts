import type { CSSProperties } from 'react';

/** A colour for each name, the same in every window. */
export function hueOf(name: string): CSSProperties {
  const sum = [...name].reduce((hash, letter) => (hash * 31 + (letter.codePointAt(0) ?? 0)) % 360, 7);
  return { '--hue': sum } as CSSProperties;
}
