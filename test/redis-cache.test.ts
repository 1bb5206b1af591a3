import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Flights, RedisCache, SampleCounts, withCache } from '../src/cache/index.js'
import { collect, type CallRecord, type Model } from '../src/core/index.js'
import { modelContract } from '../src/core/model.contract.js'
import { simModel } from '../src/sim/index.js'
import { systemClock, type Clock } from '../src/util/index.js'
import { RedisServer, freePort, hasRedis } from './redis-server.js'
import { scriptedModel } from './scripted-model.js'

const REQUEST = { messages: [{ role: 'user' as const, content: 'What is a cache?' }] }
const { signal } = new AbortController()
const DAY_MS = 86_400_000

describe.runIf(hasRedis())('a cache in Redis', () => {
  let redis: RedisServer
  let port: number
  const clients: Redis[] = []
  beforeAll(async () => {
    port = await freePort()
    redis = await RedisServer.start(port)
  })
  afterEach(async () => {
    for (const client of clients) await client.flushall()
    for (const client of clients.splice(0)) client.disconnect()
  })
  afterAll(() => redis.stop())

  async function connect(): Promise<Redis> {
    const client = new Redis(port, '127.0.0.1', {
      lazyConnect: true,
      enableOfflineQueue: false,
      commandTimeout: 200,
      maxRetriesPerRequest: 0,
      retryStrategy: () => 20,
    })
    client.on('error', () => {})
    await client.connect()
    clients.push(client)
    return client
  }

  interface Machine {
    readonly model: Model
    readonly cache: RedisCache
    readonly client: Redis
    readonly problems: string[]
  }

  /** A model behind the cache, in a process of its own as far as the cache can tell. */
  async function machine(inner: Model, options: { clock?: Clock; maxAgeMs?: number } = {}): Promise<Machine> {
    const client = await connect()
    const { clock = systemClock, maxAgeMs = DAY_MS } = options
    const problems: string[] = []
    const cache = new RedisCache(() => Promise.resolve(client), {
      maxAgeMs,
      clock,
      onProblem: ({ message }) => problems.push(message),
    })
    const model = withCache(inner, { cache, counts: new SampleCounts(), flights: new Flights(), clock })
    return { model, cache, client, problems }
  }

  const textOf = async (model: Model): Promise<string> =>
    (await collect(model.stream(REQUEST, { signal }))).text

  it('answers on one machine what was asked on another', async () => {
    const inner = scriptedModel('t/m', () => 'fine é😀')
    const [one, two] = [await machine(inner), await machine(inner)]
    expect(await textOf(one.model)).toBe('fine é😀')
    await one.cache.settled()
    const calls: CallRecord[] = []
    const events = two.model.stream(REQUEST, { signal, onCall: (call) => calls.push(call) })
    expect((await collect(events)).text).toBe('fine é😀')
    expect(calls.map(({ replayedFrom, costUsd }) => [replayedFrom, costUsd])).toEqual([['cache', 0]])
    expect(inner.requests).toHaveLength(1)
    await two.cache.settled()
    expect(await one.cache.stats()).toMatchObject({ answers: 1, hits: 1, savedUsd: 0.001 })
  })

  it('makes one call for many who ask at the same time', async () => {
    const inner = simModel('ada+tokens=20+first=100')
    const { model } = await machine(inner)
    const texts = await Promise.all(Array.from({ length: 20 }, () => textOf(model)))
    expect(new Set(texts).size).toBe(1)
    expect(inner.calls).toBe(1)
  })

  it('keeps no answer longer than it may', async () => {
    const inner = scriptedModel('t/m', (_, call) => `answer ${call}`)
    let now = Date.now()
    const clock: Clock = { ...systemClock, now: () => now }
    const { model, client } = await machine(inner, { clock, maxAgeMs: 60_000 })
    expect(await textOf(model)).toBe('answer 1')
    expect(await textOf(model)).toBe('answer 1')
    const [key = ''] = await client.keys('moa:cache:*')
    expect(await client.pttl(key)).toBeGreaterThan(50_000)
    now += 60_001
    expect(await textOf(model)).toBe('answer 2')
  })

  it('is emptied for all', async () => {
    const { model, cache, client } = await machine(scriptedModel('t/m', () => 'fine'))
    await client.mset(
      Object.fromEntries(Array.from({ length: 1200 }, (_, index) => [`moa:cache:${index}`, 'x'])),
    )
    await client.set('other', 'stays')
    await textOf(model)
    await cache.settled()
    expect((await cache.stats()).answers).toBe(1201)
    expect(await cache.clear()).toBe(1201)
    expect(await cache.stats()).toEqual({ answers: 0, bytes: 0, hits: 0, savedUsd: 0 })
    expect(await client.keys('*')).toEqual(['other'])
  })

  it('takes nonsense for nothing', async () => {
    const inner = scriptedModel('t/m', (_, call) => `answer ${call}`)
    const { model, client, problems } = await machine(inner)
    await textOf(model)
    const [key = ''] = await client.keys('moa:cache:*')
    for (const nonsense of ['', '{', 'null', '{"events":3}', '[]']) {
      await client.set(key, nonsense)
      expect(await textOf(model)).toMatch(/^answer/)
    }
    expect(inner.requests).toHaveLength(6)
    expect(problems).toEqual([])
  })

  it('lets calls be made while it hangs, waits for it once, and is used again afterwards', async () => {
    const inner = scriptedModel('t/m', (_, call) => `answer ${call}`)
    let now = Date.now()
    const clock: Clock = { ...systemClock, now: () => now }
    const { model, cache, problems } = await machine(inner, { clock })
    expect(await textOf(model)).toBe('answer 1')
    await cache.settled()
    redis.freeze()
    try {
      expect(await textOf(model)).toBe('answer 2')
      const from = performance.now()
      for (const text of ['answer 3', 'answer 4']) expect(await textOf(model)).toBe(text)
      expect(performance.now() - from).toBeLessThan(150)
    } finally {
      redis.thaw()
    }
    expect(problems).toEqual([
      expect.stringMatching(/^The cache in Redis can't be used, so calls are made: /),
    ])
    now += 2_001
    expect(await textOf(model)).toBe('answer 1')
  })

  it('stops waiting for it when the caller gives up', async () => {
    const { model } = await machine(scriptedModel('t/m', () => 'fine'))
    redis.freeze()
    try {
      const controller = new AbortController()
      setTimeout(() => controller.abort(new Error('enough')), 20)
      await expect(collect(model.stream(REQUEST, { signal: controller.signal }))).rejects.toThrow('enough')
    } finally {
      redis.thaw()
    }
  })
})

if (hasRedis())
  modelContract('a model behind an empty cache in Redis', async () => {
    const port = await freePort()
    const redis = await RedisServer.start(port)
    const client = new Redis(port, '127.0.0.1')
    const models = {
      quick: simModel('ada+tokens=30'),
      slow: simModel('ada+tokens=100+first=600+pace=20'),
      failing: simModel('ada+503'),
    }
    const all = Object.values(models)
    const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
    let caches = 0
    const uncached = (model: Model): Model => ({
      ...model,
      // The contract asks the same five times at once and wants to see five calls.
      stream(request, more) {
        const mark = `${(caches += 1)}:`
        const store = new RedisCache(() => Promise.resolve(client), { maxAgeMs: DAY_MS })
        const cache = {
          get: (key: string) => store.get(mark + key),
          set: (...[key, answer]: Parameters<RedisCache['set']>) => store.set(mark + key, answer),
        }
        return withCache(model, { cache, counts: new SampleCounts(), flights: new Flights() }).stream(
          request,
          more,
        )
      },
    })
    return {
      quick: uncached(models.quick),
      slow: uncached(models.slow),
      failing: uncached(models.failing),
      started: () => sum(all.map(({ calls }) => calls)),
      open: () => sum(all.map(({ inFlight }) => inFlight)),
      async close() {
        client.disconnect()
        await redis.stop()
      },
    }
  })
