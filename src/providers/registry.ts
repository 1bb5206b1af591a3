import { MoaError, errorInfo, type BreakerStatus, type Model, type ModelCapabilities } from '../core/index.js'
import { Limiter, didYouMean, systemClock, type Clock, type Random } from '../util/index.js'
import { contextWindowOf, type ContextOverrides } from './context-windows.js'
import { parseBaseURL, redactor, requestHeaders } from './endpoint.js'
import { guarded } from './guarded.js'
import type { JsonRequestContext } from './json-request.js'
import { KNOWN_PROVIDERS, knownProvider } from './known.js'
import { listModels, probe, type ModelInfo, type ProbeResult } from './list-models.js'
import { openAICompatible } from './openai-compatible.js'
import { ProviderBreakers } from './provider-breakers.js'
import { priceOf, type PriceOverrides } from './prices.js'
import { RateLimits } from './rate-limits.js'
import { checkSettings, type ProviderSettings } from './settings.js'
import { resolveTimeouts } from './timeouts.js'
import { Transport } from './transport.js'

export interface ProvidersOptions {
  readonly providers: readonly ProviderSettings[]
  /** Providers whose models live in this process, such as the simulator: name to maker of models. */
  readonly inProcess?: Readonly<Record<string, InProcessProvider>>
  /** The user's own prices, by `provider/model`; they win over the table. */
  readonly prices?: PriceOverrides
  /** The user's own context windows in tokens, by `provider/model`; they win over the table. */
  readonly contextTokens?: ContextOverrides
  readonly clock?: Clock
  /** For the jitter of retries. Default `Math.random`. */
  readonly random?: Pick<Random, 'next'>
}

/** A provider whose models live in this process. */
export interface InProcessProvider {
  /** @throws {@link MoaError} `model_not_found` and the like */
  model(name: string): Model
  /** Names of its models; absent when there is no end of them. @throws {@link MoaError} */
  list?(): readonly string[]
}

/** Everything that answers under a name `provider/model`. */
export interface Providers {
  /** Names of all providers, keyless ones included. */
  readonly names: readonly string[]
  /**
   * The model of that id, with the provider's concurrency, retries, rates and prices around it. The same id gives
   * the same model, unless very many were asked for meanwhile.
   *
   * @param id `provider/model`; the model's name may contain `/`
   * @throws {@link MoaError} `provider_not_found`, `model_not_found` for a missing model name, `key_missing`
   */
  model(id: string): Model
  /** What a provider offers, asked from its API. @throws {@link MoaError} */
  listModels(provider: string, options: { readonly signal: AbortSignal }): Promise<readonly ModelInfo[]>
  /** Whether a provider can be reached and takes the key. */
  probe(provider: string, options: { readonly signal: AbortSignal }): Promise<ProbeResult>
  /**
   * How the circuit breakers stand: one for each provider, and one for each model that has failed lately. Probes and
   * lists of models go past them.
   */
  breakers(): readonly BreakerStatus[]
  /** Calls that wait right now for a place, or for a rate, of their provider. */
  waiting(): number
  /** Closes all connections; calls still running fail. */
  close(): Promise<void>
}

const CONCURRENCY = { hosted: 64, local: 8 }
/** Connections beside the model calls: lists and probes, and sockets on their way out. */
const SPARE_CONNECTIONS = 8
/** An idle connection to a service behind a load balancer is worth keeping between the layers of a mixture. */
const KEEP_ALIVE_MS = { hosted: 30_000, local: 4_000 }

const MAX_MODELS = 1_000

/** @throws {@link MoaError} `config_invalid` for settings that can't work */
export function createProviders(options: ProvidersOptions): Providers {
  const { inProcess = {} } = options
  const providers = new Map<string, Provider>()
  for (const settings of options.providers) {
    if (providers.has(settings.name) || Object.hasOwn(inProcess, settings.name))
      throw new MoaError('config_invalid', `There are two providers named "${settings.name}".`)
    providers.set(settings.name, new Provider(settings, options))
  }
  const names = [...providers.keys(), ...Object.keys(inProcess)]
  const find = (name: string): Provider => {
    const provider = providers.get(name)
    if (provider === undefined) throw providerNotFound(name, names)
    return provider
  }
  const insideOf = (name: string): InProcessProvider | undefined =>
    Object.hasOwn(inProcess, name) ? inProcess[name] : undefined
  const models = new Map<string, Model>()
  const make = (id: string): Model => {
    const slash = id.indexOf('/')
    const name = slash === -1 ? id : id.slice(0, slash)
    const model = slash === -1 ? '' : id.slice(slash + 1)
    const inside = insideOf(name)
    const provider = inside ? undefined : find(name)
    if (model === '')
      throw new MoaError('model_not_found', `Expected "provider/model", got "${id}"; name one of its models.`)
    return inside ? inside.model(model) : (provider as Provider).model(model)
  }
  return {
    names,
    model(id) {
      let model = models.get(id)
      if (model === undefined) {
        model = make(id)
        // Names come from requests too; what models share lives in their provider.
        if (models.size >= MAX_MODELS) models.clear()
        models.set(id, model)
      }
      return model
    },
    listModels: async (name, { signal }) => {
      const inside = insideOf(name)
      return inside?.list ? inside.list().map((id) => ({ id })) : find(name).listModels(signal)
    },
    probe: async (name, { signal }) => {
      const inside = insideOf(name)
      return inside ? look(inside) : find(name).probe(signal)
    },
    breakers: () => [...providers.values()].flatMap((provider) => provider.breakers?.statuses ?? []),
    waiting: () => [...providers.values()].reduce((sum, provider) => sum + provider.waiting, 0),
    close: async () => {
      await Promise.all([...providers.values()].map((provider) => provider.close()))
    },
  }
}

