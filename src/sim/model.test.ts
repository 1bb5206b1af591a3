import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { collect, MoaError, type CallRecord, type ChatRequest, type ModelEvent } from '../core/index.js'
import { estimateTokens } from '../util/index.js'
import { simModel, type SimModelOptions } from './model.js'
import { PERSONALITIES } from './personalities/index.js'
import { virtualClock } from './virtual-clock.js'

const ask = (content: string, more: Partial<ChatRequest> = {}): ChatRequest => ({
  messages: [{ role: 'user', content }],
  ...more,
})

const signal = new AbortController().signal

function answer(name: string, request: ChatRequest, options: SimModelOptions = {}) {
  return collect(simModel(name, options).stream(request, { signal }))
}

async function failure(name: string, options: SimModelOptions = {}, delivery: 'stream' | 'whole' = 'stream') {
  const calls: CallRecord[] = []
  const events: ModelEvent[] = []
  const clock = virtualClock()
  const run = (async () => {
    const stream = simModel(name, { clock, ...options }).stream(ask('Why is the sky blue?'), {
      signal,
      delivery,
      onCall: (call) => calls.push(call),
    })
    for await (const event of stream) events.push(event)
  })()
  const error: unknown = await clock.run(
    run.then(
      () => undefined,
      (reason: unknown) => reason,
    ),
  )
  return { error: error as MoaError, events, calls, ms: clock.now() - virtualClock().now() }
}

