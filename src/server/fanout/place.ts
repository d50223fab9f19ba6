import { encodeCursor } from '../../context/cursor.ts';
import type { Given, Start } from '../../context/start.ts';

/** Where a subscriber stands, as a text that is equal for equal places only: a cursor, or one of the starts that name no exact position. */
export type Place = string;

/** The start of whoever takes what comes. (No cursor looks like this, or like the other starts: they are no base64url.) */
export const ANYWHERE: Place = '*';
/** The start of whoever holds nothing. */
export const NOWHERE: Place = '=0';

export function placeOf(start: Start | undefined): Place {
  switch (start?.kind) {
    case undefined:
      return ANYWHERE;
    case 'nothing':
      return NOWHERE;
    case 'version':
      return `=${start.version}`;
    case 'position':
      return encodeCursor(start.position);
  }
}

export function givenBy(place: Place): Given {
  if (place === ANYWHERE) return {};
  return place.startsWith('=') ? { version: Number(place.slice(1)) } : { cursor: place };
}
