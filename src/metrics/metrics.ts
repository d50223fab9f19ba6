import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { Distribution } from './distribution.ts';

type Labels = { readonly [name: string]: string };
/** What a metric is at for some labels. */
export type Sample = readonly [labels: Labels, value: number];
type Read = () => readonly Sample[];

export interface MetricNames {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
}

/** Takes a value in; `label` is that of the one label, where there is one. */
export type Observe = (value: number, label?: string) => void;

/**
 * What one server tells of itself, in Prometheus' text format. Counters and gauges are read when somebody asks: until then, what they stand
 * for is a number that somebody counts up.
 */
export class Metrics {
  readonly #registry = new Registry();
  #hasDefaults = false;

  get contentType(): string {
    return this.#registry.contentType;
  }

  counter(names: MetricNames, read: Read): void {
    const counter = new Counter({
      ...this.#configOf(names),
      collect() {
        counter.reset();
        for (const [labels, value] of read()) counter.inc(labels, value);
      },
    });
  }

  gauge(names: MetricNames, read: Read): void {
    const gauge = new Gauge({
      ...this.#configOf(names),
      collect() {
        gauge.reset();
        for (const [labels, value] of read()) gauge.set(labels, value);
      },
    });
  }

  histogram(names: MetricNames, buckets: readonly number[]): Observe {
    const distribution = new Distribution({ ...this.#configOf(names), buckets: [...buckets] });
    return (value, label) => distribution.add(value, label);
  }

  /** All there is, those of the process and of Node included. Of these the first call starts what takes time to measure. */
  async text(): Promise<string> {
    this.#begin();
    return this.#registry.metrics();
  }

  /** Every metric, as it is described. */
  describe(): readonly { readonly name: string; readonly type: string; readonly labels: readonly string[] }[] {
    this.#begin();
    return this.#registry.getMetricsAsArray().map((metric) => ({
      name: metric.name,
      type: String(metric.type),
      labels: 'labelNames' in metric && Array.isArray(metric.labelNames) ? metric.labelNames.map(String) : [],
    }));
  }

  /** They watch the event loop for as long as the process lives: not before somebody wants to know. */
  #begin(): void {
    if (!this.#hasDefaults) collectDefaultMetrics({ register: this.#registry });
    this.#hasDefaults = true;
  }

  #configOf({ name, help, labels = [] }: MetricNames) {
    return { name, help, labelNames: [...labels], registers: [this.#registry] };
  }
}
