import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { collect, type ChatRequest, type Model } from '../src/core/index.js'
import {
  LatencyBook,
  RecipeBook,
  compile,
  createMixture,
  estimateRun,
  type RecipeInput,
} from '../src/engine/index.js'
import { createProviders, type Providers } from '../src/providers/index.js'
import { Recorder, readRecording } from '../src/record/index.js'
import { startSimServer, virtualClock, type SimServer } from '../src/sim/index.js'
import { Sandbox, built } from './cli/moa.js'
import { scriptedModel } from './scripted-model.js'

const QUESTION: ChatRequest = {
  messages: [{ role: 'user', content: 'Explain in two paragraphs why the sky is blue and sunsets are red.' }],
}
const { signal } = new AbortController()

describe('estimate and ledger', () => {
  let server: SimServer
  let providers: Providers
  const folder = mkdtempSync(join(tmpdir(), 'moa-budget-'))
  const PRICE = { input: 1, output: 4 }
  beforeAll(async () => {
    server = await startSimServer({ seed: 11 })
    const names = ['ada', 'grace', 'alan', 'edsger', 'barbara'].map((name) => `up/${name}+tokens=200`)
    providers = createProviders({
      providers: [{ name: 'up', baseURL: server.url }],
      prices: Object.fromEntries(names.map((name) => [name, PRICE])),
    })
  })
  afterAll(async () => {
    await providers.close()
    await server.close()
    rmSync(folder, { recursive: true })
  })

  const slot = (name: string) => ({ model: `up/${name}+tokens=200`, maxTokens: 200 })
  const panel = ['ada', 'grace', 'alan', 'edsger'].map(slot)
  it.each<[string, RecipeInput]>([
    ['one layer', { proposers: panel, aggregator: slot('barbara'), policy: { quorum: 4 } }],
    ['two layers', { proposers: panel, aggregator: slot('barbara'), layers: 3, policy: { quorum: 4 } }],
    [
      'a critic and a judge',
      {
        policy: { quorum: 4 },
        stages: [
          { kind: 'propose', slots: panel },
          { kind: 'critique', slots: [slot('alan')] },
          { kind: 'synthesize', slots: [slot('barbara')] },
        ],
      },
    ],
  ])('agree over a recorded run of %s', async (name, recipe) => {
    const file = join(folder, `${name}.jsonl`)
    const recorder = new Recorder({ file })
    const plan = compile(recipe, 'estimated')
    const models = new Map<string, Model>()
    const find = (address: string): Model => {
      const model = models.get(address) ?? recorder.model(providers.model(address))
      models.set(address, model)
      return model
    }
    const mixture = recorder.mixture(createMixture(plan, { resolve: find }))
    await collect(mixture.stream(QUESTION, { signal }))
    recorder.close()
    const ledger = readRecording(file).calls.flatMap(({ tape }) => tape.calls)
    const estimate = estimateRun(plan, QUESTION, find)
    const spentUsd = ledger.reduce((sum, { costUsd }) => sum + (costUsd ?? NaN), 0)
    const inputTokens = ledger.reduce((sum, { usage }) => sum + usage.inputTokens, 0)
    expect(ledger).toHaveLength(estimate.calls.length)
    expect(estimate.unpriced).toEqual([])
    expect(Object.values(estimate.prices)).toContainEqual(PRICE)
    // Tokens are counted without the models' tokenizers, so the estimate is a near one.
    expect(estimate.usd! / spentUsd).toBeGreaterThan(0.75)
    expect(estimate.usd! / spentUsd).toBeLessThan(1.35)
    expect(estimate.inputTokens / inputTokens).toBeGreaterThan(0.7)
    expect(estimate.inputTokens / inputTokens).toBeLessThan(1.4)
    expect(estimate.ceilingUsd).toBeGreaterThanOrEqual(spentUsd * 0.95)
  })
})

