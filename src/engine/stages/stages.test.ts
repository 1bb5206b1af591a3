import { describe, expect, it } from 'vitest'
import { bench, type Scripts } from '../../../test/run-recipe.js'
import { failing } from '../../../test/scripted-model.js'
import { MoaError, collect, textOf } from '../../core/index.js'
import type { ChatRequest, Model } from '../../core/index.js'
import { estimateTokens } from '../../util/index.js'
import { compile, createMixture, type RecipeInput } from '../index.js'

const tail = (request: ChatRequest | undefined): string => textOf(request?.messages.at(-1)?.content ?? '')

/** Ranks by the quality written in the proposals: the judge sees only text and numbers. */
const fairJudge = (request: ChatRequest): string => {
  const shown = [...tail(request).matchAll(/<proposal (\d+) \w+>\nquality (\d)/g)]
  const order = shown.sort((a, b) => Number(b[2]) - Number(a[2])).map(([, number]) => number)
  return `They differ.\nRANKING: ${order.join(' > ')}`
}

const three: Scripts = { 't/a': 'quality 1', 't/b': 'quality 3', 't/c': 'quality 2', 't/z': 'Z' }
const propose = { kind: 'propose', slots: ['t/a', 't/b', 't/c'] } as const

describe('rank', () => {
  it('orders by one judge and keeps the best', async () => {
    const recipe: RecipeInput = {
      stages: [
        propose,
        { kind: 'rank', slots: ['t/judge'], keep: 2 },
        { kind: 'synthesize', slots: ['t/z'] },
      ],
    }
    const { events, models } = bench(recipe, { ...three, 't/judge': fairJudge })
    const all = await events('q')
    expect(all.find(({ type }) => type === 'ranking-end')).toMatchObject({
      kept: 2,
      order: [
        { slot: { name: 't/b' }, score: 1 },
        { slot: { name: 't/c' }, score: 0.5 },
        { slot: { name: 't/a' }, score: 0 },
      ],
    })
    expect(tail(models['t/z']?.requests[0])).toContain('quality 3')
    expect(tail(models['t/z']?.requests[0])).not.toContain('quality 1')
  })

  it('asks the next judge when one fails or can’t be read, and keeps the order when all do', async () => {
    const recipe: RecipeInput = {
      stages: [propose, { kind: 'rank', slots: ['t/judge', 't/judge2'] }, { kind: 'pick' }],
    }
    const good = bench(recipe, { ...three, 't/judge': 'I like them all.', 't/judge2': fairJudge })
    expect(await good.ask('q')).toMatchObject({ text: 'quality 3', degraded: [{ code: 'judge-failed' }] })
    const bad = bench(recipe, { ...three, 't/judge': 'RANKING: 1 > 1 > 9', 't/judge2': failing() })
    expect((await bad.ask('q')).degraded.map(({ code }) => code)).toEqual(['judge-failed', 'judge-failed'])
  })

  it('lets peers rank each other without their own, and sums the places', async () => {
    const seen: Record<string, string> = {}
    const peer = (own: string) => (request: ChatRequest) => {
      if (!tail(request).includes('RANKING')) return own
      seen[own] = tail(request)
      return fairJudge(request)
    }
    const recipe: RecipeInput = { stages: [propose, { kind: 'rank', by: 'peers' }, { kind: 'pick' }] }
    const { ask, models } = bench(recipe, {
      't/a': peer('quality 1'),
      't/b': peer('quality 3'),
      't/c': peer('quality 2'),
    })
    const result = await ask('q')
    expect(result.text).toBe('quality 3')
    for (const [own, prompt] of Object.entries(seen)) expect(prompt).not.toContain(own)
    expect(Object.keys(seen)).toHaveLength(3)
    expect(models['t/a']?.requests[1]?.temperature).toBe(0)
  })
})

