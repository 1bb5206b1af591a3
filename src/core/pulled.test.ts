import { describe, expect, it } from 'vitest'
import type { ModelEvent } from './events.js'
import type { EventReader } from './model.js'
import { PulledStream } from './pulled.js'
import { NO_COST, NO_USAGE } from './usage.js'

const text = (value: string): ModelEvent => ({ type: 'answer-delta', text: value })
const FINISH: ModelEvent = { type: 'finish', reason: 'stop', usage: NO_USAGE, cost: NO_COST }
const OVER = { value: undefined, done: true }

/** A pulled stream and the far end of it. */
function setUp(): { pulled: PulledStream; reader: () => EventReader; left: () => number } {
  let reader: EventReader | undefined
  let left = 0
  const pulled = new PulledStream({
    read: (given) => (reader = given),
    leave() {
      left += 1
      reader?.fail(new Error('closed'))
    },
  })
  return {
    pulled,
    reader() {
      if (reader === undefined) throw new Error('nobody has asked yet')
      return reader
    },
    left: () => left,
  }
}

describe('PulledStream', () => {
  it('begins with the first next(), and lets the model wait until the next one', async () => {
    const { pulled, reader } = setUp()
    expect(reader).toThrow('nobody has asked yet')
    const first = pulled.next()
    let waited = true
    const wait = reader()
      .event(text('a'))
      ?.then(() => (waited = false))
    expect(await first).toEqual({ value: text('a'), done: false })
    expect(waited).toBe(true)
    const second = pulled.next()
    await wait
    expect(reader().event(FINISH)).toBeUndefined()
    reader().end()
    expect(await second).toEqual({ value: FINISH, done: false })
    expect(await pulled.next()).toEqual(OVER)
  })

  it('serves several who ask at once in their order, and ends for all', async () => {
    const { pulled, reader } = setUp()
    const asked = [pulled.next(), pulled.next(), pulled.next()]
    expect(reader().event(text('a'))).toBeUndefined()
    void reader().event(FINISH)
    reader().end()
    expect(await Promise.all(asked)).toEqual([
      { value: text('a'), done: false },
      { value: FINISH, done: false },
      OVER,
    ])
  })

  it('tells an error to whoever waits, else to whoever asks next, once', async () => {
    const waiting = setUp()
    const pending = waiting.pulled.next()
    waiting.reader().fail(new TypeError('oops'))
    await expect(pending).rejects.toThrow('oops')
    expect(await waiting.pulled.next()).toEqual(OVER)

    const late = setUp()
    const first = late.pulled.next()
    void late.reader().event(text('a'))
    await first
    late.reader().fail(new TypeError('oops'))
    await expect(late.pulled.next()).rejects.toThrow('oops')
    expect(await late.pulled.next()).toEqual(OVER)
  })

  it('closes the stream when its reader leaves, whether the model waits or is waited for', async () => {
    const pausing = setUp()
    const first = pausing.pulled.next()
    const wait = pausing.reader().event(text('a'))
    await first
    const gone = expect(wait).rejects.toThrow()
    expect(await pausing.pulled.return()).toEqual(OVER)
    await gone
    expect(() => pausing.reader().event(text('b'))).toThrow()
    expect(pausing.left()).toBe(1)

    const silent = setUp()
    const pending = silent.pulled.next()
    expect(await silent.pulled.return()).toEqual(OVER)
    expect(await pending).toEqual(OVER)
    expect(silent.left()).toBe(1)
  })

  it('has nothing to close before it began or after its end', async () => {
    const unread = setUp()
    expect(await unread.pulled.return()).toEqual(OVER)
    expect(await unread.pulled.next()).toEqual(OVER)
    const read = setUp()
    const last = read.pulled.next()
    void read.reader().event(FINISH)
    read.reader().end()
    await last
    await read.pulled.return()
    expect([unread.left(), read.left()]).toEqual([0, 0])
  })
})
