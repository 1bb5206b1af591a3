import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openKeyFile } from '../../src/cli/serve/key-place.js'
import {
  createKey,
  memoryKeyStore,
  memorySpendStore,
  redisKeyStore,
  redisSpendStore,
  type KeyStore,
  type RedisSpend,
  type SpendStore,
} from '../../src/gateway/index.js'
import { RedisServer, freePort, hasRedis } from '../redis-server.js'

interface Opened {
  readonly keys: KeyStore
  readonly spend: SpendStore
  /** Another process that uses the same. */
  again(): Promise<Pick<Opened, 'keys' | 'spend'>>
  close(): Promise<unknown>
}

/** What every place for keys promises. */
function keysContract(name: string, open: () => Promise<Opened>): void {
  describe(`${name} keeps the contract of keys`, () => {
    let opened: Opened
    afterEach(() => opened.close())

    it('gives back what was put in, replaced by what came later, without the key itself', async () => {
      opened = await open()
      const { keys } = opened
      expect(await keys.get('absent')).toBeUndefined()
      const limits = { models: ['moa', 'é😀*'], requestsPerMinute: 3, dailyBudgetUsd: 1.5e-7 }
      const { key, record } = await createKey(keys, { name: 'one', limits, now: 12, expiresAt: 99 })
      await createKey(keys, { name: 'two', now: 13 })
      expect(await keys.get(record.id)).toEqual(record)
      expect(JSON.stringify(await keys.list())).not.toContain(key)
      await keys.put({ ...record, revokedAt: 14 })
      expect(await keys.get(record.id)).toEqual({ ...record, revokedAt: 14 })
      expect((await keys.list()).map((kept) => kept.name).sort()).toEqual(['one', 'two'])
      const other = await opened.again()
      expect((await other.keys.get(record.id))?.revokedAt).toBe(14)
    })

    it('adds up what was spent, by key and period', async () => {
      opened = await open()
      const { spend } = opened
      let round = 0
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.record({
              id: fc.constantFrom('a', 'b'),
              usd: fc.double({ min: 1e-9, max: 1e6, noNaN: true }),
              periods: fc.constantFrom<string[]>(['2026-11-23', '2026-11'], ['2026-11-24', '2026-11']),
            }),
            { maxLength: 8 },
          ),
          async (bookings) => {
            const mark = `${(round += 1)}-`
            for (const { id, usd, periods } of bookings) await spend.add(mark + id, usd, periods)
            for (const id of ['a', 'b'])
              for (const period of ['2026-11-23', '2026-11-24', '2026-11']) {
                const sum = bookings
                  .filter((booking) => booking.id === id && booking.periods.includes(period))
                  .reduce((total, { usd }) => total + usd, 0)
                const kept = await spend.spent(mark + id, period)
                expect(Math.abs(kept - sum)).toBeLessThanOrEqual(sum * 1e-12 + 1e-15)
              }
          },
        ),
        { numRuns: 25 },
      )
      await Promise.all(Array.from({ length: 50 }, () => spend.add('k', 0.25, ['2026-11-25'])))
      const other = await opened.again()
      await expect.poll(() => other.spend.spent('k', '2026-11-25')).toBe(12.5)
    })
  })
}

const inMemory = { keys: memoryKeyStore(), spend: memorySpendStore() }
keysContract('the memory', () =>
  Promise.resolve({
    ...inMemory,
    again: () => Promise.resolve(inMemory),
    close: () => Promise.resolve(),
  }),
)

keysContract('the file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'moa-keys-'))
  const path = join(folder, 'keys.db')
  const places = [await openKeyFile(path)]
  const [first] = places as [(typeof places)[number]]
  return {
    keys: first.keys,
    spend: first.spend,
    async again() {
      const place = await openKeyFile(path)
      places.push(place)
      return place
    },
    async close() {
      for (const place of places) await place.close()
      rmSync(folder, { recursive: true })
    },
  }
})

describe.runIf(hasRedis())('Redis', () => {
  let redis: RedisServer
  let port: number
  const clients: Redis[] = []
  beforeAll(async () => {
    port = await freePort()
    redis = await RedisServer.start(port)
  })
  afterAll(() => redis.stop())
  afterEach(() => {
    for (const client of clients.splice(0)) client.disconnect()
  })

  async function connect(): Promise<Redis> {
    const client = new Redis(port, '127.0.0.1', {
      lazyConnect: true,
      enableOfflineQueue: false,
      commandTimeout: 300,
      maxRetriesPerRequest: 0,
      retryStrategy: () => 20,
    })
    client.on('error', () => {})
    await client.connect()
    clients.push(client)
    return client
  }

  keysContract('Redis', async () => {
    const client = await connect()
    await client.flushall()
    const opened = (it: Redis): { keys: KeyStore; spend: RedisSpend } => ({
      keys: redisKeyStore(it),
      spend: redisSpendStore(it),
    })
    const { keys, spend } = opened(client)
    return { keys, spend, again: async () => opened(await connect()), close: () => spend.close() }
  })

  it('books once what was sent twice because nobody answered in time', async () => {
    const client = await connect()
    await client.flushall()
    const warnings: string[] = []
    const spend = redisSpendStore(client, {
      log: { warn: (fields) => warnings.push(JSON.stringify(fields)) },
    })
    await spend.add('k', 1, ['2026-11-23'])
    redis.freeze()
    // In the socket's buffer: Redis will see it when it goes on, after this side has given up on it.
    await spend.add('k', 2, ['2026-11-23'])
    await new Promise((resolve) => setTimeout(resolve, 700))
    await spend.add('k', 4, ['2026-11-23'])
    expect(warnings).toHaveLength(1)
    redis.thaw()
    const other = redisSpendStore(await connect())
    await expect.poll(() => other.spent('k', '2026-11-23'), { timeout: 5_000 }).toBe(7)
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(await other.spent('k', '2026-11-23')).toBe(7)
    expect(await spend.spent('k', '2026-11-23')).toBe(7)
    expect(await spend.close()).toBe(0)
  })

  it('tells at the end what could not be booked', async () => {
    const client = await connect()
    await client.flushall()
    const spend = redisSpendStore(client)
    redis.freeze()
    try {
      await spend.add('k', 0.5, ['2026-11-23', '2026-11'])
      await spend.add('k', 0.25, ['2026-11-23', '2026-11'])
      expect(await spend.close()).toBe(0.75)
    } finally {
      redis.thaw()
    }
  })

  it('forgets the oldest periods, and marks of batches expire', async () => {
    const client = await connect()
    await client.flushall()
    const spend = redisSpendStore(client)
    for (let day = 0; day < 120; day += 1) {
      const period = new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10)
      await spend.add('k', 1, [period, period.slice(0, 7)])
    }
    await spend.close()
    const kept = await client.keys('{moa}:spend:*')
    expect(kept).toHaveLength(100)
    expect([await spend.spent('k', '2026-04-30'), await spend.spent('k', '2026-04')]).toEqual([1, 30])
    expect(await spend.spent('k', '2026-01-01')).toBe(0)
    for (const mark of await client.keys('{moa}:booked:*')) expect(await client.ttl(mark)).toBeGreaterThan(0)
  })
})