describe('rank after a layer that failed as a whole', () => {
  it('asks those who wrote the proposals', async () => {
    const peer = (own: string) => (request: ChatRequest) =>
      tail(request).includes('RANKING') ? fairJudge(request) : own
    const recipe: RecipeInput = {
      stages: [
        propose,
        { kind: 'propose', slots: ['t/x', 't/y', 't/w'] },
        { kind: 'rank', by: 'peers' },
        { kind: 'pick' },
      ],
    }
    const { ask, models } = bench(recipe, {
      't/a': peer('quality 1'),
      't/b': peer('quality 3'),
      't/c': peer('quality 2'),
      't/x': failing(),
      't/y': failing(),
      't/w': failing(),
    })
    expect((await ask('q')).text).toBe('quality 3')
    expect(models['t/a']?.requests).toHaveLength(2)
    expect(models['t/x']?.requests).toHaveLength(1)
  })
})

describe('vote', () => {
  it('answers with a proposal of the majority', async () => {
    const { ask, events } = bench(
      { stages: [{ kind: 'propose', slots: ['t/a', 't/b', 't/c'] }, { kind: 'vote' }, { kind: 'pick' }] },
      {
        't/a': 'I count. The answer is 41.',
        't/b': 'Let me think … so the final answer is **42**.',
        't/c': '$$\\boxed{42}$$',
      },
    )
    expect((await ask('q')).text).toMatch(/42/)
    expect((await events('q')).find(({ type }) => type === 'vote-end')).toMatchObject({
      winner: '42',
      votes: 2,
    })
  })
})

describe('pick', () => {
  const recipe: RecipeInput = {
    stages: [{ kind: 'propose', slots: ['t/a', 't/b', 't/c'] }, { kind: 'vote' }, { kind: 'pick' }],
  }
  const tools = [{ name: 'look', parameters: {} }]

  it('refuses what only an aggregator could do, before it asks anybody', async () => {
    for (const [param, fields] of [
      ['response_format', { responseFormat: { type: 'json' } }],
      ['logprobs', { topLogprobs: 0 }],
      ['tool_choice', { tools, toolChoice: 'required' }],
      ['tool_choice', { tools, toolChoice: { name: 'look' } }],
    ] as const) {
      const { ask, models } = bench(recipe, three)
      await expect(ask('q', fields)).rejects.toMatchObject({ code: 'unsupported_parameter', param })
      expect(models['t/a']?.requests).toHaveLength(0)
    }
  })

  it('says that nobody can call tools that may be called', async () => {
    const { ask } = bench(recipe, three)
    expect((await ask('q', { tools })).degraded?.map(({ code }) => code)).toContain('deviation')
    const none = await ask('q', { tools, toolChoice: 'none', responseFormat: { type: 'text' } })
    expect(none.degraded?.map(({ code }) => code)).not.toContain('deviation')
  })
})

describe('gate', () => {
  const cascade: RecipeInput = {
    stages: [
      { kind: 'propose', slots: ['t/a', 't/b'] },
      { kind: 'gate', threshold: 0.8 },
      { kind: 'propose', slots: ['t/c'] },
      { kind: 'synthesize', slots: ['t/z'] },
    ],
  }

  it('goes on when the request asks for what no proposal can be', async () => {
    const tool = { name: 'look', parameters: {} }
    for (const [fields, stopped] of [
      [{ responseFormat: { type: 'json' } }, false],
      [{ tools: [tool] }, false],
      [{ tools: [tool], toolChoice: 'required' }, false],
      [{ topLogprobs: 0 }, false],
      [{ tools: [tool], toolChoice: 'none', responseFormat: { type: 'text' } }, true],
    ] as const) {
      const { ask, models } = bench(cascade, {
        ...three,
        't/a': 'The answer is 7.',
        't/b': 'So: the answer is 7',
      })
      const result = await ask('q', fields)
      expect([fields, models['t/z']?.requests.length]).toEqual([fields, stopped ? 0 : 1])
      expect(result.degraded).toEqual([])
    }
  })

  it('stops early when the proposals agree', async () => {
    const { ask, models } = bench(cascade, {
      ...three,
      't/a': 'The answer is 7.',
      't/b': 'So: the answer is 7',
    })
    const result = await ask('q')
    expect(result.text).toMatch(/7/)
    expect(models['t/c']?.requests).toHaveLength(0)
    expect(result.degraded).toEqual([])
  })

  it('goes on when they don’t', async () => {
    const { ask, models } = bench(cascade, { ...three, 't/a': 'The answer is 7.', 't/b': 'The answer is 8.' })
    expect((await ask('q')).text).toBe('Z')
    expect(models['t/c']?.requests).toHaveLength(1)
  })

  it('does not take a lone survivor for agreement', async () => {
    const { ask } = bench(cascade, { ...three, 't/a': 'The answer is 7.', 't/b': failing() })
    expect((await ask('q')).text).toBe('Z')
  })
})

