import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Flights, ResponseCache, SampleCounts, withCache } from '../src/cache/index.js'
import { Collector, MoaError, type CallRecord, type Model, type ModelEvent } from '../src/core/index.js'
import {
  LatencyBook,
  compile,
  createMixture,
  unusable,
  type PanelPolicy,
  type Plan,
  type RecipeInput,
} from '../src/engine/index.js'
import { guarded } from '../src/providers/guarded.js'
import { ProviderBreakers } from '../src/providers/provider-breakers.js'
import { simModel, virtualClock, type VirtualClock } from '../src/sim/index.js'
import { memoryStore } from '../src/store/index.js'

/**
 * Random mixtures of simulated models with random faults, hedges, breakers and caches on a clock of their own: hours of
 * stalls in milliseconds, the same again for the same seed.
 */

const SCENARIOS = Number(process.env['MOA_FAULT_RUNS'] ?? 1000)
const SEED = Number(process.env['MOA_FAULT_SEED'] ?? 20_240_607)

const modifier = fc.oneof(
  { weight: 4, arbitrary: fc.constant('') },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 30_000 }).map((ms) => `+first=${ms}`) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '+429+retry-after=50',
      '+500',
      '+timeout',
      '+hang-before',
      '+hang-between=2',
      '+disconnect=0',
      '+disconnect=3',
      '+malformed=2',
      '+error-mid=1',
      '+no-finish',
      '+empty',
      '+whitespace-only',
      '+length=4',
      '+html',
      '+error-200',
      '+content-filter',
      '+no-usage',
    ),
  },
)
const model = fc
  .tuple(fc.constantFrom('ada', 'grace', 'alan', 'edsger', 'barbara', 'donald'), modifier)
  .map(([name, fault]) => `sim/${name}+tokens=6+pace=10${fault}`)

const policy: fc.Arbitrary<PanelPolicy> = fc.record(
  {
    quorum: fc.constant(1),
    graceMs: fc.constantFrom(0, 500, 3000),
    concurrency: fc.integer({ min: 1, max: 3 }),
    hedge: fc.oneof(
      fc.record({ afterMs: fc.integer({ min: 1, max: 5000 }) }),
      fc.record({ afterMs: fc.integer({ min: 1, max: 5000 }), model }),
      fc.constant({ percentile: 90 }),
    ),
  },
  { requiredKeys: [] },
)

const panel = fc.record({
  kind: fc.constant('propose' as const),
  slots: fc.array(model, { minLength: 1, maxLength: 6 }),
  policy,
})
const ending = fc.oneof(
  fc.record({
    kind: fc.constant('synthesize' as const),
    slots: fc.array(model, { minLength: 1, maxLength: 3 }),
  }),
  fc.constant({ kind: 'pick' as const }),
)
const between = fc.oneof(
  fc.constant({ kind: 'vote' as const }),
  fc.constant({ kind: 'gate' as const, threshold: 0.9 }),
  fc.record({ kind: fc.constant('rank' as const), slots: fc.array(model, { minLength: 1, maxLength: 2 }) }),
  fc.constant({ kind: 'rank' as const, by: 'peers' as const }),
  fc.record({
    kind: fc.constant('critique' as const),
    slots: fc.array(model, { minLength: 1, maxLength: 1 }),
  }),
)
const recipe: fc.Arbitrary<RecipeInput> = fc
  .tuple(panel, fc.option(between, { nil: undefined }), fc.option(panel, { nil: undefined }), ending)
  .map(([first, middle, second, last]) => ({
    stages: [first, ...(middle ? [middle] : []), ...(second ? [second] : []), last],
  }))

const scenario = fc.record({
  recipe,
  deadlineMs: fc.constantFrom(2000, 10_000, 60_000),
  delivery: fc.constantFrom('stream' as const, 'whole' as const),
  liveProposals: fc.boolean(),
  seed: fc.integer(),
  /** Runs over the same models, one after another or at the same time. */
  runs: fc.integer({ min: 1, max: 3 }),
  together: fc.boolean(),
  breakers: fc.boolean(),
  cache: fc.boolean(),
  /** When the client of the first run hangs up, if it does. */
  leaveAfterMs: fc.option(fc.integer({ min: 0, max: 20_000 }), { nil: undefined, freq: 6 }),
})
type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never

