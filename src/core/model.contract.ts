import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CallRecord } from './call.js'
import { Scope } from '../util/index.js'
import { collect } from './collect.js'
import type { ModelEvent } from './events.js'
import { MoaError } from './errors.js'
import { deliver, type EventSink, type Model, type StreamOptions } from './model.js'
import type { ChatRequest } from './request.js'
import { addUsage, NO_USAGE } from './usage.js'

/** Models under test and a look at the upstream behind them. */
export interface ContractSubject {
  /** Answers a text of several pieces at once. */
  readonly quick: Model
  /** Needs at least half a second for its first piece and then a second for the rest. */
  readonly slow: Model
  /** Fails before its first event, every time. */
  readonly failing: Model
  /** Calls the upstream has seen, finished or not. */
  started(): number
  /** Calls the upstream is still serving. */
  open(): number
  close(): Promise<void>
}

const REQUEST: ChatRequest = { messages: [{ role: 'user', content: 'What is a mixture of agents?' }] }
/** How soon an abort has to be felt: by the caller and by the upstream. */
const PROMPT_MS = 50

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Milliseconds until `condition` holds. */
async function until(condition: () => boolean): Promise<number> {
  const from = performance.now()
  while (!condition()) {
    if (performance.now() - from > 5000) throw new Error('waited for 5 s in vain')
    await pause(1)
  }
  return performance.now() - from
}

/** An event without what differs from call to call. */
const contentOf = (event: ModelEvent): unknown => (event.type === 'answer-start' ? event.type : event)

async function rejection(work: Promise<unknown>): Promise<{ reason: unknown; ms: number }> {
  const from = performance.now()
  try {
    await work
  } catch (reason) {
    return { reason, ms: performance.now() - from }
  }
  throw new Error('expected a rejection')
}

/**
 * What every {@link Model} promises, run against one: nothing before the first `next()`, one `finish` at the end,
 * aborts and early exits felt at once on both sides, every call told once, nothing left behind on the signal.
 */