describe('simModel', () => {
  it('gives the same answer to the same request, and others to other seeds and models', async () => {
    const request = ask('How do I wrap a present neatly?')
    const first = await answer('ada', request)
    expect((await answer('ada', request)).text).toBe(first.text)
    expect((await answer('ada', request, { seed: 1 })).text).not.toBe(first.text)
    expect((await answer('ada', { ...request, seed: 5 })).text).not.toBe(first.text)
    expect((await answer('grace', request)).text).not.toBe(first.text)
    expect((await answer('ada', ask('How do I fold a letter neatly?'))).text).not.toBe(first.text)
  })

  it('ignores the sampling seed at temperature 0', async () => {
    const request = ask('Name three trees.', { temperature: 0 })
    const texts = await Promise.all(
      [1, 2, 3].map(async (seed) => (await answer('alan', { ...request, seed })).text),
    )
    expect(new Set(texts).size).toBe(1)
  })

  it('writes differently in each personality', async () => {
    const texts = new Set<string>()
    for (const name of PERSONALITIES.keys()) texts.add((await answer(name, ask('What is a quorum?'))).text)
    expect(texts.size).toBe(PERSONALITIES.size)
  })

  it('streams pieces that join to the answer, and counts them as its clients would', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 80 }), async (question) => {
        const whole = await collect(simModel('donald').stream(ask(question), { signal, delivery: 'whole' }))
        const result = await answer('donald', ask(question))
        expect(result.text).toBe(whole.text)
        expect(result.usage).toEqual(whole.usage)
        expect(result.usage.outputTokens).toBe(estimateTokens(result.text))
      }),
      { numRuns: 50 },
    )
  })

  it('tells of each call once, complete before its finish', async () => {
    const calls: CallRecord[] = []
    const stream = simModel('ada', { price: { input: 1, output: 2 } }).stream(ask('Hi'), {
      signal,
      onCall: (call) => calls.push(call),
    })
    for await (const event of stream) if (event.type === 'finish') expect(calls).toHaveLength(1)
    expect(calls).toHaveLength(1)
    const [call] = calls
    expect(call).toMatchObject({
      provider: 'sim',
      model: 'ada',
      outcome: 'completed',
      usageSource: 'reported',
    })
    expect(call!.costUsd).toBeCloseTo((call!.usage.inputTokens + 2 * call!.usage.outputTokens) / 1e6, 12)
  })

  it('starts nothing before the first next, not even a count', async () => {
    const model = simModel('ada+429=1')
    model.stream(ask('x'), { signal })
    const iterator = model.stream(ask('x'), { signal })[Symbol.asyncIterator]()
    await iterator.return?.()
    expect(await iterator.next()).toEqual({ value: undefined, done: true })
    await expect(collect(model.stream(ask('x'), { signal }))).rejects.toMatchObject({ code: 'rate_limited' })
  })

  it('throws the abort reason at once and settles the call as aborted', async () => {
    const controller = new AbortController()
    const calls: CallRecord[] = []
    const reason = new Error('enough')
    const stream = simModel('ada+pace=60000').stream(ask('x'), {
      signal: controller.signal,
      onCall: (call) => calls.push(call),
    })
    setTimeout(() => controller.abort(reason), 20)
    await expect(collect(stream)).rejects.toBe(reason)
    expect(calls).toMatchObject([{ outcome: 'aborted', usageSource: 'estimated' }])
    expect(calls[0]!.usage.outputTokens).toBeGreaterThan(0)
  })

  it('lets its reader leave while it waits', async () => {
    const calls: CallRecord[] = []
    const iterator = simModel('ada+first=60000')
      .stream(ask('x'), { signal, onCall: (call) => calls.push(call) })
      [Symbol.asyncIterator]()
    const pending = iterator.next()
    await iterator.return?.()
    expect((await pending).done).toBe(true)
    expect(calls).toMatchObject([{ outcome: 'aborted' }])
  })

  it('takes the time its name says', async () => {
    const clock = virtualClock()
    const start = clock.now()
    const result = await clock.run(answer('ada+first=200+pace=10+tokens=30', ask('x'), { clock }))
    const pieces = result.usage.outputTokens
    expect(pieces).toBe(30)
    expect(clock.now() - start).toBeGreaterThanOrEqual(200 + 29 * 10)
  })

  it.each([
    ['429', 'rate_limited', true],
    ['500', 'upstream_error', true],
    ['503', 'upstream_error', true],
    ['401', 'authentication', false],
    ['400', 'upstream_rejected', false],
    ['quota', 'quota_exhausted', false],
    ['context-length', 'context_length', false],
    ['timeout', 'timeout', true],
    ['hang-before', 'stalled', true],
    ['hang-between=4', 'stalled', true],
    ['disconnect=0', 'unreachable', true],
    ['disconnect=4', 'incomplete_stream', true],
    ['malformed=4', 'invalid_response', true],
    ['error-mid=4', 'upstream_error', true],
    ['no-finish', 'incomplete_stream', true],
    ['html', 'invalid_response', true],
    ['error-200', 'upstream_error', true],
  ])('fails as %s does: %s', async (fault, code, retryable) => {
    for (const delivery of ['stream', 'whole'] as const) {
      const { error, calls, events } = await failure(`ada+${fault}`, {}, delivery)
      expect(error).toBeInstanceOf(MoaError)
      // Silence in an answer that is not streamed has no place; only the limit for all of it ends it.
      const silent = delivery === 'whole' && /^(timeout|hang)/.test(fault)
      const expected = silent ? { code: 'timeout', retryable: false } : { code, retryable }
      expect(error).toMatchObject(expected)
      expect(calls).toMatchObject([{ outcome: 'failed', error: { code: expected.code } }])
      expect(events.some((event) => event.type === 'finish')).toBe(false)
      const pieces = events.filter((event) => event.type === 'answer-delta').length
      if (fault.endsWith('=4')) expect(pieces).toBe(delivery === 'stream' ? 4 : 0)
    }
  })

  it('fails the first calls only when a number is given', async () => {
    const model = simModel('ada+429=1+500=1+retry-after=250')
    const attempt = () => collect(model.stream(ask('x'), { signal }))
    await expect(attempt()).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 250, status: 429 })
    await expect(attempt()).rejects.toMatchObject({ code: 'upstream_error', status: 500 })
    expect((await attempt()).finishReason).toBe('stop')
  })

  it('follows a script by model and call number', async () => {
    const script = [
      { match: { model: 'ada', call: 2 }, fault: 'disconnect=2' },
      { match: { call: 3 }, fault: 'none' },
      { match: { model: 'ada' }, fault: '503' },
    ]
    const model = simModel('ada', { script })
    const attempt = () =>
      collect(model.stream(ask('x'), { signal })).then(
        ({ finishReason }) => finishReason,
        (error: MoaError) => error.code,
      )
    expect([await attempt(), await attempt(), await attempt(), await attempt()]).toEqual([
      'upstream_error',
      'incomplete_stream',
      'stop',
      'upstream_error',
    ])
  })

  it('fails a seeded share of calls', async () => {
    const run = async (seed: number) => {
      const model = simModel('ada+fail-rate=0.3+tokens=2', { seed })
      const outcomes: boolean[] = []
      for (let call = 0; call < 200; call += 1)
        outcomes.push(
          await collect(model.stream(ask('x'), { signal })).then(
            () => false,
            () => true,
          ),
        )
      return outcomes
    }
    const outcomes = await run(1)
    expect(await run(1)).toEqual(outcomes)
    const failed = outcomes.filter(Boolean).length
    expect(failed).toBeGreaterThan(35)
    expect(failed).toBeLessThan(85)
  })

  it.each([
    'empty',
    'whitespace-only',
    'garbage',
    'length',
    'content-filter',
    'no-usage',
    'no-done',
    'reasoning',
  ])('shapes its answer as %s says', async (modifier) => {
    const result = await answer(`ada+${modifier}`, ask('Why is the sky blue?'))
    const plain = await answer('ada', ask('Why is the sky blue?'))
    expect(result.finishReason).toBe(
      modifier === 'length' ? 'length' : modifier === 'content-filter' ? 'content-filter' : 'stop',
    )
    if (modifier === 'empty') expect(result.text).toBe('')
    else if (modifier === 'whitespace-only') expect(result.text.trim()).toBe('')
    else if (modifier === 'garbage') expect(result.text).toMatch(/(.{8,})\1{5}/s)
    else if (modifier === 'no-usage' || modifier === 'no-done') expect(result.text).toBe(plain.text)
    else if (modifier === 'reasoning') {
      expect(result.text).toBe(plain.text)
      expect(result.usage.reasoningTokens).toBe(estimateTokens(result.reasoning))
      expect(result.usage.outputTokens).toBe(result.usage.reasoningTokens + estimateTokens(result.text))
    } else expect(plain.text.startsWith(result.text)).toBe(true)
  })

  it.each([
    ['adda', 'Did you mean "ada"?'],
    ['ada+disconect=3', 'Did you mean "disconnect"?'],
    ['ada+disconnect', 'needs a value'],
    ['ada+pace=fast', 'milliseconds'],
    ['ada+fail-rate=2', 'share from 0 to 1'],
    ['ada+empty=1', 'takes none'],
    ['ada+429+500', 'number of calls'],
    ['ada+', 'no modifier'],
  ])('refuses the name %s', (name, words) => {
    expect(() => simModel(name)).toThrowError(words)
    expect(() => simModel(name)).toThrowError(MoaError)
  })
})
