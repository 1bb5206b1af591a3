import type { Clock } from '../../util/index.js'
import type { GatewayLog } from '../ops/log.js'

/** What is used of an ioredis client, beside its commands. */
export interface RedisClient {
  /** `ready` while commands can be sent. */
  readonly status: string
  on(event: 'ready' | 'close', listener: () => void): unknown
}

/** How long a Redis that failed is left alone, so that not every request waits for it. */
const REST_MS = 2_000

/** Whether limits count in a Redis that several gateways share, or, while it can't be used, in this process alone. */
export class Sharing {
  readonly client: RedisClient
  readonly #clock: Clock
  readonly #log: Pick<GatewayLog, 'info' | 'warn'>
  #shared: boolean
  #restsUntil = 0

  /** @param options.log told once of every change */
  constructor(client: RedisClient, options: { clock: Clock; log: Pick<GatewayLog, 'info' | 'warn'> }) {
    this.client = client
    this.#clock = options.clock
    this.#log = options.log
    this.#shared = client.status === 'ready'
    client.on('ready', () => this.#change(true))
    client.on('close', () => this.#change(false, 'the connection is closed'))
  }

  /** As far as is known. */
  get shared(): boolean {
    return this.#shared
  }

  /** It makes sense to ask Redis now. */
  get usable(): boolean {
    return this.client.status === 'ready' && this.#clock.now() >= this.#restsUntil
  }

  succeeded(): void {
    this.#change(true)
  }

  failed(error: Error): void {
    this.#restsUntil = this.#clock.now() + REST_MS
    this.#change(false, error.message)
  }

  #change(shared: boolean, why?: string): void {
    if (shared === this.#shared) return
    this.#shared = shared
    if (shared) this.#log.info({ rateLimits: 'shared' }, 'rate limits are shared by Redis again')
    else
      this.#log.warn(
        {
          rateLimits: 'alone',
          error: `Redis can't be used (${why}); rate limits count in this process alone`,
        },
        'rate limits count in this process alone',
      )
  }
}