export function modelContract(name: string, start: () => Promise<ContractSubject>): void {
  describe(`${name} keeps the model contract`, () => {
    let subject: ContractSubject
    let controller: AbortController
    let calls: CallRecord[]
    let options: StreamOptions

    beforeEach(async () => {
      subject = await start()
      controller = new AbortController()
      calls = []
      options = { signal: controller.signal, onCall: (call) => calls.push(call) }
    })
    afterEach(() => subject.close())

    const stream = (model: Model, more: Partial<StreamOptions> = {}): AsyncIterator<ModelEvent> =>
      model.stream(REQUEST, { ...options, ...more })[Symbol.asyncIterator]()
    const listeners = (): number => getEventListeners(controller.signal, 'abort').length
    /** Reads until the first piece of the answer. */
    const readFirst = async (iterator: AsyncIterator<ModelEvent>): Promise<void> => {
      for (;;) {
        const { value, done } = await iterator.next()
        if (done === true) throw new Error('ended before the first piece')
        if (value.type === 'answer-delta') return
      }
    }
    const expectSettled = (outcome: CallRecord['outcome']): void => {
      expect(calls.map((call) => call.outcome)).toEqual([outcome])
      expect(listeners()).toBe(0)
    }

    it('starts nothing before the first next()', async () => {
      const iterator = stream(subject.quick)
      await pause(20)
      expect(subject.started()).toBe(0)
      await iterator.return?.()
      expect(await iterator.next()).toEqual({ value: undefined, done: true })
      await pause(20)
      expect(subject.started()).toBe(0)
      expect(calls).toEqual([])
      expect(listeners()).toBe(0)
    })

    it('sends exactly one finish, last, and then keeps saying that it is done', async () => {
      const iterator = stream(subject.quick)
      const types: string[] = []
      for (;;) {
        const { value, done } = await iterator.next()
        if (done === true) break
        types.push(value.type)
      }
      expect(types[0]).toBe('answer-start')
      expect(types.filter((type) => type === 'answer-delta').length).toBeGreaterThan(1)
      expect(types.indexOf('finish')).toBe(types.length - 1)
      expect(await iterator.next()).toEqual({ value: undefined, done: true })
      expectSettled('completed')
    })

    it('serves those who ask before it has answered, in their order', async () => {
      const iterator = stream(subject.quick)
      const [first, second] = await Promise.all([iterator.next(), iterator.next()])
      expect([first.value?.type, second.value?.type]).toEqual(['answer-start', 'answer-delta'])
      await iterator.return?.()
    })

    it('tells the call before it sends finish, with the same usage and cost', async () => {
      let told = 0
      for await (const event of subject.quick.stream(REQUEST, options)) {
        if (event.type !== 'finish') continue
        told = calls.length
        expect(event.usage).toEqual(calls.map((call) => call.usage).reduce(addUsage, NO_USAGE))
        expect(event.cost.usd).toBe(calls[0]?.costUsd)
        expect(calls[0]).toMatchObject({ finishReason: event.reason, attempt: 1 })
      }
      expect(told).toBe(1)
      expectSettled('completed')
    })

    it('gives the same text in one piece', async () => {
      const streamed = await collect(subject.quick.stream(REQUEST, options))
      const whole = await collect(subject.quick.stream(REQUEST, { ...options, delivery: 'whole' }))
      expect(whole.text).toBe(streamed.text)
      expect(whole.finishReason).toBe(streamed.finishReason)
      expect(whole.text.length).toBeGreaterThan(0)
      expect(calls.length).toBe(2)
    })

    it('throws the reason and starts nothing when the signal is aborted already', async () => {
      const reason = new Error('changed my mind')
      controller.abort(reason)
      expect((await rejection(stream(subject.quick).next())).reason).toBe(reason)
      await pause(20)
      expect(subject.started()).toBe(0)
      expect(calls).toEqual([])
    })

    it.each(['stream', 'whole'] as const)(
      'aborts at once while the first event is awaited (%s)',
      { retry: 2 },
      async (delivery) => {
        const reason = new Error('changed my mind')
        const iterator = stream(subject.slow, { delivery })
        const pending = rejection(iterator.next())
        await until(() => subject.open() === 1)
        const from = performance.now()
        controller.abort(reason)
        expect((await pending).reason).toBe(reason)
        expect(performance.now() - from).toBeLessThan(PROMPT_MS)
        expect(await until(() => subject.open() === 0)).toBeLessThan(PROMPT_MS)
        expectSettled('aborted')
        expect(await iterator.next()).toEqual({ value: undefined, done: true })
      },
    )

    it('aborts at once in the middle of the answer', { retry: 2 }, async () => {
      const reason = new Error('changed my mind')
      const iterator = stream(subject.slow)
      await readFirst(iterator)
      controller.abort(reason)
      const thrown = await rejection(iterator.next())
      expect(thrown.reason).toBe(reason)
      expect(thrown.ms).toBeLessThan(PROMPT_MS)
      expect(await until(() => subject.open() === 0)).toBeLessThan(PROMPT_MS)
      expectSettled('aborted')
    })

    it('throws the reason even when the rest of the answer is already here', async () => {
      const reason = new Error('changed my mind')
      const iterator = stream(subject.quick)
      await iterator.next()
      await pause(50)
      controller.abort(reason)
      expect((await rejection(iterator.next())).reason).toBe(reason)
      expect(calls.length).toBe(1)
      expect(listeners()).toBe(0)
    })

    it('hangs up when the loop is left early', { retry: 2 }, async () => {
      for await (const event of subject.slow.stream(REQUEST, options))
        if (event.type === 'answer-delta') break
      expect(await until(() => subject.open() === 0)).toBeLessThan(PROMPT_MS)
      expectSettled('aborted')
    })

    it('fails with a MoaError and tells every attempt once', async () => {
      const iterator = stream(subject.failing)
      const { reason } = await rejection(iterator.next())
      expect(reason).toBeInstanceOf(MoaError)
      expect(await iterator.next()).toEqual({ value: undefined, done: true })
      expect(calls.length).toBe(subject.started())
      expect(calls.map((call) => call.outcome)).toEqual(calls.map(() => 'failed'))
      expect(calls.map((call) => call.attempt)).toEqual(calls.map((_, index) => index + 1))
      expect(calls[0]?.error?.code).toBe((reason as MoaError).code)
      expect(listeners()).toBe(0)
    })

    describe('read through a sink', () => {
      const read = (model: Model, sink: EventSink): Promise<void> =>
        deliver(model.stream(REQUEST, options), sink)

      it('sends the same events as to a loop, and waits for the sink', async () => {
        const looped: ModelEvent[] = []
        for await (const event of subject.quick.stream(REQUEST, options)) looped.push(event)
        const sunk: ModelEvent[] = []
        let busy = false
        await read(subject.quick, (event) => {
          expect(busy).toBe(false)
          sunk.push(event)
          if (sunk.length % 5 !== 0) return undefined
          busy = true
          return pause(1).then(() => void (busy = false))
        })
        expect(sunk.map(contentOf)).toEqual(looped.map(contentOf))
        expect(calls.map((call) => call.outcome)).toEqual(['completed', 'completed'])
        expect(listeners()).toBe(0)
      })

      it('aborts at once', { retry: 2 }, async () => {
        const reason = new Error('changed my mind')
        const sunk: string[] = []
        const pending = rejection(read(subject.slow, (event) => void sunk.push(event.type)))
        await until(() => sunk.includes('answer-delta'))
        const from = performance.now()
        controller.abort(reason)
        expect((await pending).reason).toBe(reason)
        expect(performance.now() - from).toBeLessThan(PROMPT_MS)
        expect(await until(() => subject.open() === 0)).toBeLessThan(PROMPT_MS)
        expectSettled('aborted')
      })

      it('throws the reason when aborted while the sink still works on an event', async () => {
        const reason = new Error('changed my mind')
        const { reason: thrown } = await rejection(
          read(subject.quick, async (event) => {
            if (event.type !== 'answer-delta') return
            await pause(30)
            controller.abort(reason)
            await pause(30)
          }),
        )
        expect(thrown).toBe(reason)
        expect(calls).toHaveLength(1)
        expect(listeners()).toBe(0)
      })

      it.each<[string, EventSink]>([
        [
          'throws',
          (event) => {
            if (event.type === 'answer-delta') throw new TypeError('sink')
            return undefined
          },
        ],
        [
          'rejects',
          (event) => (event.type === 'answer-delta' ? Promise.reject(new TypeError('sink')) : undefined),
        ],
      ])('hangs up when the sink %s', { retry: 2 }, async (_name, sink) => {
        const { reason } = await rejection(read(subject.slow, sink))
        expect(reason).toEqual(new TypeError('sink'))
        expect(await until(() => subject.open() === 0)).toBeLessThan(PROMPT_MS)
        expectSettled('aborted')
      })

      it('fails with the same error', async () => {
        const { reason } = await rejection(read(subject.failing, () => undefined))
        expect(reason).toBeInstanceOf(MoaError)
        expect(calls.length).toBe(subject.started())
        expect(calls.map((call) => call.attempt)).toEqual(calls.map((_, index) => index + 1))
        expect(listeners()).toBe(0)
      })
    })

    it('ends with its scope where it is given one, whatever becomes of the signal', async (context) => {
      if (subject.slow.scoped !== true) return context.skip('not scoped')
      const scope = new Scope()
      const reason = new Error('changed my mind')
      const seen: string[] = []
      const pending = rejection(
        deliver(subject.slow.stream(REQUEST, { ...options, scope }), (event) => void seen.push(event.type)),
      )
      await until(() => seen.includes('answer-delta'))
      scope.abort(reason)
      expect((await pending).reason).toBe(reason)
      expect(await until(() => subject.open() === 0)).toBeLessThan(PROMPT_MS)
      expectSettled('aborted')
    })

    it('answers several requests at the same time', async () => {
      const work = Array.from({ length: 5 }, () => collect(subject.quick.stream(REQUEST, options)))
      const texts = (await Promise.all(work)).map((result) => result.text)
      expect(new Set(texts).size).toBe(1)
      expect(new Set(calls.map((call) => call.id)).size).toBe(5)
      expect(listeners()).toBe(0)
    })
  })
}
