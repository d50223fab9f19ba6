import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { noCounts } from '../../src/server/counts.ts';
import { noDeliveries } from '../../src/server/fanout/deliveries.ts';
import { ServerMetrics } from '../../src/server/server-metrics.ts';
import { FakeClock } from '../helpers/fake-clock.ts';

interface Source {
  readonly type: string;
  readonly uid: string;
}
interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly datasource: Source;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly refId: string; readonly expr: string; readonly datasource: Source }[];
}
interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly query: unknown }[];
  };
  readonly panels: readonly Panel[];
}

const file = join(import.meta.dirname, '../../deploy/grafana/arpeggio.json');
const dashboard = JSON.parse(readFileSync(file, 'utf8')) as Dashboard;
const { panels, templating } = dashboard;
const described = new ServerMetrics(new FakeClock(), noCounts(), noDeliveries(), () => {
  throw new Error('Nobody asks.');
}).describe();
const series = described.flatMap(({ name, type }) =>
  type === 'histogram' ? ['bucket', 'sum', 'count'].map((suffix) => `${name}_${suffix}`) : [name],
);
// biome-ignore lint/suspicious/noTemplateCurlyInString: as Grafana writes it
const VARIABLE = '${datasource}';
const METRIC = /\b(?:arpeggio|process|nodejs)_\w+/g;

describe("Grafana's dashboard", () => {
  it('has the shape of one', () => {
    expect(dashboard.uid).toMatch(/^[\w-]{1,40}$/);
    expect(dashboard.title).toBe('Arpeggio');
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(36);
    expect(templating.list[0]).toMatchObject({ name: 'datasource', type: 'datasource', query: 'prometheus' });
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { datasource, targets, type, title } of panels) {
      expect([type, title]).toEqual(['timeseries', expect.stringMatching(/./)]);
      expect(targets.length).toBeGreaterThan(0);
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
      for (const source of [datasource, ...targets.map((target) => target.datasource)])
        expect(source).toEqual({ type: 'prometheus', uid: VARIABLE });
    }
  });

  it('has panels within its 24 columns, none over another', () => {
    for (const { gridPos: a, id } of panels) {
      expect(a.x >= 0 && a.y >= 0 && a.w > 0 && a.h > 0 && a.x + a.w <= 24, `${id}`).toBe(true);
      for (const { gridPos: b, id: other } of panels) {
        const isOver = a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
        expect(isOver, `${id} and ${other}`).toBe(id === other);
      }
    }
  });

  it('asks for metrics that there are, by labels that they have', () => {
    for (const expr of panels.flatMap(({ targets }) => targets.map((target) => target.expr))) {
      const names = [...expr.matchAll(METRIC)].map(([name]) => name);
      expect(names.length, expr).toBeGreaterThan(0);
      expect(
        names.filter((name) => !series.includes(name)),
        expr,
      ).toEqual([]);
      const known = described.filter(({ name }) => names.some((each) => each.startsWith(name)));
      const labels = ['job', 'instance', 'le', ...known.flatMap((metric) => metric.labels)];
      const used = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(', '));
      const matched = [...expr.matchAll(/[{,](\w+)=/g)].map(([, label = '']) => label);
      expect(
        [...used, ...matched].filter((label) => !labels.includes(label)),
        expr,
      ).toEqual([]);
    }
  });

  it('shows every metric of its own', () => {
    const text = JSON.stringify(panels);
    expect(described.filter(({ name }) => name.startsWith('arpeggio_') && !text.includes(name))).toEqual([]);
  });
});