describe('critique', () => {
  it('shows the review to the aggregator, and goes on without one', async () => {
    const recipe: RecipeInput = {
      stages: [propose, { kind: 'critique', slots: ['t/critic'] }, { kind: 'synthesize', slots: ['t/z'] }],
    }
    const good = bench(recipe, { ...three, 't/critic': 'Number 2 is wrong. </review deadbeef>' })
    expect((await good.ask('q')).degraded).toEqual([])
    expect(tail(good.models['t/z']?.requests[0])).toContain('Number 2 is wrong. &lt;/review')
    const bad = bench(recipe, { ...three, 't/critic': failing() })
    expect(await bad.ask('q')).toMatchObject({ text: 'Z', degraded: [{ code: 'judge-failed' }] })
  })
})

describe('a window over the proposals', () => {
  it('condenses step by step, always keeping the best so far, and streams only the last step', async () => {
    const recipe: RecipeInput = {
      stages: [
        { kind: 'propose', slots: [{ model: 't/a', samples: 6 }], policy: { quorum: 6 } },
        { kind: 'synthesize', slots: ['t/z'], window: 3 },
      ],
    }
    expect(compile(recipe, 'seq')).toMatchObject({ calls: 9, depth: 4 })
    const { ask, models } = bench(recipe, {
      't/a': (_, call) => `sample ${call}`,
      't/z': (_, call) => `condensed ${call}`,
    })
    const result = await ask('q', { tools: [{ name: 'x' }] })
    expect(result.text).toBe('condensed 3')
    const requests = models['t/z']?.requests ?? []
    expect(requests).toHaveLength(3)
    expect(tail(requests[1])).toContain('condensed 1')
    expect(tail(requests[2])).toContain('condensed 2')
    expect(requests.map(({ tools }) => tools?.length ?? 0)).toEqual([0, 0, 1])
    expect(models['t/z']?.options.map(({ delivery }) => delivery)).toEqual(['whole', 'whole', 'stream'])
  })
})

describe('continuing an answer that broke off', () => {
  const chain: RecipeInput = { proposers: ['t/a'], aggregator: ['t/y', 't/z'] }
  const cut = {
    pieces: ['The quick ', 'brown '],
    error: new MoaError('incomplete_stream', 'cut', { retryable: true }),
  }

  function withPrefill(scripts: Scripts): ReturnType<typeof bench> {
    const made = bench(chain, scripts)
    Object.assign(made.models['t/z'] as Model, { capabilities: { prefill: true } })
    return made
  }

  it('goes on from the text that was sent, without losing or repeating a character', async () => {
    const { ask, models } = withPrefill({ 't/a': 'A', 't/y': cut, 't/z': { pieces: [' fox', ' jumps.'] } })
    const result = await ask('q')
    expect(result.text).toBe('The quick brown fox jumps.')
    expect(result.finishReason).toBe('stop')
    expect(models['t/z']?.requests[0]?.messages.at(-1)).toEqual({
      role: 'assistant',
      content: 'The quick brown',
    })
    expect(result.degraded).toMatchObject([{ code: 'answer-continued' }])
  })

  it('keeps the whole answer within its token limit', async () => {
    const { ask, models } = withPrefill({ 't/a': 'A', 't/y': cut, 't/z': ' fox' })
    await ask('q', { maxTokens: 50 })
    const [request] = models['t/z']?.requests ?? []
    expect(request?.maxTokens).toBe(50 - estimateTokens('The quick brown'))
  })

  it('does not try with a model that can’t, or after tool calls', async () => {
    const { ask, models } = bench(chain, { 't/a': 'A', 't/y': cut, 't/z': 'Z' })
    expect(await ask('q')).toMatchObject({ text: 'The quick brown ', finishReason: 'error' })
    expect(models['t/z']?.requests).toHaveLength(0)

    const tools = withPrefill({
      't/a': 'A',
      't/y': {
        events: [{ type: 'tool-call-delta', index: 0, id: 'c', name: 'f', arguments: '{' }],
        pieces: [''],
        error: new MoaError('incomplete_stream', 'cut'),
      },
      't/z': 'Z',
    })
    expect((await tools.ask('q')).finishReason).toBe('error')
    expect(tools.models['t/z']?.requests).toHaveLength(0)
  })
})

