import type { ReactElement } from 'react';
import { rounded } from '../format.ts';

const [WIDTH, HEIGHT] = [240, 60];

/** The latest values as a line, from nothing to the most there was. */
export function Chart({ title, values }: { readonly title: string; readonly values: readonly number[] }): ReactElement {
  const most = Math.max(...values, 1);
  const last = values.at(-1) ?? 0;
  // One alone is a line too.
  const drawn = values.length === 1 ? [last, last] : values;
  const step = WIDTH / (drawn.length - 1);
  const points = drawn.map((value, i) => `${(i * step).toFixed(1)},${(HEIGHT - (value / most) * HEIGHT).toFixed(1)}`);
  return (
    <figure className="card chart">
      <figcaption>
        {title} <b>{rounded(last)}</b>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title}: ${rounded(last)} now, ${rounded(most)} at most`}
      >
        <polyline points={points.join(' ')} />
      </svg>
    </figure>
  );
}
