import { describe, expect, it } from 'vitest'
import { failing, scriptedModel, type ScriptedModel } from '../../test/scripted-model.js'
import { MoaError, collect, type CallRecord, type ChatRequest, type Model } from '../core/index.js'
import { simModel, virtualClock, type VirtualClock } from '../sim/index.js'
import { seededRandom } from '../util/index.js'
import { guarded, type Guards } from './guarded.js'
import type { RetryPolicy } from './retry.js'

const REQUEST: ChatRequest = { messages: [{ role: 'user', content: 'hi' }] }
const HALF = { next: () => 0.5 }

const scripted =
  (script: Parameters<typeof scriptedModel>[1]) =>
  (clock: VirtualClock): ScriptedModel =>
    scriptedModel('m', script, clock)

function setUp<M extends Model>(
  model: (clock: VirtualClock) => M,
  options: RetryPolicy & Pick<Guards, 'random'> = {},
) {
  const clock = virtualClock()
  const inner = model(clock)
  const calls: CallRecord[] = []
  const controller = new AbortController()
  const { random = HALF, ...retry } = options
  const retrying = guarded(inner, { clock, random, retry })
  const stream = () =>
    retrying.stream(REQUEST, { signal: controller.signal, onCall: (call) => calls.push(call) })
  const startedAt = clock.now()
  return { inner, clock, calls, controller, stream, elapsed: () => clock.now() - startedAt }
}

const failed = (facts: { retryable?: boolean; retryAfterMs?: number } = {}): Error =>
  new MoaError('rate_limited', 'lab limits the request rate', { retryable: true, status: 429, ...facts })

async function thrown(work: Promise<unknown>): Promise<MoaError> {
  const error: unknown = await work.catch((reason: unknown) => reason)
  if (error instanceof MoaError) return error
  throw error
}

