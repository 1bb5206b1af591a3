import { Hono } from 'hono'
import { MoaError, toMoaError, ERROR_TABLE, type BreakerStatus } from '../core/index.js'
import { systemClock, type Clock } from '../util/index.js'
import { Admission } from './access/admission.js'
import { Budgets } from './access/budgets.js'
import { KeyRing } from './access/key-ring.js'
import type { KeyRecord, KeyStore } from './access/key-store.js'
import { RateLimited, RateLimits } from './access/rate-limits.js'
import { Sharing, type RedisClient } from './access/sharing.js'
import { memorySpendStore, type SpendStore } from './access/spend-store.js'
import type { Catalog } from './catalog.js'
import { BodyMemory } from './http/body.js'
import { JSON_TYPE, publicError, retryHeaders } from './http/error-reply.js'
import type { Exchange, HeaderList, ReplySink } from './http/exchange.js'
import { OriginGuard } from './http/origin-guard.js'
import { SECURITY_HEADERS, requestIdOf } from './http/request-id.js'
import { NO_LOG, type GatewayLog } from './ops/log.js'
import { Metrics } from './ops/metrics.js'
import { Overload } from './ops/overload.js'
import { LiveRuns } from './ops/runs.js'
import { KeyWatch } from './access/key-watch.js'
import type { Tracing } from './ops/tracing.js'
import { addRoutes, type Route } from './routes/routes.js'
import { Heartbeat } from './run/heartbeat.js'
import { SharedReplies } from './run/shared-replies.js'
import { StoredResponses } from './run/stored-responses.js'
import type { RunOutcome } from './run/run.js'
import { chatSurface, type Surface } from './run/surface.js'
import { DEFAULT_SETTINGS, type GatewaySettings } from './settings.js'
import { Targets } from './targets.js'

export interface GatewayOptions {
  readonly catalog: Catalog
  readonly settings?: Partial<GatewaySettings>
  /** Where keys are kept; absent: everybody who reaches the gateway may use it. */
  readonly keys?: KeyStore
  /** What keys have spent. Default: in memory, forgotten when the process ends. */
  readonly spend?: SpendStore
  /** An ioredis client, for rate limits that several gateways share. Closing it is up to whoever opened it. */
  readonly redis?: RedisClient
  /** The gateway listens on this machine only. Default false. */
  readonly loopback?: boolean
  readonly log?: GatewayLog
  readonly tracing?: Tracing
  readonly version?: string
  /** Told of every run when it has ended; must not throw. */
  readonly onRun?: (run: EndedRun) => void
  /** Further routes: pages, other APIs. They come before the gateway's own, so they may take the place of `/`. */
  readonly routes?: readonly Route[]
  readonly clock?: Clock
}

/** A run that is over. */
export interface EndedRun {
  /** The recipe or model that was asked for. */
  readonly model: string
  /** Absent while no keys are in use. */
  readonly keyId: string | undefined
  /** Milliseconds since the epoch: when it ended. */
  readonly at: number
  readonly outcome: RunOutcome
}

/** One request, as routes see it. */
export interface Visit {
  readonly exchange: Exchange
  readonly requestId: string
  /** What the route is called in metrics and logs. */
  readonly route: string
  readonly surface: Pick<Surface, 'error' | 'name'>
  /** Absent while no keys are in use, and on routes that need none. */
  readonly key: KeyRecord | undefined
}

export interface RouteOptions {
  /** What the route is called in metrics and logs. */
  readonly name: string
  /** In whose format errors are told. Default OpenAI's. */
  readonly surface?: Pick<Surface, 'error' | 'name'>
  /** Anybody may ask. Default false. */
  readonly open?: boolean
  /** Headers of every reply of this route. Default {@link SECURITY_HEADERS}; pages need another policy. */
  readonly headers?: HeaderList
}

/**
 * Models behind OpenAI's and Anthropic's interfaces. `app` answers requests in process and behind any server; `listen`
 * of `./http/server.js` puts it on a port.
 */
export class Gateway {
  readonly app: Hono
  readonly settings: GatewaySettings
  readonly clock: Clock
  readonly log: GatewayLog
  readonly metrics: Metrics
  readonly runs = new LiveRuns()
  readonly heartbeat: Heartbeat
  readonly shared: SharedReplies
  readonly stored: StoredResponses
  readonly overload: Overload
  readonly bodies: BodyMemory
  readonly admission: Admission
  readonly tracing: Tracing | undefined
  readonly keyWatch: KeyWatch | undefined
  /** Absent when rate limits are meant to count in this process alone. */
  readonly sharing: Sharing | undefined
  readonly version: string
  readonly onRun: GatewayOptions['onRun']
  /** Seconds since the epoch: when this gateway was made. */
  readonly startedAt: number
  /** Absent while no keys are in use. */
  readonly keys: KeyRing | undefined
  readonly #guard: OriginGuard
  #targets: Targets
  #stopping = false

