import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import type { CallRecord } from '../../core/index.js'
import type { RunOutcome } from '../run/run.js'

/** Seconds: from a cached answer to a mixture of slow models. */
const DURATIONS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320]
/** Distinct names shown for one label; clients choose model names, and each is a time series. */
const MOST_NAMES = 500

/** What the gateway tells Prometheus. Costs are in US dollars, durations in seconds. */
export class Metrics {
  readonly registry = new Registry()
  readonly #names = new Set<string>()
  readonly #requests = this.#counter('moa_http_requests_total', 'Requests by route and status.', [
    'route',
    'status',
  ])
  readonly #runs = this.#counter('moa_runs_total', 'Answers by model asked for and outcome.', [
    'recipe',
    'outcome',
  ])
  readonly #degraded = this.#counter('moa_runs_degraded_total', 'Degraded answers by reason.', [
    'recipe',
    'reason',
  ])
  readonly #runDuration = this.#histogram(
    'moa_run_duration_seconds',
    'From request to the end of its answer.',
    ['recipe', 'outcome'],
  )
  readonly #runFirstToken = this.#histogram(
    'moa_run_first_token_seconds',
    'From request to the first piece of its answer.',
    ['recipe'],
  )
  readonly #calls = this.#counter('moa_calls_total', 'Calls to providers by outcome.', [
    'recipe',
    'provider',
    'model',
    'outcome',
  ])
  readonly #callDuration = this.#histogram('moa_call_duration_seconds', 'Calls to providers.', [
    'provider',
    'model',
    'outcome',
  ])
  readonly #callFirstToken = this.#histogram(
    'moa_call_first_token_seconds',
    'Calls to providers, to their first token.',
    ['provider', 'model'],
  )
  readonly #tokens = this.#counter(
    'moa_tokens_total',
    'Tokens by kind; cached ones are input, reasoning is output too.',
    ['recipe', 'provider', 'model', 'kind'],
  )
  readonly #cost = this.#counter('moa_cost_usd_total', 'Cost of calls whose price is known.', [
    'recipe',
    'provider',
    'model',
  ])

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
    collectDefaultMetrics({ register: this.registry })
  }

  request(route: string, status: number): void {
    this.#requests.inc({ route, status })
  }

  /** @param name the recipe or model the client asked for */
  run(name: string, { error, account, firstTokenMs, durationMs }: RunOutcome): void {
    const recipe = this.#bounded(name)
    const outcome = error?.code ?? 'completed'
    this.#runs.inc({ recipe, outcome })
    this.#runDuration.observe({ recipe, outcome }, durationMs / 1000)
    if (firstTokenMs !== undefined) this.#runFirstToken.observe({ recipe }, firstTokenMs / 1000)
    for (const { code } of account.degraded) this.#degraded.inc({ recipe, reason: code })
  }

  call(name: string, call: CallRecord): void {
    const { provider, outcome, usage, costUsd, durationMs, firstTokenMs } = call
    const recipe = this.#bounded(name)
    const model = this.#bounded(call.model)
    this.#calls.inc({ recipe, provider, model, outcome })
    this.#callDuration.observe({ provider, model, outcome }, durationMs / 1000)
    if (firstTokenMs !== undefined) this.#callFirstToken.observe({ provider, model }, firstTokenMs / 1000)
    this.#tokens.inc({ recipe, provider, model, kind: 'input' }, usage.inputTokens)
    this.#tokens.inc({ recipe, provider, model, kind: 'output' }, usage.outputTokens)
    if (usage.cachedInputTokens > 0)
      this.#tokens.inc({ recipe, provider, model, kind: 'cached_input' }, usage.cachedInputTokens)
    if (usage.reasoningTokens > 0)
      this.#tokens.inc({ recipe, provider, model, kind: 'reasoning' }, usage.reasoningTokens)
    if (costUsd !== null && costUsd > 0) this.#cost.inc({ recipe, provider, model }, costUsd)
  }

  /** The text Prometheus reads. */
  text(): Promise<string> {
    return this.registry.metrics()
  }

  #counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.registry] })
  }

  #histogram(name: string, help: string, labelNames: string[]): Histogram {
    return new Histogram({ name, help, labelNames, buckets: DURATIONS, registers: [this.registry] })
  }

  #bounded(name: string): string {
    if (this.#names.has(name)) return name
    if (this.#names.size >= MOST_NAMES) return 'other'
    this.#names.add(name)
    return name
  }
}