/** A call as the upstream itself saw it. */
interface Served {
  readonly record: CallRecord
  readonly run: string
  /** It proposed something usable before anybody hung up. */
  readonly usable: boolean
}

interface Observed {
  readonly run: string
  readonly events: readonly ModelEvent[]
  readonly error: unknown
  readonly elapsedMs: number
  readonly calls: readonly CallRecord[]
  readonly served: readonly Served[]
  readonly left: boolean
}

interface World {
  readonly plan: Plan
  readonly runs: readonly Observed[]
  /** Calls that reached a model, counted where they arrive. */
  readonly arrived: number
  readonly stillOpen: number
  readonly pendingTimers: number
}

/** The upstream behind breakers and cache, with a log of its own. */
class Upstream {
  readonly served: Served[] = []
  arrived = 0
  open = 0
  readonly #scenario: Scenario
  readonly #plan: Plan
  readonly #clock: VirtualClock
  readonly #models = new Map<string, Model>()
  readonly #breakers: ProviderBreakers
  readonly #cache: ResponseCache
  readonly #shared = { counts: new SampleCounts(), flights: new Flights() }

  constructor(input: Scenario, plan: Plan, clock: VirtualClock) {
    this.#scenario = input
    this.#plan = plan
    this.#clock = clock
    this.#breakers = new ProviderBreakers('sim', { failures: 2, openMs: 4000, clock })
    this.#cache = new ResponseCache(memoryStore({ clock }), { clock })
  }