describe('a limit of latency', () => {
  const clock = virtualClock()
  const fast = scriptedModel('t/fast', () => ({ text: 'quick', delayMs: 100 }), clock)
  const slow = scriptedModel('t/slow', () => ({ text: 'slow', delayMs: 20_000 }), clock)
  const all = new Map<string, Model>([fast, slow].map((model) => [model.id, model]))
  const known = new LatencyBook()
  for (let call = 0; call < 10; call += 1) known.add('t/slow', 20_000)

  function mixtureOf(budget: RecipeInput['budget'], latency = known): Model {
    const plan = compile(
      { proposers: ['t/slow', 't/slow'], aggregator: 't/fast', ...(budget && { budget }) },
      'big',
    )
    const book = new RecipeBook({
      recipes: { lite: { proposers: ['t/fast'], aggregator: 't/fast' } },
      model: (address) => all.get(address)!,
      clock,
    })
    return createMixture(plan, {
      resolve: (address) => all.get(address)!,
      latency,
      clock,
      smaller: book.resolve('lite'),
    })
  }
  const run = (model: Model, limits: ChatRequest['limits'] = {}) =>
    clock.run(collect(model.stream({ ...QUESTION, limits }, { signal })))

  it('hands the run to the smaller recipe when its models are known to be slower, and says so', async () => {
    const result = await run(mixtureOf({ over: 'lite' }), { maxLatencyMs: 5_000 })
    expect(result.proposals.map(({ text }) => text)).toEqual(['quick'])
    expect(result.degraded).toEqual([
      {
        code: 'deadline',
        message:
          'Recipe "big" is expected to take 20 s or more, over the 5.0 s it may take. Recipe "lite" answers instead.',
      },
    ])
  })

  it('lets the run begin when there is time enough, or when nothing is known of its models', async () => {
    expect((await run(mixtureOf({ maxLatencyMs: 60_000, over: 'lite' }))).degraded).toEqual([])
    const unknown = await run(mixtureOf({ maxLatencyMs: 5_000, over: 'lite' }, new LatencyBook()))
    expect(unknown.text).toBe('quick')
    // What nobody could know before is held to while it runs.
    expect(unknown.degraded.map(({ code }) => code)).toContain('deadline')
  })

  it('refuses where the recipe names no other', async () => {
    const plan = compile(
      { proposers: ['t/slow', 't/slow'], aggregator: 't/fast', budget: { maxLatencyMs: 5_000 } },
      'big',
    )
    const mixture = createMixture(plan, { resolve: (address) => all.get(address)!, latency: known, clock })
    await expect(run(mixture)).rejects.toMatchObject({
      code: 'deadline',
      message: 'Recipe "big" is expected to take 20 s or more, over the 5.0 s it may take.',
    })
  })
})

describe('moa explain', () => {
  it('shows what a run would cost, and the date and source of the prices', async () => {
    await built()
    const box = new Sandbox()
    try {
      box.write(
        'moa.config.yaml',
        'proposers: [openai/gpt-5-mini, groq/openai/gpt-oss-20b]\naggregator: openai/gpt-5-mini\nprices: { groq/openai/gpt-oss-20b: { input: 1, output: 2 } }\n',
      )
      const { stdout, code } = await box.run(['explain', '-r', 'moa-lite', '--max-tokens', '500', 'Why?'])
      expect(code).toBe(0)
      expect(stdout).toMatch(/about \$0\.\d+ for answers of usual length/)
      expect(stdout).toMatch(/price of openai\/gpt-5-mini: https:\/\/\S+, \d{4}-\d{2}-\d{2}\n/)
      expect(stdout).toMatch(/price of groq\/openai\/gpt-oss-20b: your configuration\n/)
      const json = JSON.parse((await box.run(['explain', '--json', '-r', 'moa-lite', 'Why?'])).stdout) as {
        estimate: { prices: Record<string, { date?: string; source?: string }> }
      }
      expect(json.estimate.prices['openai/gpt-5-mini']).toMatchObject({
        date: expect.stringMatching(/^\d{4}/) as string,
        source: expect.stringMatching(/^https:/) as string,
      })
    } finally {
      box.remove()
    }
  })

  it('refuses a budget that says nothing', async () => {
    await built()
    const box = new Sandbox()
    try {
      box.write(
        'moa.config.yaml',
        'recipes:\n  mine: { proposers: [sim/ada], aggregator: sim/ada, budget: {} }\n',
      )
      const { stderr, code } = await box.run(['recipes', 'check'])
      expect(code).toBe(2)
      expect(stderr).toMatch(/the budget says nothing; state maxCostUsd, maxLatencyMs or over/)
    } finally {
      box.remove()
    }
  })
})
