/** A figure at a place of the horizontal axis. */
export type Spot = readonly [x: number, y: number];

export interface Line {
  readonly name: string;
  /** Lines of one colour belong together: 0 to 3. */
  readonly colour: number;
  readonly isDashed: boolean;
  readonly spots: readonly Spot[];
}

export interface Chart {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly Line[];
}

interface Axis {
  readonly name: string;
  readonly show: (value: number) => string;
}

const [WIDTH, HEIGHT] = [560, 340];
const PLOT = { left: 80, right: 390, top: 44, bottom: 286 };
const LABEL_HEIGHT = 15;

const STYLE = `
  .page { fill: #ffffff } text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #4a5360 }
  .title { font-size: 14px; font-weight: 600; fill: #1b2129 } .grid { stroke: #e3e6ea } .line { fill: none; stroke-width: 2 }
  .dashed { stroke-dasharray: 6 4 } .lead { stroke-width: 1; opacity: .5; fill: none }
  .c0 { stroke: #1a6fd4 } .c1 { stroke: #c2570c } .c2 { stroke: #17803d } .c3 { stroke: #8b3fc4 }
  text.c0, circle.c0 { fill: #1a6fd4; stroke: none } text.c1, circle.c1 { fill: #c2570c; stroke: none }
  text.c2, circle.c2 { fill: #17803d; stroke: none } text.c3, circle.c3 { fill: #8b3fc4; stroke: none }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117 } text { fill: #aab4c0 } .title { fill: #e8edf3 } .grid { stroke: #262d36 }
    .c0 { stroke: #6cb0ff } .c1 { stroke: #ff9d57 } .c2 { stroke: #57cf7f } .c3 { stroke: #cf9bff }
    text.c0, circle.c0 { fill: #6cb0ff } text.c1, circle.c1 { fill: #ff9d57 }
    text.c2, circle.c2 { fill: #57cf7f } text.c3, circle.c3 { fill: #cf9bff }
  }
`;

/** Line charts on logarithmic axes, in rows of two, as one SVG that is readable on light and dark pages. */
export function drawCharts(charts: readonly Chart[]): string {
  const [width, height] = [2 * WIDTH, Math.ceil(charts.length / 2) * HEIGHT];
  const drawn = charts.map((chart, i) => {
    const at = `translate(${(i % 2) * WIDTH} ${Math.floor(i / 2) * HEIGHT})`;
    return `<g transform="${at}">${draw(chart)}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(charts.map(({ title }) => title).join('; '))}</title><style>${STYLE}</style>`,
    `<rect class="page" width="${width}" height="${height}"/>`,
    ...drawn,
    '</svg>\n',
  ].join('\n');
}

function draw({ title, x, y, lines }: Chart): string {
  const spots = lines.flatMap((line) => line.spots);
  const xs = [...new Set(spots.map(([at]) => at))].sort((a, b) => a - b);
  const ys = decades(spots.map(([, value]) => value));
  const toX = scale(xs, PLOT.left + 10, PLOT.right);
  const toY = scale(ys, PLOT.bottom, PLOT.top);
  const grid = ys.map((value) => {
    const at = toY(value).toFixed(1);
    const label = text(PLOT.left - 8, toY(value) + 4, y.show(value), 'end');
    return `<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${at}" y2="${at}"/>${label}`;
  });
  const ends = apart(lines.map((line) => toY(line.spots.at(-1)?.[1] ?? 1)));
  const shown = lines.map(({ name, colour, isDashed, spots: own }, i) => {
    const points = own.map(([at, value]) => `${toX(at).toFixed(1)},${toY(value).toFixed(1)}`);
    const [last = '0,0', label = 0] = [points.at(-1), ends[i]];
    const dots = points.map((point) => `<circle class="c${colour}" cx="${point.replace(',', '" cy="')}" r="2.5"/>`);
    return [
      `<polyline class="line c${colour}${isDashed ? ' dashed' : ''}" points="${points.join(' ')}"/>`,
      ...dots,
      `<polyline class="lead c${colour}" points="${last} ${PLOT.right + 12},${label.toFixed(1)}"/>`,
      text(PLOT.right + 15, label + 4, name, 'start', `c${colour}`),
    ].join('');
  });
  return [
    text(PLOT.left - 58, 22, title, 'start', 'title'),
    ...grid,
    ...xs.map((value) => text(toX(value), PLOT.bottom + 18, x.show(value), 'middle')),
    text((PLOT.left + PLOT.right) / 2, PLOT.bottom + 38, x.name, 'middle'),
    `<g transform="translate(16 ${(PLOT.top + PLOT.bottom) / 2}) rotate(-90)">${text(0, 0, y.name, 'middle')}</g>`,
    ...shown,
  ].join('\n');
}

/** The powers of ten from below the least to above the greatest. */
function decades(values: readonly number[]): readonly number[] {
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values))));
  return Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i));
}

function scale(values: readonly number[], from: number, to: number): (value: number) => number {
  const [low, high] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))];
  return (value) => from + ((Math.log(value) - low) / (high - low || 1)) * (to - from);
}

/** Labels as near to where they belong as they can be without covering each other. */
function apart(wanted: readonly number[]): readonly number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  const placed = [...wanted];
  let lowest = Number.NEGATIVE_INFINITY;
  for (const i of order) {
    lowest = Math.max(wanted[i] ?? 0, lowest + LABEL_HEIGHT);
    placed[i] = lowest;
  }
  // What was pushed below the plot goes back up, and pushes in turn.
  let highest = PLOT.bottom;
  for (const i of order.reverse()) {
    highest = Math.min(placed[i] ?? 0, highest);
    placed[i] = highest;
    highest -= LABEL_HEIGHT;
  }
  return placed;
}

function text(x: number, y: number, what: string, anchor: string, name = ''): string {
  return `<text${name && ` class="${name}"`} x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escaped(what)}</text>`;
}

function escaped(what: string): string {
  return what.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
