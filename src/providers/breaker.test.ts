import { describe, expect, it } from 'vitest'
import type { ErrorInfo } from '../core/index.js'
import { virtualClock, type VirtualClock } from '../sim/virtual-clock.js'
import { Breaker, type BreakerPolicy } from './breaker.js'

const BROKEN: ErrorInfo = { code: 'upstream_error', message: 'It answered 500.' }

function setUp(policy: BreakerPolicy = {}): { clock: VirtualClock; breaker: Breaker; fail: () => void } {
  const clock = virtualClock()
  const breaker = new Breaker('up/m', { failures: 3, openMs: 1000, maxOpenMs: 4000, clock, ...policy })
  return { clock, breaker, fail: () => breaker.tell(breaker.enter(), BROKEN) }
}

describe('Breaker', () => {
  it('leaves an upstream alone after failures in a row, and says why and for how long', () => {
    const { breaker, fail } = setUp()
    for (let call = 0; call < 3; call += 1) fail()
    expect(breaker.status).toEqual({
      upstream: 'up/m',
      state: 'open',
      failures: 3,
      probeInMs: 1000,
      lastError: BROKEN,
    })
    const refusal = expect.objectContaining({
      code: 'circuit_open',
      retryable: false,
      retryAfterMs: 1000,
      message:
        'up/m has failed 3 times in a row and is left alone for another 1 s. The last failure: It answered 500.',
    }) as unknown
    expect(() => breaker.enter()).toThrow(refusal)
    expect(() => breaker.check()).toThrow(refusal)
  })

  it('lets one probe through when the time is over: failure opens for twice as long, up to the bound', async () => {
    const { clock, breaker, fail } = setUp()
    for (let call = 0; call < 3; call += 1) fail()
    const waits: number[] = []
    for (let probe = 0; probe < 4; probe += 1) {
      await clock.advance(breaker.status.probeInMs)
      expect(breaker.state).toBe('half-open')
      fail()
      waits.push(breaker.status.probeInMs)
    }
    expect(waits).toEqual([2000, 4000, 4000, 4000])
  })

  it('closes with a probe that succeeds, and begins anew', async () => {
    const { clock, breaker, fail } = setUp()
    for (let call = 0; call < 3; call += 1) fail()
    await clock.advance(1000)
    breaker.tell(breaker.enter(), 'healthy')
    expect(breaker.status).toEqual({ upstream: 'up/m', state: 'closed', failures: 0, probeInMs: 0 })
    fail()
    fail()
    expect(breaker.state).toBe('closed')
    fail()
    expect(breaker.status).toMatchObject({ state: 'open', probeInMs: 1000 })
  })

  it('admits no second call while the probe is under way, and another probe when the first says nothing', async () => {
    const { clock, breaker, fail } = setUp()
    for (let call = 0; call < 3; call += 1) fail()
    await clock.advance(1000)
    const probe = breaker.enter()
    expect(() => breaker.enter()).toThrow(/until the probe under way is answered/)
    expect(() => breaker.check()).toThrow(/until the probe under way is answered/)
    breaker.tell(probe, undefined)
    breaker.tell(breaker.enter(), 'healthy')
    expect(breaker.state).toBe('closed')
  })

  it('counts failures only in a row and within the window', async () => {
    const { clock, breaker, fail } = setUp({ windowMs: 500 })
    fail()
    fail()
    breaker.tell(breaker.enter(), 'healthy')
    fail()
    fail()
    expect(breaker.state).toBe('closed')
    await clock.advance(500)
    fail()
    expect(breaker.status).toMatchObject({ state: 'closed', failures: 1 })
  })

  it('does not hear calls that began before it opened', async () => {
    const { clock, breaker, fail } = setUp()
    const [first, second] = [breaker.enter(), breaker.enter()]
    for (let call = 0; call < 3; call += 1) fail()
    await clock.advance(600)
    breaker.tell(first, BROKEN)
    expect(breaker.status).toMatchObject({ failures: 3, probeInMs: 400 })
    breaker.tell(second, 'healthy')
    expect(breaker.state).toBe('open')
  })

  it('keeps a first time that is longer than the usual bound', () => {
    const breaker = new Breaker('up', { failures: 1, openMs: 600_000, clock: virtualClock() })
    breaker.tell(breaker.enter(), BROKEN)
    expect(breaker.status.probeInMs).toBe(600_000)
  })
})
