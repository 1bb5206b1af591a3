import { describe, expect, it } from 'vitest'
import { virtualClock } from '../sim/index.js'
import { Watchdog } from './watchdog.js'

function setUp(overallMs = 1000) {
  const clock = virtualClock(0)
  const expired: [string, number][] = []
  const watchdog = new Watchdog<'overall' | 'first' | 'stall'>(
    { expired: (phase) => expired.push([phase, clock.now()]) },
    { clock, overall: 'overall', ms: overallMs },
  )
  return { clock, watchdog, expired }
}

describe('Watchdog', () => {
  it('reports the whole when nothing else is watched', async () => {
    const { clock, expired } = setUp()
    await clock.advance(5000)
    expect(expired).toEqual([['overall', 1000]])
  })

  it('reports the phase that ran out, once, and is quiet then', async () => {
    const { clock, watchdog, expired } = setUp()
    watchdog.enter('first', 300)
    await clock.advance(5000)
    expect(expired).toEqual([['first', 300]])
    expect(clock.pending).toBe(0)
  })

  it('lets a phase be extended with a single timer', async () => {
    const { clock, watchdog, expired } = setUp(10_000)
    watchdog.enter('stall', 100)
    for (let token = 0; token < 20; token += 1) {
      await clock.advance(50)
      watchdog.extend(clock.now() + 100)
      expect(clock.pending).toBe(1)
    }
    await clock.advance(5000)
    expect(expired).toEqual([['stall', 1100]])
  })

  it('watches an earlier deadline as soon as it is set, a later one when it comes up', async () => {
    const { clock, watchdog, expired } = setUp(100_000)
    watchdog.enter('first', 50_000)
    await clock.advance(100)
    watchdog.enter('stall', 200)
    await clock.advance(50)
    watchdog.enter('stall', 700)
    await clock.advance(500)
    expect(expired).toEqual([])
    await clock.advance(50)
    expect(expired).toEqual([['stall', 700]])
  })

  it('can be told to watch the whole only, and to stop', async () => {
    const { clock, watchdog, expired } = setUp()
    watchdog.enter('stall', 100)
    watchdog.extend(Infinity)
    await clock.advance(900)
    expect(expired).toEqual([])
    watchdog.stop()
    await clock.advance(5000)
    expect(expired).toEqual([])
    expect(clock.pending).toBe(0)
  })
})
