import { describe, expect, it } from 'vitest'
import { collect, NO_COST, NO_USAGE } from '../core/index.js'
import type { Model, ModelEvent } from '../core/index.js'
import { deferredModel } from './deferred-model.js'

const answering = (left: () => void): Model => ({
  id: 'a/b',
  async *stream(): AsyncGenerator<ModelEvent> {
    try {
      yield { type: 'answer-start', model: 'b' }
      yield { type: 'answer-delta', text: 'hi' }
      yield { type: 'finish', reason: 'stop', usage: NO_USAGE, cost: NO_COST }
    } finally {
      left()
    }
  },
})
const request = { messages: [] }
const options = (signal = new AbortController().signal) => ({ signal })

describe('deferredModel', () => {
  it('makes the model once, when it is first asked', async () => {
    let made = 0
    const model = deferredModel('late', async () => {
      made += 1
      return answering(() => {})
    })
    expect([model.id, made]).toEqual(['late', 0])
    expect((await collect(model.stream(request, options()))).text).toBe('hi')
    expect((await collect(model.stream(request, options()))).text).toBe('hi')
    expect(made).toBe(1)
  })

  it('throws what making it throws, and tries again next time', async () => {
    let tries = 0
    const model = deferredModel('late', async () => {
      tries += 1
      if (tries === 1) throw new RangeError('not yet')
      return answering(() => {})
    })
    await expect(collect(model.stream(request, options()))).rejects.toThrow('not yet')
    expect((await collect(model.stream(request, options()))).text).toBe('hi')
  })

  it('throws the reason of an abort while the model is being made', async () => {
    const controller = new AbortController()
    let signal: AbortSignal | undefined
    const model = deferredModel('late', (given) => {
      signal = given
      return new Promise(() => {})
    })
    const answer = collect(model.stream(request, options(controller.signal)))
    controller.abort(new RangeError('enough'))
    await expect(answer).rejects.toThrow('enough')
    expect(signal?.aborted).toBe(true)
  })

  it('is over for a reader that has left, before the model was made or meanwhile', async () => {
    let made = 0
    const model = deferredModel('late', () => {
      made += 1
      return new Promise(() => {})
    })
    const early = model.stream(request, options())[Symbol.asyncIterator]()
    await early.return?.()
    expect(await early.next()).toEqual({ value: undefined, done: true })
    expect(made).toBe(0)
    const later = model.stream(request, options())[Symbol.asyncIterator]()
    const next = later.next()
    await later.return?.()
    expect(await next).toEqual({ value: undefined, done: true })
    expect(made).toBe(1)
  })

  it('passes on that its reader has left', async () => {
    let left = false
    const model = deferredModel('late', async () => answering(() => (left = true)))
    for await (const _ of model.stream(request, options())) break
    expect(left).toBe(true)
  })
})
