import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { scriptedModel, type Script } from '../../test/scripted-model.js'
import { collect, type CallRecord, type ChatRequest, type Model, type ModelEvent } from '../core/index.js'
import { modelContract } from '../core/model.contract.js'
import { LatencyBook, compile, createMixture } from '../engine/index.js'
import { simModel, virtualClock } from '../sim/index.js'
import { memoryStore, openSqliteStore } from '../store/index.js'
import { systemClock, type Clock } from '../util/index.js'
import { Flights, ResponseCache, SampleCounts, withCache, type CacheOptions } from './index.js'

const REQUEST: ChatRequest = { messages: [{ role: 'user', content: 'What is a cache?' }] }
const { signal } = new AbortController()

const folder = mkdtempSync(join(tmpdir(), 'moa-cache-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
const newFile = (): string => join(folder, `${(files += 1)}.db`)

function setUp(clock: Clock = systemClock): CacheOptions & { readonly cache: ResponseCache } {
  const cache = new ResponseCache(openSqliteStore(newFile(), { clock }), { clock })
  return { cache, counts: new SampleCounts(), flights: new Flights(), clock }
}

async function read(model: Model, request = REQUEST, runId?: string) {
  const events: ModelEvent[] = []
  const calls: CallRecord[] = []
  const options = { signal, onCall: (call: CallRecord) => calls.push(call), ...(runId && { runId }) }
  for await (const event of model.stream(request, options)) events.push(event)
  return { events, calls }
}

modelContract('a model behind an empty cache', () => {
  const options = setUp()
  const models = {
    quick: simModel('ada+tokens=30'),
    slow: simModel('ada+tokens=100+first=600+pace=20'),
    failing: simModel('ada+503'),
  }
  const all = Object.values(models)
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
  const uncached = (model: Model): Model => ({
    ...model,
    // The contract asks the same five times at once and wants to see five calls.
    stream: (request, more) =>
      withCache(model, {
        ...options,
        flights: new Flights(),
        cache: new ResponseCache(memoryStore()),
      }).stream(request, more),
  })
  return Promise.resolve({
    quick: uncached(models.quick),
    slow: uncached(models.slow),
    failing: uncached(models.failing),
    started: () => sum(all.map(({ calls }) => calls)),
    open: () => sum(all.map(({ inFlight }) => inFlight)),
    close: () => Promise.resolve(),
  })
})

describe('withCache', () => {
  it('gives the same answer again in the same pieces, for nothing, marked in the ledger', async () => {
    const inner = simModel('ada+tokens=20', { price: { input: 1, output: 2 } })
    const model = withCache(inner, setUp())
    const first = await read(model)
    const second = await read(model)
    const deltas = (events: readonly ModelEvent[]): unknown[] =>
      events.filter(({ type }) => type !== 'finish' && type !== 'answer-start')
    expect(deltas(second.events)).toEqual(deltas(first.events))
    expect(deltas(second.events).length).toBeGreaterThan(3)
    expect(inner.calls).toBe(1)
    expect(second.calls).toEqual([
      expect.objectContaining({
        provider: 'sim',
        model: 'ada+tokens=20',
        outcome: 'completed',
        costUsd: 0,
        usageSource: 'none',
        replayedFrom: 'cache',
      }),
    ])
    expect(second.calls[0]?.id).not.toBe(first.calls[0]?.id)
    expect(second.events.at(-1)).toMatchObject({ reason: 'stop', cost: { usd: 0, unpricedCalls: 0 } })
    expect(first.calls[0]?.replayedFrom).toBeUndefined()
  })

  it('asks anew when anything differs that shapes the answer, and only then', async () => {
    const inner = scriptedModel('t/m', (_, call) => `answer ${call}`)
    const options = setUp()
    const model = withCache(inner, options)
    const text = async (request: ChatRequest, asked = model): Promise<string> =>
      (await collect(asked.stream(request, { signal }))).text
    expect(await text(REQUEST)).toBe('answer 1')
    expect(await text({ ...REQUEST, metadata: { user: 'x' }, limits: { deadlineMs: 1000 } })).toBe('answer 1')
    expect(await text({ ...REQUEST, temperature: 0.5 })).toBe('answer 2')
    expect(await text({ ...REQUEST, seed: 7 })).toBe('answer 3')
    expect(await text({ ...REQUEST, extra: { top_k: 4 } })).toBe('answer 4')
    expect(await text({ messages: [{ role: 'user', content: 'What is a cache' }] })).toBe('answer 5')
    expect(await text(REQUEST, withCache({ ...inner, id: 't/other' }, options))).toBe('answer 6')
    expect(await text(REQUEST, withCache(inner, { ...options, endpoint: 'https://b' }))).toBe('answer 7')
    expect(await text(REQUEST)).toBe('answer 1')
  })

  it('keeps the samples of one run distinct and finds them all again in the next', async () => {
    const inner = scriptedModel('t/m', (request, call) =>
      request.messages.length > 1 || JSON.stringify(request).includes('proposal') ? 'sum' : `sample ${call}`,
    )
    const model = withCache(inner, setUp())
    const plan = compile({ proposers: [{ model: 't/m', samples: 3 }], aggregator: 't/m' }, 'self')
    const mixture = createMixture(plan, { resolve: () => model })
    const texts = async (): Promise<string[]> =>
      (await collect(mixture.stream(REQUEST, { signal }))).proposals.map(({ text }) => text).sort()
    expect(await texts()).toEqual(['sample 1', 'sample 2', 'sample 3'])
    const asked = inner.requests.length
    expect(await texts()).toEqual(['sample 1', 'sample 2', 'sample 3'])
    expect(inner.requests).toHaveLength(asked)
  })

  it('tells a run of hits as free, and learns nothing about speed from them', async () => {
    const inner = simModel('ada+tokens=20', { price: { input: 1, output: 2 } })
    const model = withCache(inner, setUp())
    const plan = compile({ proposers: ['sim/ada', 'sim/ada'], aggregator: 'sim/ada' }, 'self')
    const latency = new LatencyBook()
    const mixture = createMixture(plan, { resolve: () => model, latency })
    const first = await collect(mixture.stream(REQUEST, { signal }))
    for (let run = 0; run < 10; run += 1) await collect(mixture.stream(REQUEST, { signal }))
    expect(latency.summary()).toEqual({})
    const again = await collect(mixture.stream(REQUEST, { signal }))
    expect(first.cost.usd).toBeGreaterThan(0)
    expect(again).toMatchObject({ text: first.text, cost: { usd: 0, unpricedCalls: 0 }, degraded: [] })
    expect(again.calls.map(({ replayedFrom }) => replayedFrom)).toEqual(['cache', 'cache', 'cache'])
    expect(again.usage.outputTokens).toBe(0)
  })

  it.each<[string, Script]>([
    ['a failure', { error: new Error('no') }],
    ['a failure in mid-answer', { pieces: ['half an'], error: new Error('no') }],
    ['a truncated answer', { text: 'cut', reason: 'length' }],
    ['a filtered answer', { text: 'well', reason: 'content-filter' }],
    ['an empty answer', { text: ' \n' }],
  ])('never keeps %s', async (_, script) => {
    const inner = scriptedModel('t/m', (_, call) => (call === 1 ? script : 'whole'))
    const model = withCache(inner, setUp())
    await collect(model.stream(REQUEST, { signal })).catch(() => {})
    expect((await collect(model.stream(REQUEST, { signal }))).text).toBe('whole')
  })

  it('never keeps an answer that was aborted or left', async () => {
    const inner = scriptedModel('t/m', (_, call) => ({ pieces: ['a', 'b', `c${call}`] }))
    const model = withCache(inner, setUp())
    for await (const event of model.stream(REQUEST, { signal })) if (event.type === 'answer-delta') break
    const controller = new AbortController()
    await collect(
      (async function* () {
        for await (const event of model.stream(REQUEST, { signal: controller.signal })) {
          if (event.type === 'answer-delta') controller.abort(new Error('enough'))
          yield event
        }
      })(),
    ).catch(() => {})
    expect((await collect(model.stream(REQUEST, { signal }))).text).toBe('abc3')
    expect(inner.open).toBe(0)
  })

  it('makes one call for runs that ask the same at the same time', async () => {
    const clock = virtualClock()
    const inner = scriptedModel('t/m', (_, call) => ({ text: `answer ${call}`, delayMs: 100 }), clock)
    const model = withCache(inner, setUp(clock))
    const ask = (runId: string): Promise<string> =>
      collect(model.stream(REQUEST, { signal, runId })).then(({ text }) => text)
    expect(await clock.run(Promise.all(['a', 'b', 'c'].map(ask)))).toEqual(Array(3).fill('answer 1'))
    expect(inner.requests).toHaveLength(1)
  })

  it('lets the others go on by themselves when the call they waited for fails, one of them when it is left', async () => {
    const clock = virtualClock()
    const script = (_: ChatRequest, call: number): Script =>
      call === 2 ? { error: new Error('no'), delayMs: 100 } : { text: `answer ${call}`, delayMs: 100 }
    const inner = scriptedModel('t/m', script, clock)
    const model = withCache(inner, setUp(clock))
    const leaving = new AbortController()
    const ask = (runId: string, by = signal): Promise<string> =>
      collect(model.stream(REQUEST, { signal: by, runId })).then(
        ({ text }) => text,
        () => 'failed',
      )
    clock.after(50, () => leaving.abort())
    const answers = await clock.run(Promise.all([ask('a', leaving.signal), ask('b'), ask('c'), ask('d')]))
    // a leaves, b asks and fails, c and d ask each for themselves.
    expect(answers).toEqual(['failed', 'failed', 'answer 3', 'answer 4'])
  })

  it('does not make the second copy of a slow call wait for the first', async () => {
    const clock = virtualClock()
    const inner = scriptedModel(
      't/m',
      (_, call) => ({ text: `answer ${call}`, delayMs: call === 1 ? 60_000 : 100 }),
      clock,
    )
    const model = withCache(inner, setUp(clock))
    const plan = compile(
      {
        stages: [{ kind: 'propose', slots: ['t/m'], policy: { hedge: { afterMs: 500 } } }, { kind: 'pick' }],
      },
      'hedged',
    )
    const mixture = createMixture(plan, { resolve: () => model, clock })
    const startedAt = clock.now()
    const result = await clock.run(collect(mixture.stream(REQUEST, { signal })))
    expect(result.text).toBe('answer 2')
    expect(clock.now() - startedAt).toBeLessThan(1000)
  })

  it('forgets what is too old, and what was not of use for longest when there is too much', async () => {
    const clock = virtualClock()
    const store = openSqliteStore(newFile(), { clock })
    const cache = new ResponseCache(store, { clock, limits: { maxBytes: 60_000, maxAgeMs: 1000 } })
    const inner = scriptedModel('t/m', () => 'x'.repeat(1000), clock)
    const model = withCache(inner, { cache, counts: new SampleCounts(), flights: new Flights(), clock })
    const ask = (content: string): Promise<unknown> =>
      clock.run(collect(model.stream({ messages: [{ role: 'user', content }] }, { signal })))
    for (let index = 0; index < 200; index += 1) {
      await ask(`question ${index}`)
      await clock.advance(1)
      await ask('question 0')
    }
    expect(cache.stats().bytes).toBeLessThan(60_000 + 64 * 1500)
    expect(inner.requests).toHaveLength(200)
    await clock.advance(2000)
    await ask('question 0')
    expect(inner.requests).toHaveLength(201)
  })

  it('goes on without a store that fails, and says so once', async () => {
    const problems: string[] = []
    const store = openSqliteStore(newFile())
    const cache = new ResponseCache(store, { onProblem: ({ message }) => problems.push(message) })
    const inner = scriptedModel('t/m', (_, call) => `answer ${call}`)
    const model = withCache(inner, { cache, counts: new SampleCounts(), flights: new Flights() })
    store.close()
    for (const text of ['answer 1', 'answer 2'])
      expect((await collect(model.stream(REQUEST, { signal }))).text).toBe(text)
    expect(problems).toEqual([expect.stringMatching(/^The cache failed \(.+\); going on without it\.$/)])
  })

  it('counts what it has brought', async () => {
    const options = setUp()
    const model = withCache(
      scriptedModel('t/m', () => 'fine'),
      options,
    )
    for (let call = 0; call < 3; call += 1) await read(model)
    expect(options.cache.stats()).toMatchObject({ answers: 1, hits: 2, savedUsd: 0.002 })
  })
})