  /** The same name gives the same model, behind what the scenario puts around it. */
  model(name: string): Model {
    let model = this.#models.get(name)
    if (model === undefined) {
      model = this.#logged(name)
      if (this.#scenario.breakers) model = guarded(model, { breakers: this.#breakers.of(name) })
      if (this.#scenario.cache)
        model = withCache(model, { cache: this.#cache, ...this.#shared, clock: this.#clock })
      this.#models.set(name, model)
    }
    return model
  }

  #logged(name: string): Model {
    const inner = simModel(name.slice('sim/'.length), {
      clock: this.#clock,
      seed: this.#scenario.seed,
      price: { input: 1, output: 2 },
    })
    const stream: Model['stream'] = (request, options) => this.#serve(inner, request, options)
    return { ...inner, stream }
  }

  async *#serve(
    inner: Model,
    request: Parameters<Model['stream']>[0],
    options: Parameters<Model['stream']>[1],
  ): AsyncGenerator<ModelEvent> {
    // What is called off before it begins is no call.
    options.signal.throwIfAborted()
    this.arrived += 1
    this.open += 1
    const collector = new Collector()
    const proposing = this.#plan.stages[options.slot?.stage ?? -1]?.kind === 'propose'
    let usable = false
    let record: CallRecord | undefined
    const onCall = (call: CallRecord): void => {
      record = call
      options.onCall?.(call)
    }
    try {
      for await (const event of inner.stream(request, { ...options, onCall })) {
        collector.add(event)
        if (event.type === 'finish')
          usable = proposing && !options.signal.aborted && unusable(collector.result()) === undefined
        yield event
      }
    } finally {
      this.open -= 1
      if (record) this.served.push({ record, run: options.runId ?? '', usable })
    }
  }
}

async function observe(input: Scenario): Promise<World> {
  const clock = virtualClock()
  const plan = compile(input.recipe, 'random')
  const upstream = new Upstream(input, plan, clock)
  const latency = new LatencyBook()
  // A history, so that hedges by percentile have something to go by.
  for (const stage of plan.stages)
    for (const { slot } of stage.slots)
      for (let call = 1; call <= 10; call += 1) latency.add(slot.model, call * 100)
  let timers = 0
  const one = async (index: number): Promise<Observed> => {
    const run = `run ${index}`
    const mixture = createMixture(plan, {
      resolve: (name) => upstream.model(name),
      clock,
      latency,
      newRunId: () => run,
    })
    const controller = new AbortController()
    if (index === 0 && input.leaveAfterMs !== undefined) {
      timers += 1
      clock.after(input.leaveAfterMs, () => {
        timers -= 1
        controller.abort(new MoaError('aborted', 'the client left'))
      })
    }
    const events: ModelEvent[] = []
    const calls: CallRecord[] = []
    let error: unknown
    const startedAt = clock.now()
    try {
      for await (const event of mixture.stream(
        {
          messages: [{ role: 'user', content: 'What is 6 times 7?' }],
          limits: { deadlineMs: input.deadlineMs },
        },
        {
          signal: controller.signal,
          delivery: input.delivery,
          liveProposals: input.liveProposals,
          onCall: (call) => calls.push(call),
        },
      ))
        events.push(event)
    } catch (thrown) {
      error = thrown
    }
    const elapsedMs = clock.now() - startedAt
    const left = controller.signal.aborted && (error as MoaError | undefined)?.code === 'aborted'
    return { run, events, error, elapsedMs, calls, left, served: [] }
  }
  const all = Array.from({ length: input.runs }, (_, index) => index)
  const runs: Observed[] = []
  const work = async (): Promise<void> => {
    if (input.together) runs.push(...(await Promise.all(all.map(one))))
    else for (const index of all) runs.push(await one(index))
  }
  await clock.run(work())
  return {
    plan,
    runs: runs.map((run) => ({ ...run, served: upstream.served.filter((call) => call.run === run.run) })),
    arrived: upstream.arrived,
    stillOpen: upstream.open,
    pendingTimers: clock.pending - timers,
  }
}

/** What a bill is about, in an order of its own. */
const bill = (calls: readonly CallRecord[]): unknown[] =>
  calls
    .map(({ id, model, outcome, usage, usageSource, costUsd, finishReason, error }) => ({
      id,
      model,
      outcome,
      usage,
      usageSource,
      costUsd,
      finishReason,
      error: error?.code,
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1))

function expectOneEnd({ events, error }: Observed): void {
  const finishes = events.filter(({ type }) => type === 'finish')
  expect(finishes.length + (error === undefined ? 0 : 1)).toBe(1)
  if (error === undefined) expect(events.at(-1)?.type).toBe('finish')
}

/** Every call that was made is settled once, as its upstream saw it; what came from the cache was not made. */
function expectHonestBill({ events, calls, served }: Observed): void {
  expect(new Set(calls.map(({ id }) => id)).size).toBe(calls.length)
  const made = calls.filter(({ replayedFrom }) => replayedFrom === undefined)
  expect(bill(made)).toEqual(bill(served.map(({ record }) => record)))
  for (const { replayedFrom, costUsd, usage } of calls)
    if (replayedFrom !== undefined) expect([costUsd, usage.outputTokens]).toEqual([0, 0])
  const finish = events.at(-1)
  if (finish?.type !== 'finish') return
  const sum = (value: (call: CallRecord) => number): number =>
    made.reduce((total, call) => total + value(call), 0)
  expect(finish.usage.inputTokens).toBe(sum(({ usage }) => usage.inputTokens))
  expect(finish.usage.outputTokens).toBe(sum(({ usage }) => usage.outputTokens))
  expect(finish.cost.usd ?? 0).toBeCloseTo(
    sum(({ costUsd }) => costUsd ?? 0),
    9,
  )
  expect(events.filter(({ type }) => type === 'call-settled')).toHaveLength(calls.length)
}

/** An answer is there whenever one usable answer existed. */
function expectAnswer({ events, error, served, left }: Observed): void {
  const text = events.map((event) => (event.type === 'answer-delta' ? event.text : '')).join('')
  if (error === undefined) {
    expect(text.trim()).not.toBe('')
    return
  }
  if (left) return
  expect(served.filter(({ usable }) => usable)).toEqual([])
  expect(events.filter(({ type }) => type === 'proposal-end')).toHaveLength(0)
  expect(['all_failed', 'deadline']).toContain((error as MoaError).code)
}

/** Whatever differs from the recipe is told, with the slot it is about, in events and in the end. */
function expectDisclosure({ events }: Observed, plan: Plan): void {
  const finish = events.at(-1)
  if (finish?.type !== 'finish') return
  const degraded = finish.degraded ?? []
  const told = events.flatMap((event) => (event.type === 'degraded' ? [event.degradation] : []))
  expect(told).toEqual(degraded)
  const about = (slot: { readonly stage: number; readonly index: number }): string[] =>
    degraded
      .filter((entry) => entry.slot?.stage === slot.stage && entry.slot.index === slot.index)
      .map(({ code }) => code)
  for (const event of events) {
    if (event.type === 'proposal-failed') expect(about(event.slot)).toContain('proposer-failed')
    if (event.type === 'proposal-dropped' && event.reason.includes('deadline'))
      expect(about(event.slot)).toContain('deadline')
  }
  if (finish.reason === 'error') expect(degraded.map(({ code }) => code)).toContain('answer-broken-off')
  // Somebody else than the first aggregator wrote, or nobody of the chain did.
  const last = plan.stages.at(-1)!
  const stopped = events.some((event) => event.type === 'gate-end' && event.stopped)
  if (last.kind !== 'synthesize' || stopped) return
  const wrote = events.some(
    (event) =>
      event.type === 'call-settled' &&
      event.call.outcome === 'completed' &&
      event.call.slot?.stage === last.index &&
      event.call.slot.index === 0,
  )
  if (!wrote)
    expect(
      degraded.filter(({ code }) =>
        ['aggregator-fallback', 'answer-continued', 'answer-broken-off', 'deadline'].includes(code),
      ),
    ).not.toEqual([])
}

describe('random mixtures with random faults', () => {
  it(`keeps every promise in ${SCENARIOS} scenarios of up to three runs`, async () => {
    const seen = { runs: 0, answers: 0, errors: 0, left: 0, degraded: 0, cached: 0, refused: 0, hedged: 0 }
    await fc.assert(
      fc.asyncProperty(scenario, async (input) => {
        const { plan, runs, arrived, stillOpen, pendingTimers } = await observe(input)
        for (const run of runs) {
          expectOneEnd(run)
          expect(run.elapsedMs).toBeLessThanOrEqual(input.deadlineMs + 1)
          expectHonestBill(run)
          expectAnswer(run)
          expectDisclosure(run, plan)
          count(seen, run)
        }
        // Nothing is left running, and no call went unseen.
        expect(stillOpen).toBe(0)
        expect(pendingTimers).toBe(0)
        expect(runs.flatMap(({ served }) => served)).toHaveLength(arrived)
      }),
      { numRuns: SCENARIOS, seed: SEED, endOnFailure: false },
    )
    // The scenarios reach what they are about.
    if (SCENARIOS >= 1000) for (const times of Object.values(seen)) expect(times).toBeGreaterThan(20)
  }, 300_000)

  it('does the same again for the same seed', async () => {
    for (const input of fc.sample(scenario, { numRuns: 20, seed: 7 })) {
      const strip = ({ runs }: World): string =>
        JSON.stringify(
          runs.map((run) => ({ ...run, error: String(run.error) })),
          (key, value: unknown) => (key === 'id' || key === 'requestId' ? undefined : value),
        )
      expect(strip(await observe(input))).toBe(strip(await observe(input)))
    }
  })
})

function count(seen: Record<string, number>, { events, error, left, calls }: Observed): void {
  const add = (what: string, times: number): void => void (seen[what] = (seen[what] ?? 0) + times)
  const finish = events.at(-1)
  add('runs', 1)
  add('answers', error === undefined ? 1 : 0)
  add('errors', error !== undefined && !left ? 1 : 0)
  add('left', left ? 1 : 0)
  add('degraded', finish?.type === 'finish' && finish.degraded ? 1 : 0)
  add('cached', calls.filter(({ replayedFrom }) => replayedFrom === 'cache').length)
  add('hedged', calls.filter(({ hedge }) => hedge === true).length)
  const failures = events.flatMap((event) => (event.type === 'proposal-failed' ? [event.error.code] : []))
  add('refused', failures.filter((code) => code === 'circuit_open').length)
}
