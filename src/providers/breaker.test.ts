import { describe, expect, it } from 'vitest'
import { scriptedModel, failing } from '../../test/scripted-model.js'
import { collect, MoaError, type Model } from '../core/index.js'
import { virtualClock, type VirtualClock } from '../sim/virtual-clock.js'
import { Breaker, withBreaker } from './breaker.js'

const signal = new AbortController().signal
const request = { messages: [{ role: 'user' as const, content: 'q' }] }

function setup(healthy: () => boolean): {
  clock: VirtualClock
  model: Model
  calls: () => number
  breaker: Breaker
} {
  const clock = virtualClock()
  const breaker = new Breaker({ failures: 3, openMs: 1000, maxOpenMs: 4000, clock })
  const inner = scriptedModel('up/m', () => (healthy() ? 'fine' : failing()), clock)
  return { clock, breaker, model: withBreaker(inner, breaker), calls: () => inner.requests.length }
}

describe('withBreaker', () => {
  it('leaves an upstream alone after failures in a row, and says for how long', async () => {
    const { clock, model, calls, breaker } = setup(() => false)
    for (let call = 0; call < 3; call += 1)
      await expect(clock.run(collect(model.stream(request, { signal })))).rejects.toMatchObject({
        code: 'upstream_error',
      })
    expect(breaker.state).toBe('open')
    await expect(collect(model.stream(request, { signal }))).rejects.toMatchObject({
      code: 'circuit_open',
      retryAfterMs: 1000,
      retryable: false,
    })
    expect(calls()).toBe(3)
  })

  it('lets one probe through when the time is over: success closes, failure opens for twice as long', async () => {
    let healthy = false
    const { clock, model, calls, breaker } = setup(() => healthy)
    const call = (): Promise<unknown> =>
      clock.run(collect(model.stream(request, { signal }))).catch((error: unknown) => error)
    for (let index = 0; index < 3; index += 1) await call()
    await clock.advance(1000)
    expect(breaker.state).toBe('half-open')
    await call()
    expect(calls()).toBe(4)
    await clock.advance(1000)
    expect(breaker.state).toBe('open')
    await clock.advance(1000)
    healthy = true
    await call()
    expect(breaker.state).toBe('closed')
    await call()
    expect(calls()).toBe(6)
  })

  it('admits no second call while the probe is under way', async () => {
    const { clock, model } = setup(() => false)
    for (let index = 0; index < 3; index += 1)
      await clock.run(collect(model.stream(request, { signal }))).catch(() => {})
    await clock.advance(1000)
    const probe = collect(model.stream(request, { signal })).catch((error: unknown) => error)
    await expect(collect(model.stream(request, { signal }))).rejects.toMatchObject({ code: 'circuit_open' })
    await clock.run(probe)
  })

  it('counts neither successes between failures, nor refusals, nor aborts', async () => {
    const clock = virtualClock()
    const breaker = new Breaker({ failures: 2, clock })
    const refused = { error: new MoaError('authentication', 'no') }
    const script = [failing(), 'fine', failing(), refused, failing()]
    const inner = scriptedModel('up/m', (_, call) => script[call - 1] ?? 'fine', clock)
    const model = withBreaker(inner, breaker)
    for (const _ of script) await clock.run(collect(model.stream(request, { signal }))).catch(() => {})
    expect(breaker.state).toBe('closed')
    const controller = new AbortController()
    controller.abort(new Error('left'))
    await collect(model.stream(request, { signal: controller.signal })).catch(() => {})
    expect(breaker.state).toBe('closed')
  })
})
