import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MoaError, collect, type ChatRequest, type Model, type RunTrace } from '../core/index.js'
import { RecipeBook } from '../engine/index.js'
import { createProviders, type Providers } from '../providers/index.js'
import { startSimServer, virtualClock, type SimServer } from '../sim/index.js'
import { memoryStore, openSqliteStore, type Store } from '../store/index.js'
import { RunHistory, slotStats } from './index.js'

const SECRET_QUESTION = 'Where is the harbour of Quendaril?'
const request: ChatRequest = { messages: [{ role: 'user', content: SECRET_QUESTION }] }
const signal = new AbortController().signal

let server: SimServer
let providers: Providers
beforeAll(async () => {
  server = await startSimServer({ seed: 3 })
  const retry = { attempts: 2, baseMs: 1, maxMs: 1 }
  providers = createProviders({ providers: [{ name: 'up', baseURL: server.url, retry }] })
})
afterAll(async () => {
  await providers.close()
  await server.close()
})

const recipes = {
  flaky: {
    proposers: ['up/ada', 'up/grace+503', 'up/alan'],
    aggregator: ['up/edsger+500', 'up/barbara'],
  },
  inner: { proposers: ['up/ada', 'up/grace'], aggregator: 'up/alan' },
  outer: { proposers: ['inner', 'up/edsger'], aggregator: 'up/barbara' },
}
const model = (name: string): Model =>
  new RecipeBook({ recipes, model: (address) => providers.model(address) }).resolve(name)

async function traceOf(name: string, asked: ChatRequest = request): Promise<RunTrace> {
  const history = new RunHistory(() => memoryStore())
  await collect(history.observe(model(name), { source: 'test' }).stream(asked, { signal }))
  const [trace] = history.list()
  if (!trace) throw new Error('no run was kept')
  return trace
}

describe('a trace', () => {
  it('tells what became of each slot, with every call, retries and fallbacks included', async () => {
    const trace = await traceOf('flaky')
    expect(trace).toMatchObject({ version: 1, source: 'test', recipe: 'flaky', outcome: 'finished' })
    const [panel, answer] = trace.stages
    expect(panel?.slots.map(({ outcome }) => outcome)).toEqual(['used', 'failed', 'used'])
    expect(answer?.slots.map(({ outcome }) => outcome)).toEqual(['failed', 'used'])
    expect(trace.degraded.map(({ code }) => code)).toEqual(['proposer-failed', 'aggregator-fallback'])
    expect(
      trace.calls.filter(({ model }) => model.startsWith('grace')).map(({ attempt }) => attempt),
    ).toEqual([1, 2])
    expect(trace.usage.outputTokens).toBe(trace.calls.reduce((sum, { usage }) => sum + usage.outputTokens, 0))
    expect(trace.firstTokenMs).toBeLessThanOrEqual(trace.durationMs)
    for (const { startMs = -1, slots } of trace.stages)
      for (const slot of slots) expect(slot.startMs).toBeGreaterThanOrEqual(startMs)
  })

  it('has one stage for a single model, and its limits', async () => {
    const trace = await traceOf('up/ada', { ...request, limits: { deadlineMs: 5000 } })
    expect(trace).toMatchObject({
      recipe: 'up/ada',
      deadlineMs: 5000,
      stages: [{ kind: 'synthesize', slots: [{ name: 'up/ada', outcome: 'used' }] }],
    })
    expect(trace.calls).toHaveLength(1)
    expect(trace).not.toHaveProperty('recipeHash')
  })

  it('keeps calls of a recipe inside apart from those of its own slots', async () => {
    const trace = await traceOf('outer')
    expect(trace.calls).toHaveLength(5)
    const stats = slotStats([trace])
    expect(stats.map(({ slot, calls, share }) => [slot, calls, share])).toEqual([
      ['inner', 0, 1],
      ['up/edsger', 1, 1],
      ['up/barbara', 1, 1],
    ])
  })

  it('holds nothing of what was asked and answered, unless that is allowed', async () => {
    const result = await collect(model('flaky').stream(request, { signal }))
    const text = JSON.stringify(await traceOf('flaky'))
    for (const word of ['Quendaril', ...result.text.split(/\s+/).filter(({ length }) => length > 11)])
      expect(text).not.toContain(word)
    const history = new RunHistory(() => memoryStore(), {
      content: true,
      redact: (kept) => kept.replaceAll('Quendaril', '[key]'),
    })
    await collect(history.observe(model('flaky'), { source: 'test' }).stream(request, { signal }))
    const [trace] = history.list()
    expect(trace?.content?.messages[0]?.content).toBe('Where is the harbour of [key]?')
    expect(trace?.content?.answer).not.toBe('')
    expect(trace?.content?.proposals).toHaveLength(2)
  })

  it('tells failed runs from those whose reader left', async () => {
    const history = new RunHistory(() => memoryStore())
    const broken = history.observe(model('up/ada+400'), { source: 'test' })
    await expect(collect(broken.stream(request, { signal }))).rejects.toThrow()
    for await (const event of history.observe(model('flaky'), { source: 'test' }).stream(request, { signal }))
      if (event.type === 'answer-delta') break
    const controller = new AbortController()
    const stopped = history.observe(model('up/ada+first=60000'), { source: 'test' })
    const running = collect(stopped.stream(request, { signal: controller.signal }))
    controller.abort(new MoaError('aborted', 'Stopped.'))
    await expect(running).rejects.toThrow('Stopped.')
    const runs = [...history.list()].reverse()
    expect(runs.map(({ outcome }) => outcome)).toEqual(['failed', 'aborted', 'aborted'])
    expect(runs[0]?.error?.code).toBe('upstream_rejected')
    expect([...history.list({ only: 'failed' })]).toHaveLength(3)
  })
})

