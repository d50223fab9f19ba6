import { Histogram, type HistogramConfiguration } from 'prom-client';

interface Value {
  readonly metricName: string;
  readonly labels: { readonly [name: string]: string | number };
  readonly value: number;
}

/** What was seen of one label: how many values up to each bound, each counted where it is first below, and all of them together. */
interface Seen {
  readonly counts: number[];
  sum: number;
}

/** A histogram that costs two additions for each value, and is added up when somebody asks. At most one label. */
export class Distribution extends Histogram {
  readonly #name: string;
  readonly #help: string;
  readonly #label: string | undefined;
  readonly #bounds: readonly number[];
  readonly #seen = new Map<string, Seen>();

  constructor(config: HistogramConfiguration<string> & { readonly buckets: number[] }) {
    super(config);
    this.#name = config.name;
    this.#help = config.help;
    this.#label = config.labelNames?.[0];
    this.#bounds = config.buckets;
    if (this.#label === undefined) this.#of('');
  }

  add(value: number, label = ''): void {
    const seen = this.#seen.get(label) ?? this.#of(label);
    let i = 0;
    while (i < this.#bounds.length && value > (this.#bounds[i] ?? 0)) i += 1;
    seen.counts[i] = (seen.counts[i] ?? 0) + 1;
    seen.sum += value;
  }

  /** As prom-client asks every histogram, whatever it is asked itself. */
  async getForPromString(): Promise<object> {
    const values = [...this.#seen].flatMap(([label, seen]) => this.#valuesOf(label, seen));
    return { name: this.#name, help: this.#help, type: 'histogram', values, aggregator: 'sum' };
  }

  #of(label: string): Seen {
    const seen = { counts: Array.from({ length: this.#bounds.length + 1 }, () => 0), sum: 0 };
    this.#seen.set(label, seen);
    return seen;
  }

  #valuesOf(label: string, { counts, sum }: Seen): readonly Value[] {
    const labels = this.#label === undefined ? {} : { [this.#label]: label };
    let total = 0;
    const buckets = counts.map((count, i) => {
      total += count;
      return { metricName: `${this.#name}_bucket`, labels: { ...labels, le: this.#bounds[i] ?? '+Inf' }, value: total };
    });
    return [
      ...buckets,
      { metricName: `${this.#name}_sum`, labels, value: sum },
      { metricName: `${this.#name}_count`, labels, value: total },
    ];
  }
}
