import { Gauge, Registry, collectDefaultMetrics } from 'prom-client'
import type { CallRecord, DegradationCode } from '../../core/index.js'
import type { RunOutcome } from '../run/run.js'
import { Durations, exportMetric } from './series.js'

/** Seconds: from a cached answer to a mixture of slow models. */
const BOUNDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320]
/** Distinct series kept of each kind: clients choose model names, and each is a time series. */
const MOST_SERIES = 2_000

interface RunSeries {
  readonly labels: { readonly recipe: string; readonly outcome: string }
  count: number
  readonly durations: Durations
  readonly firstTokens: Durations
}

interface CallSeries {
  readonly labels: {
    readonly recipe: string
    readonly provider: string
    readonly model: string
    readonly outcome: string
  }
  count: number
  input: number
  output: number
  cached: number
  reasoning: number
  usd: number
  readonly durations: Durations
  readonly firstTokens: Durations
}

const SEPARATOR = '\u0000'

/**
 * What the gateway tells Prometheus. Costs are in US dollars, durations in seconds. Numbers are added up here, and put
 * into words only when they are asked for.
 */
export class Metrics {
  readonly registry = new Registry()
  readonly #requests = new Map<string, { readonly labels: Record<string, string>; value: number }>()
  readonly #proposals = new Map<string, { readonly labels: Record<string, string>; value: number }>()
  readonly #degraded = new Map<string, { readonly labels: Record<string, string>; value: number }>()
  readonly #runs = new Map<string, RunSeries>()
  readonly #calls = new Map<string, CallSeries>()

  /** @param gauges read when Prometheus asks */
  constructor(gauges: Readonly<Record<string, { readonly help: string; readonly read: () => number }>>) {
    for (const [name, { help, read }] of Object.entries(gauges))
      new Gauge({
        name,
        help,
        registers: [this.registry],
        collect() {
          this.set(read())
        },
      })
    this.#exportCounters()
    this.#exportDurations()
    collectDefaultMetrics({ register: this.registry })
  }

