import { describe, expect, it } from 'vitest'
import { sleep } from '../util/index.js'
import { virtualClock } from './virtual-clock.js'

const { signal } = new AbortController()

describe('virtualClock', () => {
  it('stands still by itself', async () => {
    const clock = virtualClock(1000)
    let fired = false
    clock.after(0, () => (fired = true))
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect([clock.now(), fired, clock.pending]).toEqual([1000, false, 1])
  })

  it('fires timers in the order they are due, then in the order they were set', async () => {
    const clock = virtualClock(0)
    const fired: string[] = []
    clock.after(20, () => fired.push(`b@${clock.now()}`))
    clock.after(10, () => fired.push(`a@${clock.now()}`))
    clock.after(20, () => fired.push(`c@${clock.now()}`))
    clock.after(30, () => fired.push('late'))
    clock.after(15, () => fired.push('never'))()
    await clock.advance(25)
    expect(fired).toEqual(['a@10', 'b@20', 'c@20'])
    expect([clock.now(), clock.pending]).toEqual([25, 1])
  })

  it('lets promises settle between timers, so chains of sleeps take their time', async () => {
    const clock = virtualClock(0)
    const stamps: number[] = []
    const work = (async () => {
      for (let step = 0; step < 5; step += 1) {
        await sleep(100, signal, clock)
        for (let hop = 0; hop < 20; hop += 1) await Promise.resolve()
        stamps.push(clock.now())
      }
      return 'done'
    })()
    expect(await clock.run(work)).toBe('done')
    expect(stamps).toEqual([100, 200, 300, 400, 500])
  })

  it('runs until nothing is left', async () => {
    const clock = virtualClock(0)
    clock.after(5, () => clock.after(7, () => {}))
    await clock.run()
    expect([clock.now(), clock.pending]).toEqual([12, 0])
  })

  it('throws what the work throws, and says when the work waits for something else', async () => {
    const clock = virtualClock()
    await expect(clock.run(Promise.reject(new RangeError('x')))).rejects.toThrow(RangeError)
    await expect(clock.run(new Promise(() => {}))).rejects.toThrow('waits for something other')
  })
})
