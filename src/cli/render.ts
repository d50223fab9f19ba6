import type { Json } from '../json.ts';
import { showPath } from './path.ts';
import { printable } from './printable.ts';
import { type Style, styleJson } from './style.ts';
import type { Told, ToldChange } from './told.ts';

export interface Rendering {
  readonly style: Style;
  /** How many characters of a value are shown. */
  readonly valueLength: number;
  /** How many changes of a delta are listed. */
  readonly changes: number;
}

const DONE = { ADDED: 'added', MODIFIED: 'changed', REMOVED: 'removed' } as const;

/** What people read. */
export function render(told: Told, rendering: Rendering): string {
  const { style } = rendering;
  const head = (what: string, where: string, why?: string): string =>
    `${style('bold', what)}, version ${where}${why === undefined ? '' : ` ${style('dim', `(${why})`)}`}`;
  switch (told.type) {
    case 'full':
      return `${head('full context', `${told.version}`, told.reason === 'INITIAL' ? undefined : told.reason)}\n${renderJson(told.context, style)}`;
    case 'delta':
      return [head('delta', `${told.fromVersion} → ${told.version}`), ...renderChanges(told.changes, rendering)].join(
        '\n',
      );
    case 'unchanged':
      return head('no change', `${told.version}`);
    case 'deleted':
      return head('deleted', `${told.version}`, told.reason);
    case 'blame':
      return head(DONE[told.action], `${told.version}`, told.path.length === 0 ? undefined : showPath(told.path));
    case 'unblamed':
      return 'No version that is retained has changed it.';
    case 'restored':
    case 'exported':
      return head(told.type, `${told.version}`);
  }
}

export function renderJson(value: Json, style: Style): string {
  return styleJson(printable(JSON.stringify(value, null, 2)), style);
}

function renderChanges(changes: readonly ToldChange[], rendering: Rendering): readonly string[] {
  const left = changes.length - rendering.changes;
  const lines = changes.slice(0, rendering.changes).map((change) => `  ${renderChange(change, rendering)}`);
  return left > 0 ? [...lines, `  … and ${left} more`] : lines;
}

function renderChange(change: ToldChange, { style, valueLength }: Rendering): string {
  const path = showPath(change.path);
  const show = (value: Json): string => cut(printable(JSON.stringify(value)), valueLength);
  switch (change.action) {
    case 'ADDED':
      return style('green', `+ ${path} ${show(change.value)}`);
    case 'MODIFIED':
      return `${style('yellow', `~ ${path}`)} ${style('red', show(change.oldValue))} → ${style('green', show(change.value))}`;
    case 'REMOVED':
      return style('red', `- ${path} ${show(change.oldValue)}`);
  }
}

function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  // Half a surrogate pair is no character.
  const end = /[\ud800-\udbff]/.test(text[length - 1] ?? '') ? length - 1 : length;
  return `${text.slice(0, end)}… (${text.length} characters)`;
}