const stores: [string, () => Store][] = [
  ['memory', () => memoryStore()],
  ['SQLite', () => openSqliteStore(join(mkdtempSync(join(tmpdir(), 'moa-history-')), 'history.db'))],
]

describe.each(stores)('a history in %s', (_, open) => {
  const trace = (id: string, at: number, more: Partial<RunTrace> = {}): RunTrace => ({
    version: 1,
    id,
    at,
    durationMs: 1,
    source: 'test',
    recipe: 'r',
    outcome: 'finished',
    usage: { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, reasoningTokens: 0 },
    cost: { usd: null, unpricedCalls: 0 },
    degraded: [],
    stages: [],
    calls: [],
    ...more,
  })
  const ids = (runs: Iterable<RunTrace>): string[] => [...runs].map(({ id }) => id)

  it('lists the newest first, filtered', async () => {
    const history = new RunHistory(open)
    history.add(trace('run_a', 1000))
    history.add(trace('run_b', 3000, { recipe: 'other', degraded: [{ code: 'deadline', message: 'late' }] }))
    history.add(trace('run_c', 2000, { outcome: 'failed' }))
    expect(ids(history.list())).toEqual(['run_b', 'run_c', 'run_a'])
    expect(ids(history.list({ limit: 2 }))).toEqual(['run_b', 'run_c'])
    expect(ids(history.list({ since: 2000 }))).toEqual(['run_b', 'run_c'])
    expect(ids(history.list({ before: 2000 }))).toEqual(['run_a'])
    expect(ids(history.list({ recipe: 'other' }))).toEqual(['run_b'])
    expect(ids(history.list({ only: 'failed' }))).toEqual(['run_c'])
    expect(ids(history.list({ only: 'degraded' }))).toEqual(['run_b'])
    expect(ids(history.find('a'))).toEqual(['run_a'])
    expect(ids(history.find('run_'))).toHaveLength(3)
    expect(ids(history.find('last'))).toEqual(['run_b'])
    expect(history.delete(history.find('a'))).toBe(1)
    expect(ids(history.list())).toEqual(['run_b', 'run_c'])
    await history.close()
  })

  it('forgets what is too old or too much, the oldest first', () => {
    const history = new RunHistory(open, { retention: { keepRuns: 3 } })
    for (let run = 0; run < 250; run += 1) history.add(trace(`run_${run}`, run))
    // It looks every hundred runs, so a few more may be there.
    expect(ids(history.list()).length).toBeLessThan(60)
    history.prune()
    expect(ids(history.list())).toEqual(['run_249', 'run_248', 'run_247'])
    const small = new RunHistory(open, { retention: { maxBytes: 1000 } })
    for (let run = 0; run < 10; run += 1) small.add(trace(`run_${run}`, run))
    small.prune()
    expect(ids(small.list()).length).toBeLessThan(6)
    expect(ids(small.list())[0]).toBe('run_9')
  })

  it('loads the store when the first run has ended, and loses none meanwhile', async () => {
    let loaded: () => void = () => {}
    let begun = 0
    const load = (): Promise<void> => {
      begun += 1
      return new Promise((resolve) => (loaded = resolve))
    }
    const history = new RunHistory(open, { load })
    expect(begun).toBe(0)
    history.add(trace('run_a', 1))
    history.add(trace('run_b', 2))
    const closed = history.close()
    loaded()
    await closed
    expect(begun).toBe(1)
    const told: unknown[] = []
    const broken = new RunHistory(open, {
      load: () => Promise.reject(new Error('no such module')),
      onFailure: (error) => told.push(error),
    })
    broken.add(trace('run_a', 1))
    await broken.close()
    expect(told).toHaveLength(1)
  })

  it('holds runs back to write them together', async () => {
    const clock = virtualClock()
    const history = new RunHistory(open, { clock, holdMs: 500 })
    history.add(trace('run_a', 1))
    await clock.advance(400)
    history.add(trace('run_b', 2))
    expect(ids(history.list())).toEqual([])
    await clock.advance(100)
    expect(ids(history.list())).toEqual(['run_b', 'run_a'])
    history.add(trace('run_c', 3))
    history.flush()
    expect(ids(history.list({ limit: 1 }))).toEqual(['run_c'])
    expect(clock.pending).toBe(0)
  })
})

describe('a history that can not be written', () => {
  it('is told once and never keeps anybody from an answer', async () => {
    const told: unknown[] = []
    const open = (): Store => {
      throw new MoaError('file_unreadable', 'no place')
    }
    const history = new RunHistory(open, { onFailure: (error) => told.push(error) })
    const observed = history.observe(model('up/ada'), { source: 'test' })
    for (let run = 0; run < 2; run += 1)
      expect((await collect(observed.stream(request, { signal }))).text).not.toBe('')
    expect(told).toHaveLength(1)
  })
})

describe('slotStats', () => {
  it('counts only what was reached, and computes percentiles by nearest rank', async () => {
    const base = await traceOf('flaky')
    const stage = (durationMs: number): RunTrace => ({
      ...base,
      stages: [
        {
          kind: 'propose',
          startMs: 0,
          slots: [{ name: 'a', model: 'a', outcome: 'used', startMs: 0, durationMs }],
        },
        { kind: 'synthesize', slots: [{ name: 'b', model: 'b', outcome: 'idle' }] },
      ],
    })
    const [row, ...others] = slotStats(Array.from({ length: 100 }, (_, index) => stage(index + 1)))
    expect(others).toEqual([])
    expect(row).toMatchObject({
      runs: 100,
      share: 1,
      p50Ms: 50,
      p95Ms: 95,
      p99Ms: 99,
      calls: 0,
      costUsd: null,
    })
  })
})
