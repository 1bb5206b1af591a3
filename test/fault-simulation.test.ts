import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MoaError, type CallRecord, type Model, type ModelEvent } from '../src/core/index.js'
import { compile, createMixture, type PanelPolicy, type RecipeInput } from '../src/engine/index.js'
import { simModel, virtualClock } from '../src/sim/index.js'

/**
 * Random mixtures of simulated models with random faults on a clock of their own: hours of stalls in milliseconds, the
 * same again for the same seed.
 */

const RUNS = Number(process.env['MOA_FAULT_RUNS'] ?? 1500)

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
  /** When the client hangs up, if it does. */
  leaveAfterMs: fc.option(fc.integer({ min: 0, max: 20_000 }), { nil: undefined, freq: 6 }),
})

interface Observed {
  readonly events: readonly ModelEvent[]
  readonly error: unknown
  readonly elapsedMs: number
  readonly calls: readonly CallRecord[]
  /** Calls that reached a model, counted where they arrive. */
  readonly arrived: number
  readonly stillOpen: number
  readonly pendingTimers: number
}

async function observe(input: {
  recipe: RecipeInput
  deadlineMs: number
  delivery: 'stream' | 'whole'
  liveProposals: boolean
  seed: number
  leaveAfterMs: number | undefined
}): Promise<Observed> {
  const clock = virtualClock()
  let arrived = 0
  let open = 0
  const resolve = (name: string): Model => {
    const inner = simModel(name.slice('sim/'.length), {
      clock,
      seed: input.seed,
      price: { input: 1, output: 2 },
    })
    return {
      ...inner,
      async *stream(request, options) {
        arrived += 1
        open += 1
        try {
          yield* inner.stream(request, options)
        } finally {
          open -= 1
        }
      },
    }
  }
  const mixture = createMixture(compile(input.recipe, 'random'), { resolve, clock, newRunId: () => 'run' })
  const controller = new AbortController()
  if (input.leaveAfterMs !== undefined)
    clock.after(input.leaveAfterMs, () => controller.abort(new MoaError('aborted', 'the client left')))
  const events: ModelEvent[] = []
  const calls: CallRecord[] = []
  let error: unknown
  const startedAt = clock.now()
  const work = async (): Promise<void> => {
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
  }
  await clock.run(work())
  const elapsedMs = clock.now() - startedAt
  return { events, error, elapsedMs, calls, arrived, stillOpen: open, pendingTimers: clock.pending }
}

describe('random mixtures with random faults', () => {
  it(`keeps every promise in ${RUNS} runs`, async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (input) => {
        const { events, error, elapsedMs, calls, arrived, stillOpen, pendingTimers } = await observe(input)
        const finishes = events.filter(({ type }) => type === 'finish')
        const finish = events.at(-1)

        // One terminal event, or an error, never both, nothing after it.
        expect(finishes.length + (error === undefined ? 0 : 1)).toBe(1)
        if (error === undefined) expect(finish?.type).toBe('finish')

        // Never past the deadline, and nothing left running.
        expect(elapsedMs).toBeLessThanOrEqual(input.deadlineMs + 1)
        expect(stillOpen).toBe(0)
        expect(pendingTimers).toBe(input.leaveAfterMs !== undefined && elapsedMs < input.leaveAfterMs ? 1 : 0)

        // The ledger is the upstream's log: every call that arrived is settled once.
        expect(calls).toHaveLength(arrived)
        expect(new Set(calls.map(({ id }) => id)).size).toBe(calls.length)
        if (finish?.type === 'finish') {
          expect(finish.usage.outputTokens).toBe(
            calls.reduce((sum, { usage }) => sum + usage.outputTokens, 0),
          )
          const settled = events.filter(({ type }) => type === 'call-settled')
          expect(settled).toHaveLength(calls.length)
        }

        const left = input.leaveAfterMs !== undefined && (error as MoaError | undefined)?.code === 'aborted'
        const proposals = events.filter(({ type }) => type === 'proposal-end')
        if (!left && error !== undefined) {
          // An answer is there whenever one usable answer existed.
          expect(proposals).toHaveLength(0)
          expect(['all_failed', 'deadline']).toContain((error as MoaError).code)
        }

        // Deviations are always disclosed.
        if (finish?.type === 'finish') {
          const failures = events.filter(({ type }) => type === 'proposal-failed')
          const degraded = finish.degraded ?? []
          if (failures.length > 0 || finish.reason === 'error') expect(degraded.length).toBeGreaterThan(0)
          expect(events.filter(({ type }) => type === 'degraded')).toHaveLength(degraded.length)
        }
      }),
      { numRuns: RUNS, seed: 20_240_607, endOnFailure: false },
    )
  }, 300_000)

  it('does the same again for the same seed', async () => {
    const [input] = fc.sample(scenario, { numRuns: 1, seed: 7 })
    if (!input) return
    const strip = (observed: Observed): string =>
      JSON.stringify({ ...observed, error: String(observed.error) }, (key, value: unknown) =>
        key === 'id' || key === 'requestId' ? undefined : value,
      )
    expect(strip(await observe(input))).toBe(strip(await observe(input)))
  })
})
