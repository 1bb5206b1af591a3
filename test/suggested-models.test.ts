import { describe, expect, it } from 'vitest'
import { SUGGESTED_MODELS } from '../src/config/suggested-models.js'
import { KNOWN_PROVIDERS, priceOf } from '../src/providers/index.js'

describe('suggested models', () => {
  it('are there for every hosted provider', () => {
    const hosted = KNOWN_PROVIDERS.filter(({ local }) => !local).map(({ name }) => name)
    expect(Object.keys(SUGGESTED_MODELS).sort()).toEqual([...hosted].sort())
  })

  it('have a known price, except where the provider states the price of every call itself', () => {
    const unpriced = Object.entries(SUGGESTED_MODELS)
      .filter(([provider]) => provider !== 'openrouter')
      .flatMap(([provider, models]) => models.filter((model) => priceOf(provider, model) === null))
    expect(unpriced).toEqual([])
  })
})
