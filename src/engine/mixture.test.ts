import { describe, expect, it } from 'vitest'
import { bench } from '../../test/run-recipe.js'
import { failing, scriptedModel, type Script, type ScriptedModel } from '../../test/scripted-model.js'
import { MoaError, collect, textOf } from '../core/index.js'
import type { CallRecord, ChatRequest, Model, ModelEvent } from '../core/index.js'
import { virtualClock } from '../sim/virtual-clock.js'
import { createMixture } from './mixture.js'
import { compile } from './plan.js'
import type { RecipeInput } from './recipe.js'

const ask = (content: string): ChatRequest => ({ messages: [{ role: 'user', content }] })
const signal = (): AbortSignal => new AbortController().signal

interface Setup {
  readonly mixture: Model
  readonly models: Record<string, ScriptedModel>
}

function setup(
  recipe: RecipeInput,
  scripts: Record<string, Script | string | ((request: ChatRequest, call: number) => Script | string)>,
): Setup {
  const models = Object.fromEntries(
    Object.entries(scripts).map(([id, script]) => [
      id,
      scriptedModel(id, typeof script === 'function' ? script : () => script),
    ]),
  )
  const mixture = createMixture(compile(recipe, 'mix'), {
    newRunId: () => 'run_1',
    resolve: (name) => {
      const model = models[name]
      if (!model) throw new MoaError('model_not_found', `no model "${name}"`)
      return model
    },
  })
  return { mixture, models }
}

async function events(model: Model, request: ChatRequest, options = {}): Promise<ModelEvent[]> {
  const all: ModelEvent[] = []
  for await (const event of model.stream(request, { signal: signal(), ...options })) all.push(event)
  return all
}

const lite: RecipeInput = { proposers: ['t/a', 't/b'], aggregator: 't/z' }

describe('a mixture', () => {
  it('asks the proposers in parallel, shows the aggregator what they said, and streams its answer', async () => {
    const clock = virtualClock()
    const started = clock.now()
    const { ask: run, models } = bench(
      lite,
      {
        't/a': { text: 'answer A', delayMs: 30 },
        't/b': { text: 'answer B', delayMs: 30 },
        't/z': { pieces: ['The ', 'answer', '.'] },
      },
      clock,
    )
    const result = await clock.run(run('q'))
    expect(clock.now() - started).toBe(30)
    expect(result.text).toBe('The answer.')
    const shown = textOf(models['t/z']?.requests[0]?.messages.at(-1)?.content ?? '')
    expect(shown).toContain('answer A')
    expect(shown).toContain('answer B')
    expect(result.proposals.map(({ text }) => text).sort()).toEqual(['answer A', 'answer B'])
    expect(result.degraded).toEqual([])
  })

  it('tells its progress in order and ends with exactly one finish', async () => {
    const { mixture } = setup(lite, { 't/a': 'A', 't/b': { text: 'B', delayMs: 10 }, 't/z': 'Z' })
    const all = await events(mixture, ask('q'))
    expect(all.map(({ type }) => type)).toEqual([
      'run-start',
      'stage-start',
      'proposal-start',
      'proposal-start',
      'call-settled',
      'proposal-end',
      'call-settled',
      'proposal-end',
      'stage-end',
      'stage-start',
      'answer-start',
      'answer-delta',
      'call-settled',
      'finish',
    ])
    expect(all[0]).toMatchObject({
      runId: 'run_1',
      recipe: 'mix',
      stages: [{ kind: 'propose' }, { kind: 'synthesize' }],
    })
  })

  it('gives every layer the proposals of the layer before it', async () => {
    const { mixture, models } = setup(
      { ...lite, layers: 3 },
      { 't/a': (_, call) => `A${call}`, 't/b': (_, call) => `B${call}`, 't/z': 'Z' },
    )
    await events(mixture, ask('q'))
    const second = textOf(models['t/a']?.requests[1]?.messages.at(-1)?.content ?? '')
    expect(second).toContain('A1')
    expect(second).toContain('B1')
    const last = textOf(models['t/z']?.requests[0]?.messages.at(-1)?.content ?? '')
    expect(last).toContain('A2')
    expect(last).not.toContain('A1')
  })

  it('fetches proposals whole by default and streams them when someone watches', async () => {
    const scripts = { 't/a': { pieces: ['A', 'A', 'A'] }, 't/b': 'B', 't/z': 'Z' }
    const quiet = setup(lite, scripts)
    expect((await events(quiet.mixture, ask('q'))).some(({ type }) => type === 'proposal-delta')).toBe(false)
    expect(quiet.models['t/a']?.options[0]?.delivery).toBe('whole')
    expect(quiet.models['t/z']?.options[0]?.delivery).toBe('stream')

    const live = setup(lite, scripts)
    const all = await events(live.mixture, ask('q'), { liveProposals: true })
    const text = all.map((event) =>
      event.type === 'proposal-delta' && event.slot.index === 0 ? event.text : '',
    )
    expect(text.join('')).toBe('AAA')
    expect(live.models['t/a']?.options[0]?.delivery).toBe('stream')
  })

  it('passes the answer on byte for byte, white space and all', async () => {
    const pieces = ['\n', '  ', 'a\u0000b', '\r\n', '𝒳', ' ', '\n\n']
    const { mixture } = setup(lite, { 't/a': 'A', 't/b': 'B', 't/z': { pieces } })
    expect((await collect(mixture.stream(ask('q'), { signal: signal() }))).text).toBe(pieces.join(''))
  })

  it('finds its models when it is made, not when it runs', () => {
    expect(() => setup(lite, { 't/a': 'A', 't/z': 'Z' })).toThrow(/no model "t\/b"/)
  })

  it('starts nothing before it is read', async () => {
    const { mixture, models } = setup(lite, { 't/a': 'A', 't/b': 'B', 't/z': 'Z' })
    const iterator = mixture.stream(ask('q'), { signal: signal() })[Symbol.asyncIterator]()
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(models['t/a']?.requests).toHaveLength(0)
    await iterator.return?.()
    expect(await iterator.next()).toEqual({ value: undefined, done: true })
    expect(models['t/a']?.requests).toHaveLength(0)
  })

  it('serves those who ask before it has answered, in their order', async () => {
    const { mixture } = setup(lite, { 't/a': 'A', 't/b': 'B', 't/z': 'Z' })
    const iterator = mixture.stream(ask('q'), { signal: signal() })[Symbol.asyncIterator]()
    const reads = Array.from({ length: 30 }, () => iterator.next())
    const types = (await Promise.all(reads)).map(({ value, done }) => (done === true ? 'done' : value.type))
    expect(types[0]).toBe('run-start')
    expect(types.at(-1)).toBe('done')
    expect(types.indexOf('finish')).toBe(types.indexOf('done') - 1)
  })
})

