import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasShared, readShared, readSharedJson } from '../../../../../test/shared.js'
import { canonicalJson, sha256Hex } from '../../../../util/index.js'
import { ProblemLog } from '../../../problems.js'
import { readModelOutputs } from '../read/model-outputs.js'
import type { ModelOutputs } from '../types.js'
import { chunksOf, PADDING_PAIR, planChunk, shownPair, verdictsOf } from './batches.js'
import { cacheFileName, cacheKey, mergeRecords } from './cache.js'
import { isChatModel, parseChatMarkup } from './chat-markup.js'
import { isSwitched, joinOutputs, judgeOfPool, labelNoise, limitInstances } from './pairs.js'
import { pricePerExample } from './prices.js'
import { buildPrompt, fillTemplate, slotNames } from './prompt.js'

const root = 'benchmarks/alpaca_eval'
const shared = hasShared(`${root}/goldens/protocol/prompts.json`)

interface Traps {
  make_prompts: { template: string; example: Record<string, string>; prompt: string }[]
  prompt_to_chatml: { prompt: string; messages?: Record<string, string>[]; error?: string }[]
}

function outputsOf(generator: string, rows: [string, string][], extra = {}): ModelOutputs {
  return {
    generator,
    outputs: rows.map(([instruction, output]) => ({ instruction, output, generator, ...extra })),
  }
}

describe("judges' prompts", () => {
  it.skipIf(!shared)('fall into the same traps as the original', () => {
    const traps = readSharedJson<Traps>(`${root}/goldens/protocol/prompt_traps.json`)
    for (const { template, example, prompt } of traps.make_prompts) {
      expect(fillTemplate(template, [example])).toBe(prompt)
    }
    for (const { prompt, messages } of traps.prompt_to_chatml) {
      if (messages) expect(parseChatMarkup(prompt)).toEqual(messages)
      else expect(() => parseChatMarkup(prompt)).toThrow(/start with <\|im_start\|>/)
    }
  })

  it.skipIf(!shared)('equal the original, message for message, for 805 pairs of two models', () => {
    const golden = readSharedJson<Record<string, { switched: string; messages_sha256_16: string[] }>>(
      `${root}/goldens/protocol/prompts.json`,
    )
    const template = readShared(`${root}/evaluators/alpaca_eval_clf_gpt4_turbo/alpaca_eval_clf.txt`)
    const instructions = readSharedJson<{ instruction: string }[]>(`${root}/instructions.json`).map(
      (row) => row.instruction,
    )
    const read = (file: string): ModelOutputs =>
      readModelOutputs(readShared(`${root}/${file}`), { source: file, instructions }).data
    const baseline = read('alpaca_eval_gpt4_baseline.json.gz')
    for (const [model, { switched, messages_sha256_16 }] of Object.entries(golden)) {
      const log = new ProblemLog()
      const pairs = joinOutputs(baseline, read(`model_outputs/${model}.json.gz`), { log })
      expect(log.list()).toEqual([])
      const { batches } = {
        batches: pairs.map((pair) => ({ pair, switched: isSwitched(pair.instruction, 0) })),
      }
      expect(batches.map((plan) => Number(plan.switched)).join('')).toBe(switched)
      const hashes = batches.map((plan) => {
        const prompt = buildPrompt(template, [{ ...shownPair(plan) }])
        return sha256Hex(canonicalJson(parseChatMarkup(prompt))).slice(0, 16)
      })
      expect(hashes).toEqual(messages_sha256_16)
    }
  })

  it('know slots from braces', () => {
    expect(slotNames('{a} { b} {c\u00a0d} {e}{a} {\n"k"} {{x}')).toEqual(['a', 'e', '{x'])
  })

  it('fill several examples in order and refuse what does not fit', () => {
    expect(
      buildPrompt(' {i}-{o} {i}-{o}\n', [
        { i: '1', o: '{i}' },
        { i: '2', o: '$&' },
      ]),
    ).toBe('1-2 {i}-$&')
    expect(() => fillTemplate('{i} {i}', [{ i: '1' }])).toThrow(/found it 2 times/)
    expect(() => fillTemplate('{i}', [{ o: '1' }])).toThrow(/nothing to put into \{i\}/)
    expect(() => fillTemplate('{toString}', [{}])).toThrow(/nothing to put/)
  })

  it('keep `$` patterns of any value as they are', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('$', '&', '1', "'", '`', 'x') }), (value) => {
        expect(fillTemplate('<{a}>', [{ a: value }])).toBe(`<${value}>`)
      }),
    )
  })

  it('refuse markup without a role or with broken fields', () => {
    expect(() => parseChatMarkup('<|im_start|>user<|im_end|>')).toThrow(/line with the role/)
    expect(() => parseChatMarkup('<|im_start|>system x\n<|im_end|>')).toThrow(/name=value/)
    expect(parseChatMarkup('<|im_start|>system name=a=b \nx<|im_end|>')).toEqual([
      { role: 'system', content: 'x', name: 'a=b' },
    ])
  })

  it('tell chat models from completion models', () => {
    const chat = ['gpt-4-1106-preview', 'gpt-3.5-turbo-0301', 'claude-v1', 'gpt-4o-mini-2024-07-18']
    const plain = ['text-davinci-003', 'gpt-3.5-turbo-instruct', 'gpt-3']
    expect(chat.filter((name) => !isChatModel(name))).toEqual([])
    expect(plain.filter(isChatModel)).toEqual([])
  })
})

