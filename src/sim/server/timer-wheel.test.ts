import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { virtualClock } from '../virtual-clock.js'
import { TimerWheel } from './timer-wheel.js'

describe('TimerWheel', () => {
  it('fires every timer once, never early and at most a tick and a bit late', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(400), fc.nat(9000)), { maxLength: 30 }), async (plans) => {
        const clock = virtualClock()
        const wheel = new TimerWheel(clock, 4)
        const late: number[] = []
        for (const [after, ms] of plans) {
          clock.after(after, () => {
            const due = clock.now() + ms
            wheel.schedule(ms, () => late.push(clock.now() - due))
          })
        }
        await clock.run()
        expect(late).toHaveLength(plans.length)
        for (const lateness of late) {
          expect(lateness).toBeGreaterThanOrEqual(0)
          expect(lateness).toBeLessThanOrEqual(8)
        }
        expect(wheel.waiting).toBe(0)
      }),
      { numRuns: 20 },
    )
  })

  it('does not fire what was cancelled, and stops turning when nothing waits', async () => {
    const clock = virtualClock()
    const wheel = new TimerWheel(clock)
    let fired = 0
    const timer = wheel.schedule(50, () => (fired += 1))
    timer.cancel()
    timer.cancel()
    expect(clock.pending).toBe(0)
    await clock.advance(100)
    expect(fired).toBe(0)
  })
})
