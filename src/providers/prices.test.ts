import { describe, expect, it } from 'vitest'
import { priceCall } from '../core/index.js'
import { KNOWN_PROVIDERS } from './known.js'
import { PRICE_TABLE } from './price-table.js'
import { priceOf } from './prices.js'

const USAGE = { inputTokens: 1000, outputTokens: 100, cachedInputTokens: 0, reasoningTokens: 0 }

describe('priceOf', () => {
  it('knows main models, with date and source', () => {
    expect(priceOf('openai', 'gpt-5')).toMatchObject({ input: 1.25, cachedInput: 0.125, output: 10 })
    for (const provider of Object.keys(PRICE_TABLE)) {
      for (const { models } of PRICE_TABLE[provider] ?? []) {
        for (const model of Object.keys(models)) {
          const price = priceOf(provider, model)!
          expect(price.date).toMatch(/^\d{4}-\d{2}-\d{2}$/)
          expect(price.source).toMatch(/^https:\/\//)
          expect(price.input).toBeGreaterThan(0)
          expect(price.output).toBeGreaterThanOrEqual(price.input)
          expect(price.cachedInput ?? price.input).toBeLessThanOrEqual(price.input)
        }
      }
    }
  })

  it('has the six proposers of the paper', () => {
    const six = [
      'Qwen/Qwen1.5-110B-Chat',
      'Qwen/Qwen1.5-72B-Chat',
      'microsoft/WizardLM-2-8x22B',
      'meta-llama/Llama-3-70b-chat-hf',
      'mistralai/Mixtral-8x22B-Instruct-v0.1',
      'databricks/dbrx-instruct',
    ]
    for (const model of six) expect(priceOf('together', model)).not.toBeNull()
  })

  it('says null, never 0, for what it does not know', () => {
    expect(priceOf('openai', 'gpt-99')).toBeNull()
    expect(priceOf('nobody', 'gpt-5')).toBeNull()
    expect(priceOf('openrouter', 'openai/gpt-5')).toBeNull()
    expect(priceOf('openai', 'constructor')).toBeNull()
    expect(priceOf('constructor', 'name')).toBeNull()
  })

  it('takes a dated name for the name without its date', () => {
    expect(priceOf('openai', 'gpt-5-2025-08-07')).toEqual(priceOf('openai', 'gpt-5'))
    expect(priceOf('anthropic', 'claude-haiku-4-5-20251001')).toEqual(
      priceOf('anthropic', 'claude-haiku-4-5'),
    )
    expect(priceOf('mistral', 'mistral-large-2512')).not.toBeNull()
  })

  it("puts the user's own figures first", () => {
    const overrides = { 'openai/gpt-5': { input: 9, output: 9 }, 'home/x': { input: 1, output: 2 } }
    expect(priceOf('openai', 'gpt-5', { overrides })).toEqual({ input: 9, output: 9 })
    expect(priceOf('home', 'x', { overrides, local: true })).toEqual({ input: 1, output: 2 })
  })

  it('knows what costs nothing per call: simulated and local models', () => {
    expect(priceOf('sim', 'ada')).toMatchObject({ input: 0, output: 0 })
    expect(priceOf('home', 'llama', { local: true })).toMatchObject({ input: 0, output: 0 })
  })
})

describe('priceCall', () => {
  it('counts cached tokens at their own price', () => {
    const price = { input: 2, cachedInput: 0.5, output: 10 }
    expect(priceCall(price, USAGE)).toBeCloseTo(0.003, 12)
    expect(priceCall(price, { ...USAGE, cachedInputTokens: 400 })).toBeCloseTo(0.0024, 12)
    expect(priceCall({ input: 2, output: 10 }, { ...USAGE, cachedInputTokens: 400 })).toBeCloseTo(0.003, 12)
    expect(priceCall(price, { ...USAGE, cachedInputTokens: 5000 })).toBeCloseTo(0.0015, 12)
  })
})

describe('the known providers', () => {
  it('have distinct names, usable URLs, and a key variable or a port', () => {
    expect(new Set(KNOWN_PROVIDERS.map((provider) => provider.name)).size).toBe(KNOWN_PROVIDERS.length)
    for (const provider of KNOWN_PROVIDERS) {
      const url = new URL(provider.baseURL)
      expect(url.protocol).toBe(provider.local ? 'http:' : 'https:')
      expect(provider.baseURL.endsWith('/')).toBe(false)
      if (provider.local) expect(Number(url.port)).toBe(provider.port)
      else expect(provider.keyVariables[0]).toMatch(/^[A-Z_]+_API_KEY$/)
    }
  })

  it('are the only ones with prices', () => {
    const names = KNOWN_PROVIDERS.map((provider) => provider.name)
    expect(Object.keys(PRICE_TABLE).filter((name) => !names.includes(name))).toEqual([])
  })
})