/** What {@link Providers.probe} says of a provider that is no server. */
function look(provider: InProcessProvider): ProbeResult {
  try {
    const models = provider.list?.().map((id) => ({ id })) ?? []
    return { ok: true, latencyMs: 0, keyAccepted: undefined, models }
  } catch (error) {
    return { ok: false, problem: 'unexpected-answer', error: errorInfo(error), latencyMs: 0 }
  }
}

function providerNotFound(name: string, names: readonly string[]): MoaError {
  const known = knownProvider(name)
  const hint = known
    ? known.local
      ? ` It is ${known.title}: start it, or add it to the configuration.`
      : ` It is ${known.title}: set ${known.keyVariables[0]}, or add it to the configuration.`
    : didYouMean(name, [...names, ...KNOWN_PROVIDERS.map((provider) => provider.name)]) ||
      ' Add it to the configuration with its base URL.'
  const there = names.length === 0 ? 'none is configured' : `there are: ${names.join(', ')}`
  return new MoaError('provider_not_found', `There is no provider "${name}" (${there}).${hint}`)
}

/** One provider: its connections, and what its models share. */
class Provider {
  readonly #settings: ProviderSettings
  readonly #options: ProvidersOptions
  readonly #clock: Clock
  readonly #context: JsonRequestContext
  readonly #limiter: Limiter
  readonly #rates: RateLimits | undefined
  /** Absent when the configuration turns them off. */
  readonly breakers: ProviderBreakers | undefined

  constructor(settings: ProviderSettings, options: ProvidersOptions) {
    checkSettings(settings)
    this.#settings = settings
    this.#options = options
    this.#clock = options.clock ?? systemClock
    const { name, baseURL, local = false, proxy, requestsPerMinute, tokensPerMinute } = settings
    const kind = local ? 'local' : 'hosted'
    const concurrency = settings.concurrency ?? CONCURRENCY[kind]
    const endpoint = parseBaseURL(baseURL, name)
    this.#limiter = new Limiter(concurrency)
    this.#rates =
      requestsPerMinute === undefined && tokensPerMinute === undefined
        ? undefined
        : new RateLimits({
            ...(requestsPerMinute !== undefined && { requestsPerMinute }),
            ...(tokensPerMinute !== undefined && { tokensPerMinute }),
            clock: this.#clock,
          })
    this.breakers =
      settings.breaker?.enabled === false
        ? undefined
        : new ProviderBreakers(name, { ...settings.breaker, clock: this.#clock })
    this.#context = {
      endpoint,
      upstream: `${name} (${endpoint.host})`,
      headers: requestHeaders({ ...settings, provider: name }),
      redact: redactor(settings),
      clock: this.#clock,
      transport: new Transport(endpoint.origin, {
        ...(Number.isFinite(concurrency) && { connections: concurrency + SPARE_CONNECTIONS }),
        connectMs: resolveTimeouts(settings.timeouts, local).connectMs,
        keepAliveMs: KEEP_ALIVE_MS[kind],
        ...(proxy && { proxy }),
      }),
    }
  }

  get waiting(): number {
    return this.#limiter.waiting + (this.#rates?.waiting ?? 0)
  }

  model(model: string): Model {
    this.#needKey()
    const { name, baseURL, apiKey, headers, dialect, timeouts, local, retry } = this.#settings
    const overrides = this.#options.prices
    const http = openAICompatible({
      provider: name,
      baseURL,
      model,
      ...(apiKey !== undefined && { apiKey }),
      ...(headers && { headers }),
      ...(dialect && { dialect }),
      ...(timeouts && { timeouts }),
      ...(local !== undefined && { local }),
      capabilities: this.#capabilities(model),
      price: priceOf(name, model, {
        ...(overrides && { overrides }),
        ...(local !== undefined && { local }),
      }),
      transport: this.#context.transport,
      clock: this.#clock,
    })
    const { random } = this.#options
    return guarded(http, {
      limiter: this.#limiter,
      retry: { ...retry },
      clock: this.#clock,
      ...(random && { random }),
      ...(this.breakers && { breakers: this.breakers.of(model) }),
      ...(this.#rates && { rates: this.#rates }),
    })
  }

  #capabilities(model: string): ModelCapabilities {
    const { name, capabilities } = this.#settings
    const window = contextWindowOf(name, model, this.#options.contextTokens)
    if (window === undefined) return { ...capabilities }
    const { contextTokens, promptTokens } = window
    return { ...capabilities, contextTokens, ...(promptTokens !== undefined && { promptTokens }) }
  }

  async listModels(signal: AbortSignal): Promise<ModelInfo[]> {
    this.#needKey()
    return listModels(this.#context, { signal })
  }

  async probe(signal: AbortSignal): Promise<ProbeResult> {
    const { apiKey, keyCheckPath } = this.#settings
    const missing = this.#missingKey()
    if (missing) return { ok: false, problem: 'key-missing', error: missing.toJSON(), latencyMs: 0 }
    return probe({ ...this.#context, hasKey: Boolean(apiKey), keyCheckPath }, { signal })
  }

  close(): Promise<void> {
    return this.#context.transport.close()
  }

  #needKey(): void {
    const missing = this.#missingKey()
    if (missing) throw missing
  }

  #missingKey(): MoaError | undefined {
    const { name, apiKey, keyVariables = [], local = false } = this.#settings
    const [variable, ...others] = keyVariables
    if (apiKey || local || variable === undefined) return undefined
    const either = others.length === 0 ? '' : ` (or ${others.join(', ')})`
    return new MoaError(
      'key_missing',
      `Provider "${name}" has no API key. Set the environment variable ${variable}${either}, or apiKey in its configuration.`,
    )
  }
}
