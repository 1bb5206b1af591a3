import { describe, expect, it } from 'vitest'
import { scriptedModel } from '../../test/scripted-model.js'
import { collect, textOf } from '../core/index.js'
import { compile, createMixture } from '../engine/index.js'
import { estimatePromptTokens } from '../util/index.js'
import { CONTEXT_TABLE } from './context-table.js'
import { contextWindowOf } from './context-windows.js'
import { KNOWN_PROVIDERS } from './known.js'
import { createProviders } from './registry.js'

const { signal } = new AbortController()

describe('contextWindowOf', () => {
  it('knows main models, with date and source', () => {
    const known = KNOWN_PROVIDERS.map(({ name }) => name)
    for (const [provider, { models }] of Object.entries(CONTEXT_TABLE)) {
      expect(known).toContain(provider)
      for (const model of Object.keys(models)) {
        const window = contextWindowOf(provider, model)!
        expect(window.date).toMatch(/^\d{4}-\d{2}-\d{2}$/)
        expect(window.source).toMatch(/^https:\/\//)
        expect(window.contextTokens).toBeGreaterThanOrEqual(8_192)
        expect(window.promptTokens ?? 0).toBeLessThan(window.contextTokens)
      }
    }
  })

  it('takes names with a date at their end for those without', () => {
    expect(contextWindowOf('openai', 'gpt-4o-2024-11-20')?.contextTokens).toBe(128_000)
  })

  it('prefers the user, and says nothing of what it does not know', () => {
    expect(contextWindowOf('openai', 'gpt-4', { 'openai/gpt-4': 4_000 })).toEqual({ contextTokens: 4_000 })
    expect(contextWindowOf('openai', 'gpt-99')).toBeUndefined()
    expect(contextWindowOf('constructor', 'x', {})).toBeUndefined()
  })
})

describe('the window of a model', () => {
  const providers = createProviders({
    providers: [{ name: 'openai', baseURL: 'http://127.0.0.1:9/v1', apiKey: 'sk-none' }],
    contextTokens: { 'openai/small': 3_000 },
  })

  it('is one of its capabilities', () => {
    expect(providers.model('openai/gpt-5').capabilities).toMatchObject({
      contextTokens: 400_000,
      promptTokens: 272_000,
    })
    expect(providers.model('openai/gpt-99').capabilities?.contextTokens).toBeUndefined()
  })

  it.each([
    ['openai/small', 3_000, 1_024],
    ['openai/gpt-4', 8_192, 2_000],
  ])('of %s shortens the proposals it is shown, fairly and disclosed', async (id, window, maxTokens) => {
    const { capabilities } = providers.model(id)
    const writer = { ...scriptedModel(id, () => 'the answer'), ...(capabilities && { capabilities }) }
    const long = scriptedModel('t/long', () => 'A sentence of a long proposal. '.repeat(2_000))
    const short = scriptedModel('t/short', () => 'A short proposal.')
    const plan = compile(
      {
        proposers: ['t/long', 't/short', { model: 't/long', name: 'again' }],
        aggregator: { model: id, maxTokens },
      },
      'fitting',
    )
    const models = new Map([writer, long, short].map((model) => [model.id, model]))
    const mixture = createMixture(plan, { resolve: (name) => models.get(name)! })
    const result = await collect(
      mixture.stream({ messages: [{ role: 'user', content: 'Why?' }] }, { signal }),
    )
    expect(result.degraded).toEqual([
      expect.objectContaining({
        code: 'deviation',
        message: `2 proposals were shortened to fit the context window of ${id}.`,
      }),
    ])
    const sent = writer.requests[0]!.messages.map(({ content }) => textOf(content))
    expect(sent.join('\n')).toContain('A short proposal.')
    expect(estimatePromptTokens(sent)).toBeLessThanOrEqual(window - maxTokens)
    // Proposers have windows of their own; nothing of theirs was touched.
    expect(long.requests[0]!.maxTokens).toBeUndefined()
  })
})
