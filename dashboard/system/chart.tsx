import type { ReactElement } from 'react';
import { rounded } from '../format.ts';

const [WIDTH, HEIGHT] = [240, 60];
/** Above and below, so that no stroke is cut. */
const MARGIN = 3;

export interface Line {
  readonly name: string;
  readonly values: readonly number[];
}

interface ChartProps {
  readonly title: string;
  /** One, or several that are told apart by their strokes. */
  readonly lines: readonly Line[];
  readonly unit?: string;
}

/** The latest values as lines, from nothing to the most there was. */
export function Chart({ title, lines, unit = '' }: ChartProps): ReactElement {
  const most = Math.max(...lines.flatMap(({ values }) => values), 1);
  const text = (value: number): string => `${rounded(value)}${unit}`;
  const lasts = lines.map(({ values }) => text(values.at(-1) ?? 0));
  const now = lines.length === 1 ? lasts[0] : lines.map(({ name }, i) => `${name} ${lasts[i]}`).join(', ');
  return (
    <figure className="card chart">
      <figcaption>
        {title} {lines.length === 1 && <b>{lasts[0]}</b>}
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title}: ${now} now, ${text(most)} at most`}
      >
        {lines.map(({ name, values }, i) => (
          <polyline key={name} className={`line-${i}`} points={pointsOf(values, most)} />
        ))}
      </svg>
      {lines.length > 1 && (
        <ul className="legend">
          {lines.map(({ name }, i) => (
            <li key={name}>
              <svg viewBox="0 0 24 4" aria-hidden="true">
                <polyline className={`line-${i}`} points="0,2 24,2" />
              </svg>
              {name} <b>{lasts[i]}</b>
            </li>
          ))}
        </ul>
      )}
    </figure>
  );
}

function pointsOf(values: readonly number[], most: number): string {
  // One alone is a line too.
  const drawn = values.length === 1 ? [...values, ...values] : values;
  const step = WIDTH / (drawn.length - 1);
  return drawn
    .map(
      (value, i) => `${(i * step).toFixed(1)},${(HEIGHT - MARGIN - (value / most) * (HEIGHT - 2 * MARGIN)).toFixed(1)}`,
    )
    .join(' ');
}