describe('pairs to judge', () => {
  const baseline = outputsOf(
    'b',
    [
      ['p', '1'],
      ['q', '2'],
      ['r', '3'],
    ],
    { dataset: 'd' },
  )

  it('are joined by instruction in the order of the baseline, copies once', () => {
    const log = new ProblemLog()
    const model = outputsOf('m', [
      ['r', 'R'],
      ['p', 'P'],
      ['p', 'P'],
      ['z', 'Z'],
    ])
    const pairs = joinOutputs(baseline, model, { log })
    expect(pairs.map((pair) => [pair.instruction, pair.output_1, pair.output_2])).toEqual([
      ['p', '1', 'P'],
      ['r', '3', 'R'],
    ])
    expect(pairs[0]).toMatchObject({ generator_1: 'b', generator_2: 'm', extra: { dataset: 'd' } })
    expect(log.list().map(({ code, count }) => [code, count])).toEqual([
      ['record-missing', 1],
      ['id-unknown', 1],
    ])
  })

  it('keep both data set names where they differ', () => {
    const model = outputsOf('m', [['p', 'P']], { dataset: 'other' })
    const [pair] = joinOutputs(baseline, model, { log: new ProblemLog() })
    expect(pair!.extra).toEqual({ dataset_1: 'd', dataset_2: 'other' })
  })

  it('are cut after the same shuffle of both files', () => {
    const model = outputsOf('m', [
      ['p', 'P'],
      ['q', 'Q'],
      ['r', 'R'],
    ])
    const [a, b] = limitInstances([baseline, model], 2)
    expect(a.outputs).toHaveLength(2)
    expect(a.outputs.map((row) => row.instruction)).toEqual(b.outputs.map((row) => row.instruction))
    const [c] = limitInstances([baseline, outputsOf('m', [['q', 'Q']])], 1)
    expect(c.outputs[0]!.instruction).toBe('p')
  })

  it('draw judge and noise from the instruction', () => {
    expect(labelNoise('x', { seed: 0, chance: 0 })).toBeNull()
    expect(judgeOfPool(['only'], { instruction: 'x', seed: 3 })).toBe('only')
    expect([1, 2]).toContain(labelNoise('x', { seed: 0, chance: 0.5 }))
  })

  it('go to the judge once: identical outputs and copies need no call', () => {
    const pair = (instruction: string, output_1: string, output_2: string) => ({
      instruction,
      output_1,
      output_2,
    })
    const chunk = [pair('a', 'x', 'y'), pair('b', 's', 's'), pair('a', 'x', 'y'), pair('c', 'x', 'y')]
    const plan = planChunk(chunk, { size: 3, seed: 0 })
    expect(plan.identical).toEqual([chunk[1]])
    expect(plan.copies).toEqual([chunk[2]])
    expect(plan.batches).toHaveLength(1)
    expect(plan.batches[0]!.filter((entry) => entry === null)).toHaveLength(1)
    expect(chunksOf(Array.from({ length: 300 }, (_, row) => row)).map((rows) => rows.length)).toEqual([
      128, 128, 44,
    ])
    expect(buildPrompt('{instruction}{output_1}{output_2}', [{ ...PADDING_PAIR }])).toBe('1+1=23')
  })
})

