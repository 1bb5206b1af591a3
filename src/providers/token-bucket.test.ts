import { describe, expect, it } from 'vitest'
import { virtualClock } from '../sim/index.js'
import { TokenBucket } from './token-bucket.js'

const never = new AbortController().signal

/** When each of the callers got through, in milliseconds. */
async function times(perMinute: number, amounts: number[]): Promise<number[]> {
  const clock = virtualClock(0)
  const bucket = new TokenBucket(perMinute, clock)
  const served = amounts.map(async (amount) => {
    await bucket.take(amount, never)
    return clock.now()
  })
  return clock.run(Promise.all(served))
}

describe('TokenBucket', () => {
  it("gives a minute's worth at once and then fills up evenly", async () => {
    expect(await times(4, [1, 1, 1, 1, 1, 1])).toEqual([0, 0, 0, 0, 15_000, 30_000])
  })

  it('serves in order: a small wish does not overtake a big one', async () => {
    expect(await times(60, [60, 30, 1])).toEqual([0, 30_000, 31_000])
  })

  it('gives more than it can hold once it is full, and makes the next wait for the debt', async () => {
    expect(await times(60, [1, 120, 1])).toEqual([0, 1000, 62_000])
  })

  it('saves up at most a minute’s worth', async () => {
    const clock = virtualClock(0)
    const bucket = new TokenBucket(2, clock)
    await clock.advance(3_600_000)
    const served = [1, 1, 1].map(() => bucket.take(1, never).then(() => clock.now() - 3_600_000))
    expect(await clock.run(Promise.all(served))).toEqual([0, 0, 30_000])
  })

  it('takes corrections: what was guessed too high comes back, too low is owed', async () => {
    const clock = virtualClock(0)
    const bucket = new TokenBucket(60, clock)
    await bucket.take(60, never)
    const waiter = bucket.take(10, never).then(() => clock.now())
    bucket.spend(-20)
    expect(await waiter).toBe(0)
    bucket.spend(30)
    expect(await clock.run(bucket.take(1, never).then(() => clock.now()))).toBe(21_000)
  })

  it('lets aborted waiters go at once and serves who stood behind them', async () => {
    const clock = virtualClock(0)
    const bucket = new TokenBucket(60, clock)
    await bucket.take(60, never)
    const controller = new AbortController()
    const first = bucket.take(60, controller.signal).catch((error: unknown) => error)
    const second = bucket.take(1, never).then(() => clock.now())
    const reason = new Error('enough')
    controller.abort(reason)
    expect(await first).toBe(reason)
    expect(await clock.run(second)).toBe(1000)
    expect(bucket.waiting).toBe(0)
    expect(clock.pending).toBe(0)
  })

  it('refuses who is aborted already', async () => {
    const bucket = new TokenBucket(60, virtualClock(0))
    const reason = new Error('enough')
    await expect(bucket.take(1, AbortSignal.abort(reason))).rejects.toBe(reason)
  })
})