describe('requests of a mixture', () => {
  const full: ChatRequest = {
    ...ask('q'),
    temperature: 0.1,
    maxTokens: 77,
    seed: 5,
    stop: ['END'],
    tools: [{ name: 'look_up' }],
    toolChoice: 'auto',
    responseFormat: { type: 'json' },
    topLogprobs: 2,
    metadata: { item: '7' },
    extra: { top_k: 3 },
  }

  it('sends the client’s sampling, tools and format to the aggregator only', async () => {
    const { mixture, models } = setup(
      {
        proposers: [{ model: 't/a', temperature: 0.7, maxTokens: 512 }],
        aggregator: { model: 't/z', topP: 0.9 },
      },
      { 't/a': 'A', 't/z': 'Z' },
    )
    await events(mixture, full)
    const { messages: _, ...proposer } = models['t/a']?.requests[0] as ChatRequest
    expect(proposer).toEqual({ temperature: 0.7, maxTokens: 512, metadata: { item: '7' } })
    const { messages: __, ...aggregator } = models['t/z']?.requests[0] as ChatRequest
    const { messages: ___, ...asked } = full
    expect(aggregator).toEqual({ ...asked, topP: 0.9 })
  })

  it('passes inherited fields on to proposers, with a seed of its own for each', async () => {
    const { mixture, models } = setup(
      {
        proposers: [{ model: 't/a', samples: 2, temperature: 1 }],
        aggregator: 't/z',
        inherit: ['temperature', 'seed'],
      },
      { 't/a': 'A', 't/z': 'Z' },
    )
    await events(mixture, full)
    const [one, two] = models['t/a']?.requests as [ChatRequest, ChatRequest]
    expect([one.temperature, two.temperature]).toEqual([0.1, 0.1])
    expect(new Set([one.seed, two.seed, 5]).size).toBe(3)
    expect(one.stop).toBeUndefined()
  })

  it('keeps a pinned slot to the recipe', async () => {
    const { mixture, models } = setup(
      { proposers: ['t/a'], aggregator: { model: 't/z', temperature: 0.7, pinned: true } },
      { 't/a': 'A', 't/z': 'Z' },
    )
    await events(mixture, full)
    expect(models['t/z']?.requests[0]).toMatchObject({ temperature: 0.7 })
    expect(models['t/z']?.requests[0]?.maxTokens).toBeUndefined()
  })

  it('turns tool turns into text for proposers and leaves them to the aggregator', async () => {
    const { mixture, models } = setup(lite, { 't/a': 'A', 't/b': 'B', 't/z': 'Z' })
    await events(mixture, {
      messages: [
        { role: 'user', content: 'weather?' },
        {
          role: 'assistant',
          content: null,
          reasoning: 'secret thinking',
          toolCalls: [{ id: 'c1', name: 'weather', arguments: '{"city":"Oslo"}' }],
        },
        { role: 'tool', toolCallId: 'c1', content: '4 degrees' },
      ],
    })
    const seen = models['t/a']?.requests[0]?.messages ?? []
    expect(seen.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
    expect(textOf(seen[1]?.content ?? '')).toBe('[called the tool weather with {"city":"Oslo"}]')
    expect(textOf(seen[2]?.content ?? '')).toBe('[result of weather]\n4 degrees')
    expect(models['t/z']?.requests[0]?.messages[2]).toMatchObject({ role: 'tool' })
  })

  it('adds a slot’s own system prompt', async () => {
    const { mixture, models } = setup(
      { proposers: [{ model: 't/a', system: 'You doubt.' }], aggregator: 't/z' },
      { 't/a': 'A', 't/z': 'Z' },
    )
    await events(mixture, {
      messages: [
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: 'q' },
      ],
    })
    expect(models['t/a']?.requests[0]?.messages[0]).toEqual({
      role: 'system',
      content: 'Be kind.\n\nYou doubt.',
    })
    expect(models['t/z']?.requests[0]?.messages[0]).toEqual({ role: 'system', content: 'Be kind.' })
  })
})