  request(route: string, status: number): void {
    bump(this.#requests, `${route}${SEPARATOR}${status}`, () => ({ route, status: String(status) }))
  }

  /** @param name the recipe or model the client asked for */
  run(name: string, { error, account, firstTokenMs, durationMs }: RunOutcome): void {
    const series = this.#runSeries(name, error?.code ?? 'completed')
    series.count += 1
    series.durations.add(durationMs / 1000)
    if (firstTokenMs !== undefined) series.firstTokens.add(firstTokenMs / 1000)
    for (const { code } of account.degraded) this.#degrade(series.labels.recipe, code)
    for (const call of account.calls) this.#call(name, call)
    for (const { slot, outcome } of account.proposals)
      bump(this.#proposals, [series.labels.recipe, slot, outcome].join(SEPARATOR), () => ({
        recipe: series.labels.recipe,
        slot,
        outcome,
      }))
  }

  /** The text Prometheus reads. */
  text(): Promise<string> {
    return this.registry.metrics()
  }

  #call(name: string, call: CallRecord): void {
    const { usage, costUsd, durationMs, firstTokenMs } = call
    const series = this.#callSeries(name, call)
    series.count += 1
    series.durations.add(durationMs / 1000)
    if (firstTokenMs !== undefined) series.firstTokens.add(firstTokenMs / 1000)
    series.input += usage.inputTokens
    series.output += usage.outputTokens
    series.cached += usage.cachedInputTokens
    series.reasoning += usage.reasoningTokens
    series.usd += costUsd ?? 0
  }

  #degrade(recipe: string, reason: DegradationCode): void {
    bump(this.#degraded, `${recipe}${SEPARATOR}${reason}`, () => ({ recipe, reason }))
  }

  #runSeries(recipe: string, outcome: string): RunSeries {
    const known = this.#runs.get(`${recipe}${SEPARATOR}${outcome}`)
    if (known) return known
    if (this.#runs.size >= MOST_SERIES && recipe !== OTHER) return this.#runSeries(OTHER, outcome)
    const series = {
      labels: { recipe, outcome },
      count: 0,
      durations: new Durations(BOUNDS),
      firstTokens: new Durations(BOUNDS),
    }
    this.#runs.set(`${recipe}${SEPARATOR}${outcome}`, series)
    return series
  }

  #callSeries(
    recipe: string,
    { provider, model, outcome }: Pick<CallRecord, 'provider' | 'model' | 'outcome'>,
  ): CallSeries {
    const key = `${recipe}${SEPARATOR}${provider}${SEPARATOR}${model}${SEPARATOR}${outcome}`
    const known = this.#calls.get(key)
    if (known) return known
    if (this.#calls.size >= MOST_SERIES && recipe !== OTHER)
      return this.#callSeries(OTHER, { provider, model: OTHER, outcome })
    const series = {
      labels: { recipe, provider, model, outcome },
      count: 0,
      input: 0,
      output: 0,
      cached: 0,
      reasoning: 0,
      usd: 0,
      durations: new Durations(BOUNDS),
      firstTokens: new Durations(BOUNDS),
    }
    this.#calls.set(key, series)
    return series
  }

  #exportCounters(): void {
    const counter = (name: string, help: string, samples: Parameters<typeof exportMetric>[2]): void =>
      exportMetric(this.registry, { name, help, type: 'counter' }, samples)
    counter('moa_http_requests_total', 'Requests by route and status.', () => [...this.#requests.values()])
    counter('moa_runs_degraded_total', 'Degraded answers by reason.', () => [...this.#degraded.values()])
    counter('moa_proposals_total', 'Proposals by slot, and whether they made it into their run.', () => [
      ...this.#proposals.values(),
    ])
    counter('moa_runs_total', 'Answers by recipe or model asked for, and outcome.', () =>
      [...this.#runs.values()].map(({ labels, count }) => ({ labels, value: count })),
    )
    const calls = (pick: (series: CallSeries) => number) => () =>
      [...this.#calls.values()].map((series) => ({ labels: series.labels, value: pick(series) }))
    counter(
      'moa_calls_total',
      'Calls to providers by outcome.',
      calls(({ count }) => count),
    )
    counter(
      'moa_input_tokens_total',
      'Prompt tokens, cached ones included.',
      calls(({ input }) => input),
    )
    counter(
      'moa_cached_input_tokens_total',
      'Prompt tokens from a provider’s cache.',
      calls(({ cached }) => cached),
    )
    counter(
      'moa_output_tokens_total',
      'Answer tokens, reasoning included.',
      calls(({ output }) => output),
    )
    counter(
      'moa_reasoning_tokens_total',
      'Answer tokens spent on reasoning.',
      calls(({ reasoning }) => reasoning),
    )
    counter(
      'moa_cost_usd_total',
      'Cost of calls whose price is known.',
      calls(({ usd }) => usd),
    )
  }

  #exportDurations(): void {
    const histogram = <Series extends RunSeries | CallSeries>(
      options: { readonly name: string; readonly help: string },
      of: ReadonlyMap<string, Series>,
      pick: 'durations' | 'firstTokens',
    ): void =>
      exportMetric(this.registry, { ...options, type: 'histogram' }, () =>
        [...of.values()].flatMap((series) => series[pick].samples(options.name, series.labels)),
      )
    const runs = this.#runs
    const calls = this.#calls
    histogram(
      { name: 'moa_run_duration_seconds', help: 'From a request to the end of its answer.' },
      runs,
      'durations',
    )
    histogram(
      { name: 'moa_run_first_token_seconds', help: 'From a request to the first piece of its answer.' },
      runs,
      'firstTokens',
    )
    histogram({ name: 'moa_call_duration_seconds', help: 'Calls to providers.' }, calls, 'durations')
    histogram(
      { name: 'moa_call_first_token_seconds', help: 'Calls to providers, to their first token.' },
      calls,
      'firstTokens',
    )
  }
}

const OTHER = 'other'

function bump(
  counts: Map<string, { readonly labels: Record<string, string>; value: number }>,
  key: string,
  labels: () => Record<string, string>,
): void {
  const known = counts.get(key)
  if (known) known.value += 1
  else if (counts.size < MOST_SERIES) counts.set(key, { labels: labels(), value: 1 })
}
