import { describe, expect, it } from 'vitest'
import { Limiter } from './limiter.js'

const signal = new AbortController().signal

describe('Limiter', () => {
  it('never lets more in than its limit, first come first served', async () => {
    const limiter = new Limiter(2)
    let active = 0
    let most = 0
    const order: number[] = []
    await Promise.all(
      Array.from({ length: 10 }, async (_, index) => {
        const release = await limiter.acquire(signal)
        active += 1
        most = Math.max(most, active)
        order.push(index)
        await new Promise((resolve) => setTimeout(resolve, 1))
        active -= 1
        release()
      }),
    )
    expect(most).toBe(2)
    expect(order).toEqual([...order].sort((a, b) => a - b))
    expect([limiter.active, limiter.waiting]).toEqual([0, 0])
  })

  it('drops an aborted waiter at once and leaves no listener behind', async () => {
    const limiter = new Limiter(1)
    const release = await limiter.acquire(signal)
    const controller = new AbortController()
    const waiting = limiter.acquire(controller.signal)
    controller.abort(new Error('gone'))
    await expect(waiting).rejects.toThrow('gone')
    expect(limiter.waiting).toBe(0)
    release()
    expect(limiter.active).toBe(0)
  })

  it('refuses a signal that is aborted already', async () => {
    await expect(new Limiter(1).acquire(AbortSignal.abort(new Error('before')))).rejects.toThrow('before')
  })

  it('gives a place back once, however often release is called', async () => {
    const limiter = new Limiter(1)
    const release = await limiter.acquire(signal)
    release()
    release()
    await limiter.acquire(signal)
    expect(limiter.active).toBe(1)
  })
})