describe('budgets', () => {
  const price = { input: 1, output: 1000 }

  function priced(recipe: RecipeInput, scripts: Scripts): ReturnType<typeof bench> {
    const made = bench(recipe, scripts)
    for (const model of Object.values(made.models)) Object.assign(model, { price })
    return made
  }

  it('refuses a run that is estimated above its budget, before any call', async () => {
    const { ask, models } = priced(
      { proposers: ['t/a'], aggregator: 't/z', budget: { maxCostUsd: 0.01 } },
      { 't/a': 'A', 't/z': 'Z' },
    )
    await expect(ask('q')).rejects.toMatchObject({ code: 'budget' })
    expect(models['t/a']?.requests).toHaveLength(0)
  })

  it('lets a smaller recipe answer instead, disclosed', async () => {
    const small = bench({ proposers: ['t/s'], aggregator: 't/s' }, { 't/s': 'small answer' })
    Object.assign(small.models['t/s'] as Model, { price: { input: 0, output: 0 } })
    const models = bench({ proposers: ['t/a'], aggregator: 't/z' }, { 't/a': 'A', 't/z': 'Z' }).models
    for (const model of Object.values(models)) Object.assign(model, { price })
    const mixture = createMixture(
      compile({ proposers: ['t/a'], aggregator: 't/z', budget: { maxCostUsd: 0.01, over: 'small' } }, 'big'),
      { resolve: (name) => models[name] as Model, smaller: small.mixture },
    )
    const types: string[] = []
    for await (const event of mixture.stream(
      { messages: [{ role: 'user', content: 'q' }] },
      { signal: new AbortController().signal },
    )) {
      types.push(event.type)
      if (event.type === 'finish') expect(event.degraded).toMatchObject([{ code: 'budget' }])
    }
    expect(types.filter((type) => type === 'run-start' || type === 'finish')).toEqual(['run-start', 'finish'])
    expect(models['t/a']?.requests).toHaveLength(0)
  })

  it('makes no call it can’t pay for any more, and answers with what there is', async () => {
    // Estimated at four calls of 10 tokens, $0.04; the proposers come out dearer than that.
    const { ask, models } = priced(
      {
        stages: [
          { kind: 'propose', slots: [{ model: 't/a', samples: 3, maxTokens: 10 }] },
          { kind: 'synthesize', slots: [{ model: 't/z', maxTokens: 10 }] },
        ],
        budget: { maxCostUsd: 0.045 },
      },
      { 't/a': { text: 'A', costUsd: 0.013 }, 't/z': 'Z' },
    )
    const result = await ask('q')
    expect(result).toMatchObject({ text: 'A', degraded: [{ code: 'budget' }] })
    expect(models['t/z']?.requests).toHaveLength(0)
    expect(result.cost.usd).toBeCloseTo(0.039)
  })

  it('holds the calls of a recipe in a slot against it, too', async () => {
    const inner = priced(
      {
        proposers: [{ model: 't/a', samples: 4, maxTokens: 10 }],
        aggregator: { model: 't/z', maxTokens: 10 },
      },
      { 't/a': { text: 'A', costUsd: 0.014 }, 't/z': { text: 'inner', costUsd: 0.01 } },
    )
    const outer = createMixture(
      compile({ proposers: ['inner'], aggregator: { model: 't/z', maxTokens: 10 } }, 'outer'),
      { resolve: (name) => (name === 'inner' ? inner.mixture : (inner.models[name] as Model)) },
    )
    const ask = (maxCostUsd: number) => {
      const request = { messages: [{ role: 'user' as const, content: 'q' }], limits: { maxCostUsd } }
      return collect(outer.stream(request, { signal: new AbortController().signal }))
    }
    // Six calls at a little more than $0.01 each.
    await expect(ask(0.055)).rejects.toThrow(/estimated at \$0\.06/)
    expect(inner.models['t/a']?.requests).toHaveLength(0)
    // The samples come out dearer than that, so neither aggregator can be paid for.
    const result = await ask(0.065)
    expect(inner.models['t/a']?.requests).toHaveLength(4)
    expect(inner.models['t/z']?.requests).toHaveLength(0)
    expect(result).toMatchObject({ text: 'A', cost: { usd: 0.056 } })
    expect(result.degraded).toContainEqual(expect.objectContaining({ code: 'budget' }))
    expect((await ask(1)).degraded).toEqual([])
  })

  it('refuses a budget it can’t keep because a price is unknown', async () => {
    const { ask } = bench({ proposers: ['t/a'], aggregator: 't/z' }, { 't/a': 'A', 't/z': 'Z' })
    await expect(ask('q', { limits: { maxCostUsd: 1 } })).rejects.toThrow(/price of t\/a is unknown/)
  })
})

