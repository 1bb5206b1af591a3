import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { scriptedModel, type Script } from '../../../test/scripted-model.js'
import { MoaError, textOf, type ChatRequest, type Message, type Model } from '../../core/index.js'
import { compile, createMixture } from '../../engine/index.js'
import { memoryStore, openSqliteStore, type Store } from '../../store/index.js'
import type { AnswerTable, Benchmark, Judge, Sample } from './benchmark.js'
import { checkNames, recordedModel, type Contestant } from './contestant.js'
import { EvalLogs, type EvalLog } from './eval-log.js'
import type { EvalEvent } from './events.js'
import { journaled } from './journaled.js'
import { runBenchmark, type RunOptions } from './run.js'
import { specHash, type RunSpec } from './run-spec.js'
import { selectSamples } from './select-samples.js'

const folder = mkdtempSync(join(tmpdir(), 'moa-harness-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const lastOf = (messages: readonly Message[]): string => textOf(messages.at(-1)?.content ?? '')

const samples: Sample[] = Array.from({ length: 6 }, (_, index) => ({
  id: `s${index}`,
  turns: [`first ${index}`, `second ${index}`],
}))

/** Two turns to answer; a judge rates each answer by a number. */
function twoTurns(judge: Judge): Benchmark {
  return {
    samples,
    request: ({ turns }, answered) => {
      const content = turns[answered.length]
      return content === undefined
        ? undefined
        : { messages: [{ role: 'user', content: `${answered.join()} ${content}` }] }
    },
    tasks: (answers: AnswerTable) =>
      answers.contestants.flatMap((name) =>
        samples
          .filter(({ id }) => answers.get(name, id))
          .map(({ id }) => ({ id: `${name}/${id}`, needs: [[name, id] as const] })),
      ),
    async judge(task, desk) {
      const [[name, id]] = task.needs as [[string, string]]
      const { text } = await desk.ask(
        { messages: [{ role: 'user', content: desk.answer(name, id).turns.join('|') }] },
        judge,
      )
      const score = Number(text)
      return { verdict: { score }, ...(Number.isNaN(score) && { unscored: 'no number' }) }
    },
  }
}

const spec = (contestants: readonly string[]): RunSpec => ({
  benchmark: 'mt-bench',
  contestants: contestants.map((name) => ({ name, fingerprint: name, recorded: false })),
  judges: [{ name: 'judge', fingerprint: 'judge' }],
  seed: 0,
  options: {},
})

function newRun(store: Store, names: readonly string[]): EvalLog {
  const own = spec(names)
  return new EvalLogs(store).create({ spec: own, specHash: specHash(own), createdAt: 1 }, samples)
}

const contestant = (name: string, model: Model): Contestant => ({
  name,
  model,
  recorded: false,
  fingerprint: name,
})

interface Bench {
  readonly log: EvalLog
  readonly events: EvalEvent[]
  readonly run: (options?: Partial<RunOptions>) => ReturnType<typeof runBenchmark>
}

function bench(log: EvalLog, contestants: readonly Contestant[], judge: Model): Bench {
  const events: EvalEvent[] = []
  return {
    log,
    events,
    run: (options = {}) =>
      runBenchmark({
        log,
        benchmark: twoTurns({ name: 'judge', model: judge, fingerprint: 'judge' }),
        contestants,
        concurrency: 3,
        resumed: false,
        signal: new AbortController().signal,
        onEvent: (event) => events.push(event),
        ...options,
      }),
  }
}

const echo = (id = 'p/echo'): ReturnType<typeof scriptedModel> =>
  scriptedModel(id, ({ messages }) => `<${lastOf(messages)}>`)
const five = (): ReturnType<typeof scriptedModel> => scriptedModel('p/judge', () => '5')

describe('a run', () => {
  it('asks every contestant every turn, judges everything, and journals all of it', async () => {
    const log = newRun(memoryStore(), ['echo'])
    const model = echo()
    const { run, events } = bench(log, [contestant('echo', model)], five())
    expect(await run()).toBe('finished')
    expect(model.requests).toHaveLength(12)
    expect(log.get('echo', 's3')).toMatchObject({
      turns: ['< first 3>', '<< first 3> second 3>'],
      usage: { inputTokens: 20, outputTokens: 10 },
      costUsd: 0.002,
      calls: 0,
    })
    expect([...log.judgments()].map(({ verdict }) => verdict)).toEqual(samples.map(() => ({ score: 5 })))
    expect(log.record).toMatchObject({
      status: 'finished',
      counts: { answers: { done: 6, failed: 0, total: 6 }, judgments: { done: 6, failed: 0, total: 6 } },
    })
    expect(log.record.settledUsd).toBeCloseTo(6 * 0.002 + 6 * 0.001, 12)
    expect(events.filter(({ type }) => type === 'item-end')).toHaveLength(12)
    expect(events.at(-1)).toMatchObject({ type: 'run-end', status: 'finished' })
    expect(model.requests.every(({ metadata }) => metadata?.['moa-item'] !== undefined)).toBe(true)
  })

  it('asks nothing again when it is run again', async () => {
    const log = newRun(memoryStore(), ['echo'])
    const [model, judge] = [echo(), five()]
    const { run } = bench(log, [contestant('echo', model)], judge)
    await run()
    expect(await run({ resumed: true })).toBe('finished')
    expect([model.requests.length, judge.requests.length]).toEqual([12, 6])
  })

  it('records what fails, goes on with the rest, and tries it again when resumed', async () => {
    const log = newRun(memoryStore(), ['shaky'])
    let broken = true
    const shaky = scriptedModel('p/shaky', ({ messages }): Script =>
      broken && lastOf(messages).includes('second 2')
        ? { error: new MoaError('upstream_error', 'down') }
        : { text: 'x' },
    )
    const { run, events } = bench(log, [contestant('shaky', shaky)], five())
    expect(await run()).toBe('stopped')
    expect(log.failures()).toMatchObject([{ kind: 'answer', error: { code: 'upstream_error' }, attempts: 1 }])
    expect(log.record).toMatchObject({ reason: expect.stringContaining('1 items failed') as string })
    expect(events.filter(({ type }) => type === 'item-failed')).toHaveLength(1)
    broken = false
    const before = shaky.requests.length
    expect(await run({ resumed: true })).toBe('finished')
    expect(shaky.requests.length - before).toBe(2)
    expect(log.failures()).toEqual([])
  })

  it('keeps a finished turn of an answer that failed later', async () => {
    const log = newRun(memoryStore(), ['shaky'])
    let broken = true
    const shaky = scriptedModel('p/shaky', ({ messages }): Script =>
      broken && lastOf(messages).includes('second')
        ? { error: new MoaError('upstream_error', 'down') }
        : { text: 'x' },
    )
    const { run } = bench(log, [contestant('shaky', journaled(shaky, log.calls))], five())
    await run()
    expect(shaky.requests).toHaveLength(12)
    broken = false
    expect(await run({ resumed: true })).toBe('finished')
    expect(shaky.requests).toHaveLength(18)
  })

  it('stops asking a contestant that can never answer, and still judges the others', async () => {
    const log = newRun(memoryStore(), ['good', 'locked'])
    const locked = scriptedModel('p/locked', () => ({ error: new MoaError('authentication', 'bad key') }))
    const { run } = bench(log, [contestant('good', echo()), contestant('locked', locked)], five())
    expect(await run()).toBe('stopped')
    expect(locked.requests.length).toBeLessThanOrEqual(3)
    expect(log.failures()).toHaveLength(6)
    expect([...log.judgments()]).toHaveLength(6)
  })

  it('stops with the error of a judge that can never judge', async () => {
    const log = newRun(memoryStore(), ['echo'])
    const judge = scriptedModel('p/judge', () => ({
      error: new MoaError('unsupported_parameter', 'no logprobs'),
    }))
    const { run } = bench(log, [contestant('echo', echo())], judge)
    await expect(run()).rejects.toThrow('no logprobs')
    expect(judge.requests.length).toBeLessThanOrEqual(3)
    expect(log.record.status).toBe('stopped')
  })

  it('keeps replies without a verdict as unscored', async () => {
    const log = newRun(memoryStore(), ['echo'])
    const { run } = bench(
      log,
      [contestant('echo', echo())],
      scriptedModel('p/judge', () => 'nonsense'),
    )
    expect(await run()).toBe('finished')
    expect([...log.judgments()].map(({ unscored }) => unscored)).toEqual(samples.map(() => 'no number'))
  })

  it('begins nothing that its money does not reach for, and goes on with more', async () => {
    const log = newRun(memoryStore(), ['echo'])
    const model = echo()
    const { run } = bench(log, [contestant('echo', model)], five())
    expect(await run({ maxCostUsd: 0.007, concurrency: 1 })).toBe('stopped')
    expect(model.requests).toHaveLength(6)
    expect(log.record.reason).toMatch(/--max-cost \$0\.007 is reached: \$0\.0060 are spent/)
    expect(await run({ maxCostUsd: 1 })).toBe('finished')
    expect(model.requests).toHaveLength(12)
  })

  it('refuses a budget for models without a price', async () => {
    const log = newRun(memoryStore(), ['free'])
    const unpriced: Model = {
      id: 'p/free',
      async *stream(request, options) {
        options.onCall?.({
          id: 'c',
          provider: 'p',
          model: 'free',
          attempt: 1,
          outcome: 'completed',
          usage: { inputTokens: 1, outputTokens: 1, cachedInputTokens: 0, reasoningTokens: 0 },
          usageSource: 'reported',
          costUsd: null,
          startedAt: 0,
          durationMs: 1,
        })
        yield* echo().stream(request, options)
      },
    }
    const { run } = bench(log, [contestant('free', unpriced)], five())
    expect(await run({ maxCostUsd: 1, concurrency: 1 })).toBe('stopped')
    expect(log.record.reason).toMatch(/no price is known for p\/free/)
  })

  it('stops at once when interrupted and can go on', async () => {
    const log = newRun(memoryStore(), ['slow'])
    const slow = scriptedModel('p/slow', () => ({ text: 'x', delayMs: 20 }))
    const controller = new AbortController()
    const { run } = bench(log, [contestant('slow', slow)], five())
    const running = run({ signal: controller.signal })
    setTimeout(() => controller.abort(new MoaError('aborted', 'Interrupted.')), 30)
    await expect(running).rejects.toThrow('Interrupted.')
    expect(log.record).toMatchObject({ status: 'stopped', reason: 'It was interrupted.' })
    expect(log.failures()).toEqual([])
    expect(slow.open).toBe(0)
    expect(await run({ resumed: true })).toBe('finished')
  })

  it('tells rate, money and the time that is left', async () => {
    const log = newRun(memoryStore(), ['echo'])
    let now = 0
    const clock = { now: () => (now += 100), after: () => () => {} }
    const { run, events } = bench(log, [contestant('echo', echo())], five())
    await run({ clock, concurrency: 1 })
    const ends = events.filter((event) => event.type === 'item-end')
    expect(ends[2]).toMatchObject({ phase: 'answers', count: { done: 3, failed: 0, total: 6 } })
    expect(ends[2]?.perMinute).toBeGreaterThan(0)
    expect(ends[2]?.remainingMs).toBeGreaterThan(ends[3]?.remainingMs ?? Infinity)
    expect(ends[2]?.spentUsd).toBeCloseTo(0.006, 10)
  })
})

describe('a mixture whose upstreams are journaled', () => {
  const recipe = { proposers: ['p/a', 'p/a', 'p/b'], aggregator: 'p/z', layers: 2 }
  const oneSample: Sample[] = [{ id: 'q', turns: ['question'] }]

  /** A mixture in a store of its own; `made` counts upstream calls over all openings. */
  function open(
    store: Store,
    id: string | undefined,
    script: (model: string, request: ChatRequest, call: number) => Script,
  ): {
    log: EvalLog
    mixture: Model
    made: string[]
  } {
    const logs = new EvalLogs(store)
    const own = spec(['mix'])
    const log =
      id === undefined
        ? logs.create({ spec: own, specHash: specHash(own), createdAt: 1 }, oneSample)
        : logs.find(id)
    const made: string[] = []
    const models = new Map<string, Model>()
    for (const name of ['p/a', 'p/b', 'p/z'])
      models.set(
        name,
        journaled(
          scriptedModel(name, (request, call) => {
            made.push(name)
            return script(name, request, call)
          }),
          log.calls,
        ),
      )
    const mixture = createMixture(compile(recipe, 'mix'), { resolve: (name) => models.get(name) as Model })
    return { log, mixture, made }
  }

  const oneTurn = (judge: Judge): Benchmark => ({
    ...twoTurns(judge),
    samples: oneSample,
    request: ({ turns }, answered) =>
      answered.length > 0 ? undefined : { messages: [{ role: 'user', content: turns[0] ?? '' }] },
    tasks: () => [],
  })
  const run = (log: EvalLog, mixture: Model): ReturnType<typeof runBenchmark> =>
    runBenchmark({
      log,
      benchmark: oneTurn({ name: 'judge', model: five(), fingerprint: 'j' }),
      contestants: [contestant('mix', mixture)],
      concurrency: 1,
      resumed: false,
      signal: new AbortController().signal,
    })

  it('goes on in mid-answer after a restart, with the same proposals, bill and time', async () => {
    const file = join(folder, 'mixture.db')
    const script = (model: string, _request: ChatRequest, call: number): Script => ({
      text: `${model} ${call}`,
      delayMs: model === 'p/b' ? 30 : 1,
    })
    const whole = open(memoryStore(), undefined, script)
    await run(whole.log, whole.mixture)

    // The aggregator breaks, as if the process had ended there.
    let store = openSqliteStore(file)
    const first = open(store, undefined, (model, request, call) =>
      model === 'p/z' ? { error: new MoaError('upstream_error', 'killed') } : script(model, request, call),
    )
    const fails: Model = {
      id: 'mix',
      async *stream(request, options) {
        for await (const event of first.mixture.stream(request, options)) {
          if (event.type === 'degraded') throw new MoaError('upstream_error', 'killed')
          yield event
        }
      },
    }
    expect(await run(first.log, fails)).toBe('stopped')
    expect(first.made.filter((name) => name !== 'p/z')).toHaveLength(3)
    store.close()

    store = openSqliteStore(file)
    const second = open(store, first.log.id, script)
    expect(await run(second.log, second.mixture)).toBe('finished')
    expect(second.made).toEqual(['p/z'])
    const [resumed, unbroken] = [second.log.get('mix', 'q')!, whole.log.get('mix', 'q')!]
    expect(resumed.turns).toEqual(unbroken.turns)
    expect([resumed.usage, resumed.costUsd, resumed.calls]).toEqual([
      unbroken.usage,
      unbroken.costUsd,
      unbroken.calls,
    ])
    expect(resumed.seconds).toBeGreaterThan(0.03)
    expect(second.log.calls.spentUsd()).toBe(0)
    store.close()
  })

  it('asks again for an answer that came to nothing', async () => {
    const store = memoryStore()
    const first = open(store, undefined, () => ({ text: '' }))
    expect(await run(first.log, first.mixture)).toBe('stopped')
    const second = open(store, first.log.id, (model) => ({ text: model }))
    expect(await run(second.log, second.mixture)).toBe('finished')
    expect(second.made).toHaveLength(4)
  })
})

describe('recorded contestants', () => {
  it('answer by sample and turn and fail for what they lack', async () => {
    const log = newRun(memoryStore(), ['old'])
    const turns = new Map(samples.slice(0, 5).map(({ id }) => [id, [`${id}.1`, `${id}.2`]]))
    const old: Contestant = {
      name: 'old',
      model: recordedModel('old', turns, 'old.json'),
      recorded: true,
      fingerprint: 'f',
    }
    const { run } = bench(log, [old], five())
    expect(await run()).toBe('stopped')
    expect(log.get('old', 's4')).toMatchObject({ turns: ['s4.1', 's4.2'], costUsd: 0, seconds: 0 })
    expect(log.failures()).toMatchObject([{ error: { message: 'old.json has no answer to s5.' } }])
  })

  it('need names of their own', () => {
    expect(() => checkNames([{ name: 'a' }, { name: 'a' }])).toThrow(/Two contestants are called "a"/)
  })
})

describe('runs of a store', () => {
  it('are found by the beginning of their id and by what they ask', () => {
    const store = memoryStore()
    const logs = new EvalLogs(store)
    const [a, b] = [newRun(store, ['a']), newRun(store, ['a'])]
    expect(b.id).toBe(`${a.id}-2`)
    expect(logs.find(a.id).id).toBe(a.id)
    const other = newRun(store, ['b'])
    expect(logs.find(other.id.slice(0, -1)).id).toBe(other.id)
    expect(() => logs.find('mt')).toThrow(/Several runs begin with "mt"/)
    expect(() => logs.find('x')).toThrow(/There is no run "x"/)
    expect(logs.sameSpec(specHash(spec(['b'])))?.id).toBe(other.id)
    expect(logs.sameSpec('?')).toBeUndefined()
  })
})

describe('selectSamples', () => {
  it('draws by seed, keeps the order, and takes from the front', () => {
    const ids = (options: { sample?: number; limit?: number; seed: number }): string[] =>
      selectSamples(samples, options).map(({ id }) => id)
    expect(ids({ limit: 2, seed: 0 })).toEqual(['s0', 's1'])
    expect(ids({ sample: 3, seed: 1 })).toEqual(ids({ sample: 3, seed: 1 }))
    expect(ids({ sample: 3, seed: 1 })).toEqual([...ids({ sample: 3, seed: 1 })].sort())
    expect(new Set([1, 2, 3, 4].map((seed) => ids({ sample: 3, seed }).join())).size).toBeGreaterThan(1)
    expect(() => ids({ sample: 7, seed: 0 })).toThrow(/--sample 7: the benchmark has 6/)
  })
})