describe('failures of proposers', () => {
  it('drops a failed proposer with its reason and goes on', async () => {
    const { mixture, models } = setup(lite, { 't/a': failing(), 't/b': 'B', 't/z': 'Z' })
    const result = await collect(mixture.stream(ask('q'), { signal: signal() }))
    expect(result.text).toBe('Z')
    expect(result.failures).toMatchObject([{ slot: { name: 't/a' }, error: { code: 'upstream_error' } }])
    expect(result.degraded).toMatchObject([{ code: 'proposer-failed', slot: { index: 0 } }])
    expect(textOf(models['t/z']?.requests[0]?.messages.at(-1)?.content ?? '')).toContain(
      'One proposed answer',
    )
  })

  describe('with a recipe in a slot', () => {
    const around = (recipe: RecipeInput, inner: Setup): Model =>
      createMixture(compile(recipe, 'outer'), {
        resolve: (name) => (name === 'inner' ? inner.mixture : scriptedModel(name, () => name)),
      })
    const broken = { pieces: ['half an '], error: new MoaError('incomplete_stream', 'cut') }

    it.each([
      ['proposes', { proposers: ['inner', 't/c'], aggregator: 't/y' }, 't/y'],
      ['writes the answer', { proposers: ['t/c'], aggregator: 'inner' }, 'Z'],
    ])('discloses what that recipe falls short of when it %s', async (_, recipe, text) => {
      const inner = setup(lite, { 't/a': failing(), 't/b': 'B', 't/z': 'Z' })
      const outer = around(recipe, inner)
      const result = await collect(outer.stream(ask('q'), { signal: signal() }))
      expect(result.text).toBe(text)
      expect(result.degraded).toMatchObject([
        {
          code: 'proposer-failed',
          slot: { name: 'inner' },
          message: expect.stringMatching(/^inner: t\/a: /) as string,
        },
      ])
    })

    it('takes an answer of it that broke off for no proposal', async () => {
      const inner = setup(lite, { 't/a': 'A', 't/b': 'B', 't/z': broken })
      const outer = around({ proposers: ['inner', 't/c'], aggregator: 't/y' }, inner)
      const result = await collect(outer.stream(ask('q'), { signal: signal() }))
      expect(result.proposals.map((proposal) => proposal.text)).toEqual(['t/c'])
      expect(result.failures).toMatchObject([{ error: { code: 'incomplete_stream' } }])
    })
  })

  it.each([
    ['an empty answer', { text: '' }, 'empty_answer'],
    ['white space', { text: ' \n\t ' }, 'empty_answer'],
    ['an error body', { text: '{"error": {"message": "overloaded"}}' }, 'unusable_answer'],
    [
      'an error page',
      { text: '<html><head><title>502 Bad Gateway</title></head></html>' },
      'unusable_answer',
    ],
    ['a filtered answer', { text: 'half', reason: 'content-filter' as const }, 'content_filter'],
  ])('counts %s as no proposal', async (_, script, code) => {
    const { mixture } = setup(lite, { 't/a': script, 't/b': 'B', 't/z': 'Z' })
    const result = await collect(mixture.stream(ask('q'), { signal: signal() }))
    expect(result.proposals.map(({ text }) => text)).toEqual(['B'])
    expect(result.failures).toMatchObject([{ error: { code } }])
  })

  it('keeps an answer that was cut by its token limit', async () => {
    const { mixture } = setup(lite, {
      't/a': { text: 'half an ans', reason: 'length' },
      't/b': 'B',
      't/z': 'Z',
    })
    const { proposals } = await collect(mixture.stream(ask('q'), { signal: signal() }))
    expect(proposals[0]).toMatchObject({ text: 'half an ans', finishReason: 'length' })
  })

  it('lets the aggregator answer alone when every proposer failed, and says so', async () => {
    const { mixture, models } = setup(lite, { 't/a': failing(), 't/b': failing(), 't/z': 'Z' })
    const result = await collect(mixture.stream(ask('q'), { signal: signal() }))
    expect(result.text).toBe('Z')
    expect(result.degraded.map(({ code }) => code)).toEqual([
      'proposer-failed',
      'proposer-failed',
      'no-proposals',
    ])
    expect(models['t/z']?.requests[0]?.messages).toEqual(ask('q').messages)
  })

  it('falls back on the layer before when a whole later layer failed', async () => {
    const { mixture, models } = setup(
      { ...lite, layers: 3 },
      { 't/a': (_, call) => (call === 1 ? 'A1' : failing()), 't/b': failing(), 't/z': 'Z' },
    )
    const result = await collect(mixture.stream(ask('q'), { signal: signal() }))
    expect(textOf(models['t/z']?.requests[0]?.messages.at(-1)?.content ?? '')).toContain('A1')
    expect(result.degraded.map(({ code }) => code)).toContain('no-proposals')
  })

  it('gives up on a slot that passes its time limits', async () => {
    const { mixture, models } = setup(
      { proposers: [{ model: 't/a', timeoutMs: 20 }, 't/b'], aggregator: 't/z' },
      { 't/a': { text: 'late', delayMs: 5000 }, 't/b': 'B', 't/z': 'Z' },
    )
    const result = await collect(mixture.stream(ask('q'), { signal: signal() }))
    expect(result.failures).toMatchObject([{ error: { code: 'timeout', retryable: true } }])
    expect(models['t/a']?.open).toBe(0)
  })
})