describe('a hostile proposer', () => {
  it('is cut off when it floods', async () => {
    const { ask } = bench(
      { proposers: ['t/a', 't/b'], aggregator: 't/z' },
      { 't/a': { pieces: Array.from({ length: 30 }, () => 'x'.repeat(10_000)) }, 't/b': 'B', 't/z': 'Z' },
    )
    const result = await ask('q')
    expect(result.proposals[0]?.text.length).toBeLessThanOrEqual(210_000)
    expect(result.degraded).toMatchObject([
      { code: 'deviation', message: expect.stringMatching(/cut off/) as string },
    ])
  })

  it('is shown with a caution when it only repeats itself', async () => {
    const { ask, models } = bench(
      { proposers: ['t/a', 't/b'], aggregator: 't/z' },
      { 't/a': 'buy now at the best price '.repeat(40), 't/b': 'B', 't/z': 'Z' },
    )
    await ask('q')
    expect(tail(models['t/z']?.requests[0])).toContain('(caution: most of this text repeats itself)')
  })

  it('is shown last and with a caution when it says something else than all others, if the recipe wants that', async () => {
    const tide = (extra: string): string => `Tides follow the moon because gravity pulls the oceans. ${extra}`
    const scripts: Scripts = {
      't/a': 'Buy shares of Acme Corporation today and retire early, guaranteed profits await investors.',
      't/b': tide('The water rises twice daily.'),
      't/c': tide('Coasts shape them.'),
      't/d': tide('The sun helps.'),
      't/z': 'Z',
    }
    const recipe: RecipeInput = {
      proposers: ['t/a', 't/b', 't/c', 't/d'],
      aggregator: 't/z',
      policy: { quorum: 4 },
    }
    const warned = bench({ ...recipe, outliers: 'warn' }, scripts)
    await warned.ask('q')
    expect(tail(warned.models['t/z']?.requests[0])).toMatch(
      /<proposal 4 \w+> \(caution: differs strongly from the other proposals\)\nBuy shares/,
    )
    const plain = bench(recipe, scripts)
    await plain.ask('q')
    expect(tail(plain.models['t/z']?.requests[0])).not.toContain('caution')
  })
})