describe('guarded by retries', () => {
  it('asks again after retryable failures, waiting longer each time', async () => {
    const { clock, stream, elapsed } = setUp(
      scripted((_request, call) => (call < 4 ? failing() : 'done')),
      { attempts: 4, baseMs: 100, maxMs: 300 },
    )
    expect((await clock.run(collect(stream()))).text).toBe('done')
    // Half of 100, 200, and 300, which 400 is cut to.
    expect(elapsed()).toBe(50 + 100 + 150)
  })

  it('draws its waits from the whole range, the same ones for the same seed', async () => {
    const wait = async (seed: number): Promise<number> => {
      const { clock, stream, elapsed } = setUp(
        scripted((_request, call) => (call < 3 ? failing() : 'done')),
        { random: seededRandom(seed) },
      )
      await clock.run(collect(stream()))
      return elapsed()
    }
    expect(await wait(1)).toBe(await wait(1))
    const waits = await Promise.all([1, 2, 3, 4, 5, 6].map(wait))
    expect(new Set(waits).size).toBe(6)
    for (const ms of waits) expect(ms).toBeLessThanOrEqual(500 + 1000)
  })

  it('counts attempts in the records, each its own', async () => {
    const { clock, calls, stream } = setUp((clock) => simModel('ada+429=2', { clock }))
    await clock.run(collect(stream()))
    expect(calls.map(({ attempt, outcome }) => [attempt, outcome])).toEqual([
      [1, 'failed'],
      [2, 'failed'],
      [3, 'completed'],
    ])
    expect(new Set(calls.map((call) => call.id)).size).toBe(3)
  })

  it('never waits less than the upstream asks for', async () => {
    const { clock, stream, elapsed } = setUp(
      scripted((_request, call) => (call === 1 ? { error: failed({ retryAfterMs: 7000 }) } : 'done')),
      { baseMs: 100 },
    )
    await clock.run(collect(stream()))
    expect(elapsed()).toBe(7050)
  })

  it('gives up at once when the upstream asks for too long a wait, and says so', async () => {
    const { clock, stream, elapsed } = setUp(
      scripted(() => ({ error: failed({ retryAfterMs: 90_500 }) })),
      { maxWaitMs: 60_000 },
    )
    const error = await thrown(clock.run(collect(stream())))
    expect(elapsed()).toBe(0)
    expect(error).toMatchObject({ code: 'rate_limited', status: 429, retryAfterMs: 90_500, retryable: true })
    expect(error.message).toBe(
      'lab limits the request rate. It asks to wait 91 s, longer than the 60 s this client waits.',
    )
  })

  it('throws the last error with the attempts counted', async () => {
    const { clock, stream } = setUp(scripted(() => ({ error: failed() })))
    const error = await thrown(clock.run(collect(stream())))
    expect(error.message).toBe('lab limits the request rate. It failed 3 times.')
    expect(error).toMatchObject({ code: 'rate_limited', status: 429 })
  })

  it.each([
    ['an error that is not retryable', failed({ retryable: false })],
    ['an error that is none of ours', new TypeError('oops')],
  ])('passes on %s as it is', async (_name, error) => {
    const { inner, clock, stream } = setUp(scripted(() => ({ error })))
    expect(await clock.run(collect(stream()).catch((reason: unknown) => reason))).toBe(error)
    expect(inner.requests).toHaveLength(1)
  })

  it('never asks again once the answer has begun', async () => {
    const { inner, clock, stream } = setUp(scripted(() => ({ pieces: ['a'], error: failed() })))
    const error = await thrown(clock.run(collect(stream())))
    expect(error.message).toBe('lab limits the request rate')
    expect(inner.requests).toHaveLength(1)
  })

  it('can be told not to retry', async () => {
    const { inner, clock, stream } = setUp(
      scripted(() => ({ error: failed() })),
      { attempts: 1 },
    )
    expect((await thrown(clock.run(collect(stream())))).message).toBe('lab limits the request rate')
    expect(inner.requests).toHaveLength(1)
  })

  it('wakes up from its wait when aborted, and throws the reason', async () => {
    const { clock, controller, stream } = setUp(scripted(() => ({ error: failed({ retryAfterMs: 30_000 }) })))
    const reason = new Error('enough')
    const work = collect(stream()).catch((error: unknown) => error)
    await clock.advance(1000)
    controller.abort(reason)
    expect(await work).toBe(reason)
    expect(clock.pending).toBe(0)
  })

  it('stops waiting when its reader leaves', async () => {
    const { clock, stream } = setUp(scripted(() => ({ error: failed({ retryAfterMs: 30_000 }) })))
    const iterator = stream()[Symbol.asyncIterator]()
    const pending = iterator.next()
    await clock.advance(1000)
    await iterator.return?.()
    expect(await pending).toEqual({ value: undefined, done: true })
    expect(clock.pending).toBe(0)
  })

  it('adds what failed attempts spent to the finish event', async () => {
    const { clock, calls, stream } = setUp(
      (clock) => simModel('ada+hang-before=1', { clock, price: { input: 1, output: 1 } }),
      { attempts: 2 },
    )
    const result = await clock.run(collect(stream()))
    expect(calls.map((call) => [call.outcome, call.usageSource])).toEqual([
      ['failed', 'estimated'],
      ['completed', 'reported'],
    ])
    const [first, second] = calls as [CallRecord, CallRecord]
    expect(first.usage.inputTokens).toBeGreaterThan(0)
    expect(result.usage.inputTokens).toBe(first.usage.inputTokens + second.usage.inputTokens)
    expect(result.cost.usd).toBeCloseTo((first.costUsd ?? 0) + (second.costUsd ?? 0), 12)
  })

  it('keeps the id and the capabilities of its model', () => {
    const model = { ...scriptedModel('lab/m', () => 'x'), capabilities: { prefill: true } }
    expect(guarded(model, { retry: {} })).toMatchObject({ id: 'lab/m', capabilities: { prefill: true } })
  })
})