describe('failures of the aggregator', () => {
  const chain: RecipeInput = { proposers: ['t/a'], aggregator: ['t/y', 't/z'] }

  it('lets the next of the chain take over before the first character', async () => {
    const { mixture } = setup(chain, { 't/a': 'A', 't/y': failing(), 't/z': 'Z' })
    const all = await events(mixture, ask('q'))
    expect(all.filter(({ type }) => type === 'answer-start')).toHaveLength(1)
    expect(all.at(-1)).toMatchObject({ type: 'finish', degraded: [{ code: 'aggregator-fallback' }] })
  })

  it('treats an empty answer as a failure', async () => {
    const { mixture } = setup(chain, { 't/a': 'A', 't/y': { text: '  \n' }, 't/z': 'Z' })
    const result = await collect(mixture.stream(ask('q'), { signal: signal() }))
    expect(result.text).toBe('Z')
    expect(result.degraded[0]?.message).toMatch(/empty/)
  })

  it.each([
    ['a format', { responseFormat: { type: 'json' } }],
    ['a call', { tools: [{ name: 'look' }], toolChoice: 'required' }],
  ] as const)('fails, rather than answer with a proposal, where %s was asked for', async (_, fields) => {
    const { mixture } = setup(chain, { 't/a': 'A', 't/y': failing(), 't/z': failing() })
    const asked = collect(mixture.stream({ ...ask('q'), ...fields }, { signal: signal() }))
    await expect(asked).rejects.toMatchObject({ code: 'all_failed' })
  })

  it('answers with a proposal when the whole chain failed', async () => {
    const { mixture } = setup(chain, { 't/a': 'A', 't/y': failing(), 't/z': failing('timeout') })
    const result = await collect(mixture.stream(ask('q'), { signal: signal() }))
    expect(result.text).toBe('A')
    expect(result.degraded.at(-1)?.message).toMatch(/proposal of t\/a as it is/)
  })

  it('ends with reason "error" when the answer breaks off, keeping what was sent', async () => {
    const broken = { pieces: ['Half an '], error: new MoaError('incomplete_stream', 'cut') }
    const { mixture, models } = setup(chain, { 't/a': 'A', 't/y': broken, 't/z': 'Z' })
    const result = await collect(mixture.stream(ask('q'), { signal: signal() }))
    expect(result).toMatchObject({ text: 'Half an ', finishReason: 'error' })
    expect(result.degraded).toMatchObject([{ code: 'answer-broken-off' }])
    expect(models['t/z']?.requests).toHaveLength(0)
  })

  it('throws one error that lists every call when nothing was usable', async () => {
    const { mixture } = setup(chain, { 't/a': failing(), 't/y': failing(), 't/z': failing('timeout') })
    await expect(collect(mixture.stream(ask('q'), { signal: signal() }))).rejects.toMatchObject({
      code: 'all_failed',
      message: expect.stringMatching(/t\/a, t\/y: .*\| t\/z: scripted timeout/) as string,
    })
  })
})

