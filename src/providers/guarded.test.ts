import { describe, expect, it } from 'vitest'
import { scriptedModel } from '../../test/scripted-model.js'
import { collect, type ChatRequest, type Model } from '../core/index.js'
import { simModel, virtualClock } from '../sim/index.js'
import { Limiter } from '../util/index.js'
import { guarded } from './guarded.js'
import { RateLimits } from './rate-limits.js'

const REQUEST: ChatRequest = { messages: [{ role: 'user', content: 'hi' }] }
const never = new AbortController().signal
const ask = (model: Model, request = REQUEST): Promise<unknown> =>
  collect(model.stream(request, { signal: never }))

describe('guarded by a limiter', () => {
  it('lets only so many calls run at a time', async () => {
    const clock = virtualClock()
    const inner = scriptedModel('m', () => ({ text: 'x', delayMs: 100 }), clock)
    const limiter = new Limiter(2)
    const model = guarded(inner, { limiter })
    const work = Promise.all([ask(model), ask(model), ask(model), ask(model), ask(model)])
    await clock.advance(50)
    expect([inner.open, limiter.waiting]).toEqual([2, 3])
    const from = clock.now()
    await clock.run(work)
    expect(clock.now() - from).toBe(250)
    expect(limiter.active).toBe(0)
  })

  it.each<[string, (model: Model) => Promise<unknown>]>([
    ['read to the end', ask],
    [
      'read to its finish event and no further',
      async (model) => {
        const iterator = model.stream(REQUEST, { signal: never })[Symbol.asyncIterator]()
        for (;;) {
          const { value } = await iterator.next()
          if (value?.type === 'finish') return
        }
      },
    ],
    [
      'left early',
      async (model) => {
        for await (const _event of model.stream(REQUEST, { signal: never })) break
      },
    ],
    [
      'aborted',
      async (model) => {
        const controller = new AbortController()
        const iterator = model.stream(REQUEST, { signal: controller.signal })[Symbol.asyncIterator]()
        await iterator.next()
        controller.abort()
        await iterator.next().catch(() => {})
      },
    ],
    [
      'never begun',
      async (model) => {
        await model.stream(REQUEST, { signal: never })[Symbol.asyncIterator]().return?.()
      },
    ],
  ])('gives the place back when the stream is %s', async (_name, use) => {
    const limiter = new Limiter(1)
    await use(
      guarded(
        scriptedModel('m', () => ({ pieces: ['a', 'b'] })),
        { limiter },
      ),
    )
    expect(limiter.active).toBe(0)
  })

  it('gives the place back when the call fails', async () => {
    const limiter = new Limiter(1)
    const model = guarded(
      scriptedModel('m', () => ({ error: new TypeError('oops') })),
      { limiter },
    )
    await expect(ask(model)).rejects.toThrow('oops')
    expect(limiter.active).toBe(0)
  })

  it('leaves the line when aborted', async () => {
    const limiter = new Limiter(1)
    const held = await limiter.acquire(never)
    const controller = new AbortController()
    const inner = scriptedModel('m', () => 'x')
    const iterator = guarded(inner, { limiter })
      .stream(REQUEST, { signal: controller.signal })
      [Symbol.asyncIterator]()
    const pending = iterator.next().catch((error: unknown) => error)
    const reason = new Error('enough')
    controller.abort(reason)
    expect(await pending).toBe(reason)
    expect(await iterator.next()).toEqual({ value: undefined, done: true })
    held()
    expect([limiter.active, limiter.waiting, inner.requests.length]).toEqual([0, 0, 0])
  })

  it('does not begin when its reader left while it stood in line', async () => {
    const limiter = new Limiter(1)
    const held = await limiter.acquire(never)
    const inner = scriptedModel('m', () => 'x')
    const iterator = guarded(inner, { limiter }).stream(REQUEST, { signal: never })[Symbol.asyncIterator]()
    const pending = iterator.next()
    await iterator.return?.()
    held()
    expect(await pending).toEqual({ value: undefined, done: true })
    expect([limiter.active, inner.requests.length]).toEqual([0, 0])
  })
})

describe('guarded by rates', () => {
  const seconds = async (
    limits: { requestsPerMinute?: number; tokensPerMinute?: number },
    requests: ChatRequest[],
  ): Promise<number[]> => {
    const clock = virtualClock()
    const from = clock.now()
    const model = guarded(simModel('ada+tokens=10', { clock, latency: { first: 0, pace: 0 } }), {
      rates: new RateLimits({ ...limits, clock }),
    })
    const work = requests.map(async (request) => {
      await ask(model, request)
      return Math.round((clock.now() - from) / 1000)
    })
    return clock.run(Promise.all(work))
  }

  it('spaces requests out', async () => {
    expect(await seconds({ requestsPerMinute: 2 }, [REQUEST, REQUEST, REQUEST, REQUEST])).toEqual([
      0, 0, 30, 60,
    ])
  })

  it('counts the tokens a request may take, and gives back those it did not', async () => {
    const big = { ...REQUEST, maxTokens: 900 }
    const waits = await seconds({ tokensPerMinute: 1000 }, [big, big, big])
    expect(waits[0]).toBe(0)
    // The first gave back nearly all of its 900 as soon as it was done.
    expect(Math.max(...waits)).toBeLessThan(10)
  })

  it('waits for tokens that are really spent', async () => {
    const clock = virtualClock()
    const rates = new RateLimits({ tokensPerMinute: 60, clock })
    const model = guarded(simModel('ada+tokens=100', { clock, latency: { first: 0, pace: 0 } }), { rates })
    await clock.run(ask(model))
    const from = clock.now()
    await clock.run(ask(model))
    expect(clock.now() - from).toBeGreaterThan(30_000)
  })

  it('wakes up when aborted, and takes nothing', async () => {
    const clock = virtualClock()
    const rates = new RateLimits({ requestsPerMinute: 1, tokensPerMinute: 1_000_000, clock })
    const inner = scriptedModel('m', () => 'x')
    const model = guarded(inner, { rates })
    await ask(model)
    const controller = new AbortController()
    const iterator = model.stream(REQUEST, { signal: controller.signal })[Symbol.asyncIterator]()
    const pending = iterator.next().catch((error: unknown) => error)
    await clock.advance(1000)
    const reason = new Error('enough')
    controller.abort(reason)
    expect(await pending).toBe(reason)
    expect(await iterator.next()).toEqual({ value: undefined, done: true })
    expect([clock.pending, inner.requests.length]).toEqual([0, 1])
  })
})
