import { errorInfo } from '../../core/index.js'
import { systemClock, type Clock } from '../../util/index.js'
import type { GatewayLog } from '../ops/log.js'
import type { KeyRecord, KeyStore } from './key-store.js'
import type { RedisClient } from './sharing.js'
import type { SpendStore } from './spend-store.js'

/** Commands that keys and spending need; an ioredis client has them. */
export interface RedisKeyClient extends RedisClient {
  hget(key: string, field: string): Promise<string | null>
  hvals(key: string): Promise<string[]>
  hset(key: string, field: string, value: string): Promise<unknown>
  eval(script: string, keyCount: number, ...args: string[]): Promise<unknown>
}

/** One tag for all: scripts touch several of them at once. */
const KEYS = '{moa}:keys'
const SPEND = '{moa}:spend:'
const PERIODS = '{moa}:spend-periods'
const BOOKED = '{moa}:booked:'

/** Keys that several gateways share: one hash, without an expiry, so that no `volatile-…` policy throws them out. */
export function redisKeyStore(client: RedisKeyClient): KeyStore {
  const record = (json: string): KeyRecord => JSON.parse(json) as KeyRecord
  return {
    async get(id) {
      const json = await client.hget(KEYS, id)
      return json === null ? undefined : record(json)
    },
    list: async () => (await client.hvals(KEYS)).map(record),
    async put(key) {
      await client.hset(KEYS, key.id, JSON.stringify(key))
    },
  }
}

/**
 * Books a batch once, however often it is sent. Only the newest 100 periods (about three months of days) are kept.
 *
 * KEYS: mark of the batch, set of periods. ARGV: beginning of the spending's keys, then period, key and dollars of each
 * entry.
 */
const BOOK = `
if not redis.call('SET', KEYS[1], '1', 'NX', 'EX', 86400) then return 0 end
local fresh = false
for i = 2, #ARGV, 3 do
  redis.call('HINCRBYFLOAT', ARGV[1] .. ARGV[i], ARGV[i + 1], ARGV[i + 2])
  if redis.call('SADD', KEYS[2], ARGV[i]) == 1 then fresh = true end
end
if fresh then
  local periods = redis.call('SMEMBERS', KEYS[2])
  table.sort(periods)
  for i = 1, #periods - 100 do
    redis.call('DEL', ARGV[1] .. periods[i])
    redis.call('SREM', KEYS[2], periods[i])
  end
end
return 1`

/** Whether a batch is booked, and what a key has spent. KEYS: mark of the batch, the period's spending. ARGV: the key. */
const SPENT = `return {redis.call('EXISTS', KEYS[1]), redis.call('HGET', KEYS[2], ARGV[1]) or '0'}`

/** How long a Redis that did not take a batch is left alone. */
const REST_MS = 1_000
/** How long {@link RedisSpend.close} waits for what is not booked yet. */
const CLOSE_MS = 3_000

/** Dollars by period and key. */
type Sums = Map<string, Map<string, number>>

interface Batch {
  readonly id: string
  readonly sums: Sums
}

/** What keys have spent, for all gateways together. */
export interface RedisSpend extends SpendStore {
  /**
   * Books what is not booked yet, if Redis lets it.
   *
   * @returns US dollars that could not be booked, and are lost
   */
  close(): Promise<number>
}

/**
 * Spending that several gateways add up in Redis. What can't be booked at once is kept, counts against budgets in this
 * process, and is booked when Redis is back; a batch whose fate is unknown is sent again and counts once.
 */
export function redisSpendStore(
  client: RedisKeyClient,
  options: { readonly log?: Pick<GatewayLog, 'warn'>; readonly clock?: Clock } = {},
): RedisSpend {
  return new Bookkeeper(client, options)
}

class Bookkeeper implements RedisSpend {
  readonly #client: RedisKeyClient
  readonly #log: Pick<GatewayLog, 'warn'> | undefined
  readonly #clock: Clock
  /** Not sent yet. */
  #waiting: Sums = new Map()
  /** Sent, its fate not known yet. */
  #batch: Batch | undefined
  #working: Promise<void> | undefined
  #cancelRest: (() => void) | undefined
  #told = false

  constructor(
    client: RedisKeyClient,
    { log, clock = systemClock }: { log?: Pick<GatewayLog, 'warn'>; clock?: Clock },
  ) {
    this.#client = client
    this.#log = log
    this.#clock = clock
    client.on('ready', () => void this.#flush())
  }

  async spent(keyId: string, period: string): Promise<number> {
    const of = (sums: Sums | undefined): number => sums?.get(period)?.get(keyId) ?? 0
    // What is sent from now on comes behind this question, on the same connection.
    const waiting = of(this.#waiting)
    if (this.#batch === undefined)
      return Number((await this.#client.hget(SPEND + period, keyId)) ?? 0) + waiting
    const { id, sums } = this.#batch
    const found = await this.#client.eval(SPENT, 2, BOOKED + id, SPEND + period, keyId)
    const [booked, usd] = found as [number, string]
    return Number(usd) + waiting + (booked === 1 ? 0 : of(sums))
  }

  add(keyId: string, usd: number, periods: readonly string[]): Promise<void> {
    for (const period of periods) addTo(this.#waiting, { period, keyId, usd })
    if (this.#cancelRest === undefined) void this.#flush()
    return Promise.resolve()
  }

  async close(): Promise<number> {
    let cancel = (): void => {}
    const time = new Promise<void>((resolve) => (cancel = this.#clock.after(CLOSE_MS, resolve)))
    await Promise.race([this.#flush(), time])
    cancel()
    this.#cancelRest?.()
    return totalOf(this.#batch?.sums) + totalOf(this.#waiting)
  }

  #flush(): Promise<void> {
    this.#working ??= this.#send().finally(() => (this.#working = undefined))
    return this.#working
  }

  async #send(): Promise<void> {
    this.#cancelRest?.()
    this.#cancelRest = undefined
    while (this.#batch !== undefined || this.#waiting.size > 0) {
      if (this.#batch === undefined) {
        this.#batch = { id: globalThis.crypto.randomUUID(), sums: this.#waiting }
        this.#waiting = new Map()
      }
      const { id, sums } = this.#batch
      try {
        await this.#client.eval(BOOK, 2, BOOKED + id, PERIODS, SPEND, ...entriesOf(sums))
      } catch (error) {
        this.#rest(error)
        return
      }
      this.#batch = undefined
      this.#told = false
    }
  }

  #rest(error: unknown): void {
    if (!this.#told)
      this.#log?.warn(
        {
          error: `Redis can't be used (${errorInfo(error).message}); what keys spend is booked when it is back`,
        },
        'spending not booked yet',
      )
    this.#told = true
    this.#cancelRest = this.#clock.after(REST_MS, () => void this.#flush())
  }
}

function addTo(sums: Sums, { period, keyId, usd }: { period: string; keyId: string; usd: number }): void {
  let keys = sums.get(period)
  if (keys === undefined) sums.set(period, (keys = new Map<string, number>()))
  keys.set(keyId, (keys.get(keyId) ?? 0) + usd)
}

const entriesOf = (sums: Sums): string[] =>
  [...sums].flatMap(([period, keys]) => [...keys].flatMap(([keyId, usd]) => [period, keyId, String(usd)]))

/** Days alone: a month has the same dollars in it once more. */
const totalOf = (sums: Sums | undefined): number =>
  [...(sums ?? [])]
    .filter(([period]) => period.length === '2026-11-23'.length)
    .flatMap(([, keys]) => [...keys.values()])
    .reduce((sum, usd) => sum + usd, 0)