describe('abort', () => {
  it('throws the signal’s reason, closes every call and settles it', async () => {
    const { mixture, models } = setup(lite, {
      't/a': { text: 'A', delayMs: 10_000 },
      't/b': { text: 'B', delayMs: 10_000 },
      't/z': 'Z',
    })
    const controller = new AbortController()
    const calls: CallRecord[] = []
    const reason = new Error('enough')
    setTimeout(() => controller.abort(reason), 20)
    await expect(
      collect(mixture.stream(ask('q'), { signal: controller.signal, onCall: (call) => calls.push(call) })),
    ).rejects.toBe(reason)
    expect([models['t/a']?.open, models['t/b']?.open]).toEqual([0, 0])
    expect(calls.map(({ outcome }) => outcome)).toEqual(['aborted', 'aborted'])
  })

  it('throws at once for a signal that is aborted already', async () => {
    const { mixture, models } = setup(lite, { 't/a': 'A', 't/b': 'B', 't/z': 'Z' })
    await expect(
      collect(mixture.stream(ask('q'), { signal: AbortSignal.abort(new Error('before')) })),
    ).rejects.toThrow('before')
    expect(models['t/a']?.requests).toHaveLength(0)
  })

  it('closes every call when the reader leaves, before return() resolves', async () => {
    const { mixture, models } = setup(lite, { 't/a': 'A', 't/b': { text: 'B', delayMs: 10_000 }, 't/z': 'Z' })
    const calls: CallRecord[] = []
    for await (const event of mixture.stream(ask('q'), {
      signal: signal(),
      onCall: (call) => calls.push(call),
    }))
      if (event.type === 'proposal-end') break
    expect(models['t/b']?.open).toBe(0)
    expect(calls).toHaveLength(2)
  })

  it('leaves no listener on the caller’s signal', async () => {
    const { mixture } = setup(lite, { 't/a': 'A', 't/b': failing(), 't/z': 'Z' })
    const controller = new AbortController()
    let listeners = 0
    const add = controller.signal.addEventListener.bind(controller.signal)
    const remove = controller.signal.removeEventListener.bind(controller.signal)
    controller.signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1
      add(...args)
    }
    controller.signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1
      remove(...args)
    }
    await events(mixture, ask('q'), { signal: controller.signal })
    expect(listeners).toBe(0)
  })
})

describe('the bill', () => {
  it('sums every call, failed ones included, and tells each call once', async () => {
    const { mixture } = setup(lite, { 't/a': 'A', 't/b': failing(), 't/z': 'Z' })
    const calls: CallRecord[] = []
    const result = await collect(
      mixture.stream(ask('q'), { signal: signal(), onCall: (call) => calls.push(call) }),
    )
    expect(calls.map(({ slot, outcome }) => `${slot?.name} ${outcome}`).sort()).toEqual([
      't/a completed',
      't/b failed',
      't/z completed',
    ])
    expect(result.calls).toEqual(calls)
    expect(result.usage).toMatchObject({ inputTokens: 20, outputTokens: 10 })
    expect(result.cost).toEqual({ usd: 0.002, unpricedCalls: 0 })
  })

  it('makes a slow reader hold up the writer of the answer', async () => {
    let written = 0
    const endless: Model = {
      id: 't/z',
      async *stream() {
        yield { type: 'answer-start', model: 'z' }
        for (;;) {
          written += 1
          yield { type: 'answer-delta', text: 'x' }
          await Promise.resolve()
        }
      },
    }
    const mixture = createMixture(compile({ proposers: ['t/a'], aggregator: 't/z' }, 'mix'), {
      resolve: (name) => (name === 't/z' ? endless : scriptedModel(name, () => 'A')),
    })
    const iterator = mixture.stream(ask('q'), { signal: signal() })[Symbol.asyncIterator]()
    for (let read = 0; read < 12; read += 1) await iterator.next()
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(written).toBeLessThan(200)
    await iterator.return?.()
  })
})
