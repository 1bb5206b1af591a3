import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { collect, type CallRecord } from '../src/core/index.js'
import { RecipeBook, SHIPPED_RECIPES, ownRecipes } from '../src/engine/index.js'
import { createProviders, type Providers } from '../src/providers/index.js'
import { simModel, startSimServer, type SimServer } from '../src/sim/index.js'

/** Every shipped recipe end to end over real HTTP. */

let server: SimServer
let providers: Providers

beforeAll(async () => {
  server = await startSimServer()
  providers = createProviders({ providers: [{ name: 'up', baseURL: server.url }] })
})

afterAll(async () => {
  await providers.close()
  await server.close()
})

const recipes = ownRecipes({
  proposers: ['up/ada', 'up/grace', 'up/alan', 'up/edsger'],
  aggregator: 'up/barbara',
})

function book(): RecipeBook {
  return new RecipeBook({
    recipes: { ...SHIPPED_RECIPES, ...recipes },
    model: (address) => (address.startsWith('sim/') ? simModel(address.slice(4)) : providers.model(address)),
  })
}

describe.each([...Object.keys(recipes), 'demo'])('recipe %s', (name) => {
  it('answers, keeps to its plan and keeps its books', async () => {
    server.clearLog()
    const calls: CallRecord[] = []
    const plan = book().plan(name)
    const result = await collect(
      book()
        .resolve(name)
        .stream(
          { messages: [{ role: 'user', content: 'What is 17 times 3? End with "The answer is …".' }] },
          { signal: new AbortController().signal, onCall: (call) => calls.push(call) },
        ),
    )
    await server.idle()
    expect(result.text).not.toBe('')
    expect(result.finishReason).toBe('stop')
    expect(result.degraded).toEqual([])
    expect(calls.length).toBeGreaterThan(0)
    // A gate that is satisfied saves calls; nothing makes more of them.
    expect(calls.length).toBeLessThanOrEqual(plan.calls)
    if (name !== 'demo') expect(server.log).toHaveLength(calls.length)
    expect(result.usage.outputTokens).toBe(calls.reduce((sum, { usage }) => sum + usage.outputTokens, 0))
  })
})

describe('own recipes', () => {
  it.each([1, 2, 3, 6])('compile for %i proposers', (count) => {
    const proposers = Array.from({ length: count }, (_, index) => `up/m${index}`)
    const all = ownRecipes({ proposers, aggregator: 'up/m0' })
    const compiled = new RecipeBook({ recipes: all, model: () => simModel('ada') })
    for (const name of Object.keys(all)) expect(compiled.plan(name).calls).toBeGreaterThan(0)
  })
})

describe('a recipe as a slot of another', () => {
  const nested = {
    inner: { proposers: ['up/ada', 'up/grace'], aggregator: 'up/alan' },
    outer: { proposers: ['inner', 'up/edsger'], aggregator: 'up/barbara' },
  }

  it('answers as one proposer, and every call of it is in the ledger', async () => {
    const model = new RecipeBook({ recipes: nested, model: (address) => providers.model(address) }).resolve(
      'outer',
    )
    const result = await collect(
      model.stream(
        { messages: [{ role: 'user', content: 'What is a tide?' }] },
        { signal: new AbortController().signal },
      ),
    )
    expect(result.proposals.map(({ slot }) => slot.name).sort()).toEqual(['inner', 'up/edsger'])
    expect(result.calls).toHaveLength(5)
    expect(result.usage.outputTokens).toBe(
      result.calls.reduce((sum, { usage }) => sum + usage.outputTokens, 0),
    )
  })

  it('is refused when it ends up in itself, naming the way round', () => {
    const cyclic = {
      a: { proposers: ['b'], aggregator: 'up/ada' },
      b: { proposers: ['c', 'up/ada'], aggregator: 'up/ada' },
      c: { proposers: ['up/ada'], aggregator: 'a' },
    }
    const book = new RecipeBook({ recipes: cyclic, model: (address) => providers.model(address) })
    expect(() => book.resolve('a')).toThrow(/contains itself: a → b → c → a/)
    expect(() => book.check('a')).toThrow(/contains itself: a → b → c → a/)
  })

  it('is checked where it only steps in, too: as the smaller recipe and as a second copy', () => {
    const plain = { proposers: ['up/ada'], aggregator: 'up/ada' }
    const book = new RecipeBook({
      recipes: {
        a: { ...plain, budget: { maxCostUsd: 1, over: 'b' } },
        b: { ...plain, policy: { hedge: { model: 'a' } } },
        c: { ...plain, budget: { over: 'nobody' } },
        d: { ...plain, budget: { over: 'refuse' } },
      },
      model: (address) => providers.model(address),
    })
    expect(() => book.check('a')).toThrow(/contains itself: a → b → a/)
    expect(() => book.check('c')).toThrow(/no recipe "nobody"/)
    expect(() => book.check('d')).not.toThrow()
  })
})