  constructor(options: GatewayOptions) {
    this.settings = { ...DEFAULT_SETTINGS, ...options.settings }
    this.clock = options.clock ?? systemClock
    this.log = options.log ?? NO_LOG
    this.tracing = options.tracing
    this.version = options.version ?? '0.0.0'
    this.onRun = options.onRun
    this.startedAt = Math.floor(this.clock.now() / 1000)
    this.heartbeat = new Heartbeat(this.clock)
    this.shared = new SharedReplies(this.settings, this.clock)
    this.stored = new StoredResponses(this.settings, this.clock)
    this.overload = new Overload(this.settings, this.clock)
    this.bodies = new BodyMemory(this.settings.maxBodiesBytes)
    this.sharing =
      options.redis && new Sharing(options.redis, { clock: this.clock, log: this.#whileRunning() })
    this.admission = new Admission(
      new RateLimits(this.sharing),
      new Budgets(options.spend ?? memorySpendStore(), this.clock),
    )
    this.metrics = new Metrics({
      moa_runs_in_flight: { help: 'Answers under way.', read: () => this.runs.size },
      moa_calls_waiting: {
        help: 'Calls that wait for a place, or for a rate, of their provider.',
        read: () => this.#targets.catalog.waiting?.() ?? 0,
      },
      moa_upstreams_refused: {
        help: 'Providers and models that are left alone after failures.',
        read: () => this.breakers().filter(({ state }) => state !== 'closed').length,
      },
      moa_stored_responses_characters: {
        help: 'Size of the answers that can be referred to by id.',
        read: () => this.stored.size,
      },
      moa_request_bodies_bytes: { help: 'Memory held by request bodies.', read: () => this.bodies.used },
      ...(this.sharing && sharingGauge(this.sharing)),
    })
    this.keys = options.keys && new KeyRing(options.keys, this.clock)
    this.keyWatch = this.keys && new KeyWatch({ keys: this.keys, runs: this.runs, heartbeat: this.heartbeat })
    this.#guard = new OriginGuard(this.settings, {
      keys: options.keys !== undefined,
      loopback: options.loopback ?? false,
    })
    this.#targets = new Targets(options.catalog)
    this.app = addRoutes(new Hono(), this, options.routes)
  }

  /** A connection that closes because the gateway does is nothing to tell. */
  #whileRunning(): Pick<GatewayLog, 'info' | 'warn'> {
    return {
      info: (fields, message) => this.#stopping || this.log.info(fields, message),
      warn: (fields, message) => this.#stopping || this.log.warn(fields, message),
    }
  }

  get targets(): Targets {
    return this.#targets
  }

  /** How the circuit breakers before the upstreams stand. */
  breakers(): readonly BreakerStatus[] {
    return this.#targets.catalog.breakers?.() ?? []
  }

  /** Set once the gateway was told to stop: new runs are refused. */
  get stopping(): boolean {
    return this.#stopping
  }

  /**
   * Serves another catalog from now on. Runs under way end with the one they began with.
   *
   * @returns resolves when nothing uses the old one any more
   */
  replaceCatalog(catalog: Catalog): Promise<void> {
    const before = this.#targets
    this.#targets = new Targets(catalog)
    return before.unused()
  }

  /**
   * Ends gently: new runs are refused, those under way may finish for a while, then their clients are told.
   *
   * @returns how many runs had to be ended
   */
  async stop(graceMs: number = this.settings.shutdownMs): Promise<number> {
    this.#stopping = true
    let cancel = (): void => {}
    const timeUp = new Promise<'late'>(
      (resolve) => (cancel = this.clock.after(graceMs, () => resolve('late'))),
    )
    const first = await Promise.race([this.runs.idle(), timeUp])
    cancel()
    if (first !== 'late') return 0
    const ended = this.runs.size
    this.runs.abort(
      new MoaError('shutting_down', 'The gateway is shutting down and could not wait for this answer.'),
    )
    await this.runs.idle()
    return ended
  }

  /**
   * Answers one request: identity, origin and key are checked, whatever goes wrong is told in the client's format, and
   * the reply is counted.
   */
  async answer(
    exchange: Exchange,
    options: RouteOptions,
    handler: (visit: Visit) => void | Promise<void>,
  ): Promise<void> {
    const { name, surface = chatSurface, open = false, headers = SECURITY_HEADERS } = options
    const requestId = requestIdOf(exchange)
    exchange.always.push('x-request-id', requestId, ...headers)
    // Anthropic's clients read it under this name.
    if (surface.name === 'messages') exchange.always.push('request-id', requestId)
    try {
      exchange.always.push(...this.#guard.check(exchange))
      if (exchange.method === 'OPTIONS') {
        exchange.send({ status: 204, headers: this.#guard.preflight(exchange), body: '' })
        return
      }
      const checked = open ? undefined : this.keys?.check(exchange)
      const key = checked instanceof Promise ? await checked : checked
      await handler({ exchange, requestId, route: name, surface, key })
    } catch (thrown) {
      this.refuse({ requestId, surface, route: name }, exchange, thrown)
    }
  }

  /** Tells a client why it gets no answer, and writes it down. */
  refuse(visit: Pick<Visit, 'requestId' | 'surface' | 'route'>, sink: ReplySink, thrown: unknown): void {
    const { requestId, surface, route } = visit
    const error = toMoaError(thrown)
    const { status } = ERROR_TABLE[error.code]
    this.metrics.request(route, status)
    const fields = { requestId, route, status, code: error.code }
    if (error.code === 'internal') this.log.error({ ...fields, err: error.cause ?? error }, 'request failed')
    else this.log.info(fields, 'request refused')
    if (error.code === 'aborted') return
    const shown = publicError(error, requestId)
    sink.send({
      status,
      headers: [
        ...JSON_TYPE,
        'cache-control',
        'no-store',
        ...retryHeaders(shown),
        ...(error instanceof RateLimited ? error.headers : []),
        ...(status === 401 ? ['www-authenticate', 'Bearer'] : []),
      ],
      body: JSON.stringify(surface.error(shown, requestId)),
    })
  }
}

const sharingGauge = (sharing: Sharing): ConstructorParameters<typeof Metrics>[0] => ({
  moa_rate_limits_shared: {
    help: '1 while rate limits are shared by Redis, 0 while they count in this process alone.',
    read: () => (sharing.shared ? 1 : 0),
  },
})
