import type { Metric, Registry } from 'prom-client'

type Labels = Readonly<Record<string, string>>

/** One line of what Prometheus reads. */
interface Sample {
  readonly labels: Labels
  readonly value: number
  /** For the parts of a histogram. */
  readonly metricName?: string
}

/** Puts a metric on a registry that reads its numbers only when Prometheus asks for them. */
export function exportMetric(
  registry: Registry,
  options: { readonly name: string; readonly help: string; readonly type: 'counter' | 'histogram' },
  samples: () => Sample[],
): void {
  const { name, help, type } = options
  const metric = {
    name,
    // The registry asks for exactly this; its types only know metrics of prom-client's own classes.
    get: () => Promise.resolve({ name, help, type, values: samples(), aggregator: 'sum' }),
    reset: () => {},
  }
  registry.registerMetric(metric as unknown as Metric)
}

/** Counts how often something took how long. Adding costs a comparison for each bucket, no allocation. */
export class Durations {
  readonly #bounds: readonly number[]
  readonly #counts: number[]
  #sum = 0
  #count = 0

  /** @param bounds upper bounds of the buckets, rising */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#counts = bounds.map(() => 0)
  }

  add(value: number): void {
    this.#sum += value
    this.#count += 1
    const bounds = this.#bounds
    for (let index = 0; index < bounds.length; index += 1)
      if (value <= (bounds[index] as number)) {
        this.#counts[index] = (this.#counts[index] as number) + 1
        return
      }
  }

  samples(name: string, labels: Labels): Sample[] {
    if (this.#count === 0) return []
    let below = 0
    const buckets = this.#bounds.map((bound, index) => {
      below += this.#counts[index] as number
      return { metricName: `${name}_bucket`, labels: { ...labels, le: String(bound) }, value: below }
    })
    return [
      ...buckets,
      { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: this.#count },
      { metricName: `${name}_sum`, labels, value: this.#sum },
      { metricName: `${name}_count`, labels, value: this.#count },
    ]
  }
}
