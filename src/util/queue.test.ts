import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventQueue, type QueueReader } from './queue.js'

/** Reads a queue to its end. */
const deliver = <T>(queue: EventQueue<T>, event: QueueReader<T>['event']): Promise<void> =>
  new Promise((end, fail) => queue.read({ event, end, fail }))

describe('EventQueue', () => {
  it('delivers what was pushed, in order, then the end, however pushes and reads interleave', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('push', 'read', 'tick')), async (steps) => {
        const queue = new EventQueue<number>()
        const reads: Promise<IteratorResult<number>>[] = []
        let pushed = 0
        for (const step of steps) {
          if (step === 'push') queue.push(pushed++)
          else if (step === 'tick') await Promise.resolve()
          else reads.push(queue.next())
        }
        queue.end()
        const got: number[] = []
        for (const read of reads) {
          const { value, done } = await read
          if (done !== true) got.push(value)
        }
        for await (const value of queue) got.push(value)
        expect(got).toEqual(Array.from({ length: pushed }, (_, index) => index))
      }),
    )
  })

  it('tells an error to the first of those who wait, and the end to the others', async () => {
    const queue = new EventQueue<string>()
    const reads = [queue.next(), queue.next(), queue.next()]
    queue.push('a')
    queue.fail(new Error('boom'))
    expect(await Promise.allSettled(reads)).toMatchObject([
      { value: { value: 'a', done: false } },
      { reason: { message: 'boom' } },
      { value: { done: true } },
    ])
  })

  it('delivers the rest before an error, and the error once', async () => {
    const queue = new EventQueue<string>()
    queue.push('a')
    queue.fail(new Error('boom'))
    queue.push('ignored')
    expect(await queue.next()).toEqual({ value: 'a', done: false })
    await expect(queue.next()).rejects.toThrow('boom')
    expect(await queue.next()).toEqual({ value: undefined, done: true })
  })

  it('pauses its producer at the high-water mark and resumes it at half', async () => {
    const calls: string[] = []
    const queue = new EventQueue<number>({
      highWater: 4,
      pause: () => calls.push('pause'),
      resume: () => calls.push('resume'),
    })
    for (let item = 0; item < 5; item += 1) queue.push(item)
    expect(calls).toEqual(['pause'])
    for (let read = 0; read < 2; read += 1) await queue.next()
    expect(calls).toEqual(['pause'])
    await queue.next()
    expect(calls).toEqual(['pause', 'resume'])
  })

  it('tells the producer once when the reader leaves, and drops what waits', async () => {
    let left = 0
    const queue = new EventQueue<number>({ left: () => (left += 1) })
    queue.push(1)
    await queue.return()
    await queue.return()
    queue.push(2)
    expect(left).toBe(1)
    expect(await queue.next()).toEqual({ value: undefined, done: true })
  })

  it('tells of every item that leaves, read from the queue or handed over directly', async () => {
    const read: number[] = []
    const queue = new EventQueue<number>({ taken: (item) => read.push(item) })
    queue.push(1)
    await queue.next()
    const next = queue.next()
    queue.push(2)
    await next
    expect(read).toEqual([1, 2])
  })

  describe('read', () => {
    it('hands over what waits and what comes, in order, and resolves at the end', async () => {
      const queue = new EventQueue<number>()
      queue.push(1)
      const got: number[] = []
      const done = deliver(queue, (item) => {
        got.push(item)
        return undefined
      })
      queue.push(2)
      expect(got).toEqual([1, 2])
      queue.end()
      await done
    })

    it('waits while the sink is busy, pausing the producer, and goes on after it', async () => {
      const flow: string[] = []
      const queue = new EventQueue<number>({
        highWater: 3,
        pause: () => flow.push('pause'),
        resume: () => flow.push('resume'),
      })
      const got: number[] = []
      let release = (): void => {}
      const done = deliver(queue, (item) => {
        got.push(item)
        return item === 0 ? new Promise((resolve) => (release = resolve)) : undefined
      })
      for (let item = 0; item < 5; item += 1) queue.push(item)
      queue.end()
      expect([got, flow]).toEqual([[0], ['pause']])
      release()
      await done
      expect([got, flow]).toEqual([
        [0, 1, 2, 3, 4],
        ['pause', 'resume'],
      ])
    })

    it('rejects with the producer’s error after the rest, and with the sink’s at once, telling the producer', async () => {
      const failed = new EventQueue<number>()
      const got: number[] = []
      const reading = deliver(failed, (item) => {
        got.push(item)
        return undefined
      })
      failed.push(1)
      failed.fail(new Error('boom'))
      await expect(reading).rejects.toThrow('boom')
      expect(got).toEqual([1])

      let left = 0
      const queue = new EventQueue<number>({ left: () => (left += 1) })
      const thrown = deliver(queue, () => {
        throw new Error('sink')
      })
      queue.push(1)
      await expect(thrown).rejects.toThrow('sink')
      expect(left).toBe(1)
    })
  })

  describe('abort()', () => {
    it('drops what waits and fails, even after the end', async () => {
      const queue = new EventQueue<number>()
      queue.push(1)
      queue.push(2)
      queue.end()
      const reason = new Error('enough')
      queue.abort(reason)
      await expect(queue.next()).rejects.toBe(reason)
      expect(await queue.next()).toEqual({ value: undefined, done: true })
    })

    it('rejects a waiting read and refuses what is pushed later', async () => {
      const queue = new EventQueue<number>()
      const read = queue.next()
      const reason = new Error('enough')
      queue.abort(reason)
      queue.push(1)
      await expect(read).rejects.toBe(reason)
      expect(await queue.next()).toEqual({ value: undefined, done: true })
    })

    it.each([true, false])('does not wait for a sink (busy: %s)', async (busy) => {
      const queue = new EventQueue<number>()
      const got: number[] = []
      const done = deliver(queue, (item) => {
        got.push(item)
        return busy ? new Promise(() => {}) : undefined
      })
      queue.push(1)
      const reason = new Error('enough')
      queue.abort(reason)
      queue.push(2)
      await expect(done).rejects.toBe(reason)
      expect(got).toEqual([1])
    })
  })
})