describe('verdicts', () => {
  const pair = { instruction: 'a', output_1: 'x', output_2: 'y' }
  const straight = { pair, switched: false }
  const switched = { pair, switched: true }

  it('undo the swap, take 0 as a draw and drop padding', () => {
    const batch = [straight, switched, null, switched, straight]
    const verdicts = verdictsOf(batch, { ok: true, values: [1.25, 1.25, 1, 0, true] })
    expect(verdicts.map((verdict) => verdict.preference)).toEqual([1.25, 1.75, 1.5, 1])
  })

  it('are missing with a reason where the reply does not fit', () => {
    const reasons = (values: unknown[]): unknown[] =>
      verdictsOf([straight, switched], { ok: true, values: values as number[] }).map(
        (verdict) => verdict.reason,
      )
    expect(reasons([1])).toEqual(Array(2).fill('expected 2 verdicts in the reply, got 1'))
    expect(reasons([3, 'x'])).toEqual(Array(2).fill('the reply holds no preference from 1 to 2'))
    expect(verdictsOf([straight], { ok: false, reason: 'why' })[0]).toMatchObject({
      preference: null,
      reason: 'why',
    })
  })

  it('swap twice to the same', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 2, noNaN: true }), (value) => {
        const [once] = verdictsOf([switched], { ok: true, values: [value] })
        const [twice] = verdictsOf([switched], { ok: true, values: [once!.preference] })
        expect(twice!.preference).toBeCloseTo(value, 14)
      }),
    )
  })
})

describe('prices and cache', () => {
  it('are those of the original', () => {
    const price = (judge: string): number => pricePerExample(judge, { totalTokens: 1000, characters: 4000 })
    expect(price('gpt-4-1106-preview')).toBe(0.01)
    expect(price('gpt-4-turbo-2024-04-09')).toBe(0.01)
    expect(price('gpt-4o-mini-2024-07-18')).toBe(0.00015)
    expect(price('gpt-4-0314')).toBe(0.03)
    expect(price('gpt-3.5-turbo-0301')).toBe(0.002)
    expect(price('text-davinci-003')).toBe(0.02)
    expect(price('claude-v1')).toBeCloseTo(0.008, 15)
    expect(price('llama')).toBeNaN()
    expect(pricePerExample('gpt-4', { totalTokens: 1000, batchSize: 5 })).toBeCloseTo(0.006, 15)
  })

  it('finds verdicts by pair and judge, the newest first', () => {
    const record = (annotator: string, preference: number) => ({
      instruction: 'i',
      output_1: 'a',
      output_2: 'b',
      generator_1: null,
      generator_2: null,
      annotator,
      preference,
      price_per_example: null,
      time_per_example: null,
      raw_completion: null,
    })
    const merged = mergeRecords([record('x', 1), record('y', 1)], [record('x', 2)])
    expect(merged.map((entry) => [entry.annotator, entry.preference])).toEqual([
      ['y', 1],
      ['x', 2],
    ])
    expect(cacheKey(record('x', 1))).not.toBe(cacheKey({ ...record('x', 1), output_1: 'a","b' }))
    expect(cacheFileName('judges/gpt4/configs.yaml', 2)).toBe('annotations_seed2_configs.json')
  })
})
