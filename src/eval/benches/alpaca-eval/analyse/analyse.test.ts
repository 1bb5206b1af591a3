import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { hasShared, readShared, readSharedJson } from '../../../../../test/shared.js'
import { planChunk, chunksOf, verdictsOf } from '../judge/batches.js'
import { isSwitched } from '../judge/pairs.js'
import { createParser, type ParserSettings } from '../parse/create-parser.js'
import { readReply } from '../parse/read-reply.js'
import { ProblemLog } from '../../../problems.js'
import { readHumanVotes, type HumanVote, type JudgeVote } from '../read/votes.js'
import { writeLeaderboard } from '../score/leaderboard.js'
import { isPreference, winRate } from '../score/win-rate.js'
import {
  analyseJudges,
  JUDGE_COLUMNS,
  judgeLeaderboard,
  type JudgeAnalysis,
  type JudgeColumn,
} from './analyse-judges.js'
import { agreementOf, estimateVotes, type ScoringRule } from './estimate.js'
import { gatherGold, type Gold } from './gold.js'
import { containsList } from './list-detection.js'
import { swapConsistency } from './swap-consistency.js'

const root = 'benchmarks/alpaca_eval'
const goldens = `${root}/goldens/evaluator_analysis`
const shared = hasShared(goldens)
const JUDGES = ['regex', 'ranking', 'clf', 'weighted', 'fn', 'batch5', 'fixed_order', 'single_seed'].map(
  (name) => `sim_${name}`,
)

type SimRow = [
  example: number,
  seed: number,
  preference: number | null,
  price: number,
  time: number,
  raw: unknown,
]

interface Config {
  fn_completion_parser: string
  completion_parser_kwargs: ParserSettings
  batch_size: number
  is_randomize_output_order?: boolean
}

const near = (actual: number | null | undefined, expected: number | null, label: string): void => {
  if (expected === null) expect(Number.isFinite(actual ?? NaN), label).toBe(false)
  else
    expect(Math.abs((actual ?? NaN) - expected), label).toBeLessThanOrEqual(
      1e-9 * Math.max(1, Math.abs(expected)),
    )
}

describe.skipIf(!shared)('the leaderboard of judges', () => {
  let crossAnnotations: readonly HumanVote[]
  let annotations: readonly HumanVote[]
  let gold: Gold
  let simulations: Map<string, SimRow[]>
  const read = (name: string): readonly HumanVote[] => {
    const path = `${root}/cross_annotations/alpaca_farm_human_${name}.json.gz`
    return readHumanVotes(readShared(path), path).data
  }
  const votesOf = (rows: readonly SimRow[]): JudgeVote[] =>
    rows.map(([example, seed, preference, price, time]) => ({
      ...gold.pairs[example]!,
      seed,
      preference: preference ?? NaN,
      price: price ?? NaN,
      time: time ?? NaN,
    }))
  const analyse = (lists?: 'current' | '0.6.2'): JudgeAnalysis =>
    analyseJudges({
      crossAnnotations,
      annotations,
      judges: JUDGES.map((name) => ({ name, votes: votesOf(simulations.get(name)!) })),
      ...(lists && { lists }),
    })
  beforeAll(() => {
    crossAnnotations = read('crossannotations')
    annotations = read('annotations')
    gold = gatherGold(crossAnnotations, { annotations, log: new ProblemLog() })
    simulations = new Map(
      JUDGES.map((name) => [name, readSharedJson<{ rows: SimRow[] }>(`${goldens}/${name}.json.gz`).rows]),
    )
  })

  it('has every column and part of the original, for all judges, humans and longest', () => {
    const golden = readSharedJson<{
      rows: Record<string, Record<string, number | null>>
      details: Record<string, Record<string, Record<string, number | null> & number>>
    }>(`${goldens}/metrics.json`)
    const { rows, details } = analyse()
    expect(rows).toHaveLength(Object.keys(golden.rows).length)
    for (const row of rows) {
      const [expected, parts] = [golden.rows[row.judge]!, golden.details[row.judge]!]
      const own = details.get(row.judge)!
      for (const column of JUDGE_COLUMNS) {
        let wanted = expected[column] ?? null
        if (column.startsWith('Price')) wanted = parts['own_price_per_1000'] ?? wanted
        if (column.startsWith('Time')) wanted = parts['own_time_per_1000'] ?? wanted
        near(row[column], wanted, `${row.judge} ${column}`)
      }
      for (const [name, report] of [
        ['agreement_1_vs_all', own.agreement],
        ['bias', own.bias],
        ['variance', own.variance],
      ] as const) {
        if ('error' in parts[name]! && typeof parts[name]['error'] === 'string') continue
        for (const [key, value] of Object.entries(parts[name]!)) {
          near(report?.[key as 'score'], value, `${row.judge} ${name} ${key}`)
        }
      }
      near(own.style.percentage_longer, parts['length']!['percentage_longer']!, `${row.judge} longer`)
      near(own.style.percentage_list, parts['list']!['percentage_list']!, `${row.judge} lists`)
      expect(Object.keys(own.winRates).sort()).toEqual(Object.keys(parts['win_rates']!).sort())
      for (const [model, rate] of Object.entries(parts['win_rates']!)) {
        near(own.winRates[model], rate, `${row.judge} ${model}`)
      }
    }
  })

  it('shows the older list detection, and own prices and times, as version 0.6.2 did', () => {
    const golden = readSharedJson<{ rows: Record<string, Record<string, number | null>> }>(
      `${goldens}/metrics_v0.6.2.json`,
    )
    const rows = analyse('0.6.2').rows
    for (const [judge, expected] of Object.entries(golden.rows)) {
      const row = rows.find((candidate) => candidate.judge === judge)!
      for (const column of JUDGE_COLUMNS) near(row[column], expected[column] ?? null, `${judge} ${column}`)
    }
  })

  it('numbers pairs, votes, coins, lists and lengths as the original', () => {
    interface Example {
      votes: number[]
      switched: boolean[]
      list_1: boolean
      list_2: boolean
      len_1: number
      len_2: number
    }
    const examples = readSharedJson<Example[]>(`${goldens}/examples.json`)
    expect(gold.pairs).toHaveLength(examples.length)
    examples.forEach((example, place) => {
      const pair = gold.pairs[place]!
      expect(pair.votes).toEqual(example.votes)
      expect(pair.lengths).toEqual([example.len_1, example.len_2])
      expect(gold.lists(place, 'current')).toEqual([example.list_1, example.list_2])
      if (place < 100) {
        expect([0, 1, 2, 3].map((seed) => isSwitched(pair.instruction, seed))).toEqual(example.switched)
      }
    })
  })

  it.each(JUDGES)('follows from replies, swaps and batches: %s', (name) => {
    const config = readSharedJson<Record<string, Config>>(`${goldens}/judges.json`)[name]!
    const parser = createParser(config.fn_completion_parser, config.completion_parser_kwargs)
    const rows = simulations.get(name)!
    for (const seed of new Set(rows.map((row) => row[1]))) {
      const stored = new Map(
        rows.flatMap(([example, own, preference, , , raw]) =>
          own === seed ? [[gold.pairs[example]!, { preference, raw }] as const] : [],
        ),
      )
      for (const chunk of chunksOf(gold.orders[seed]!)) {
        const { batches } = planChunk(chunk, {
          size: config.batch_size,
          seed,
          randomizeOrder: config.is_randomize_output_order ?? true,
        })
        for (const batch of batches) {
          const raw = stored.get(batch.find((plan) => plan !== null)!.pair)!.raw
          for (const { pair, preference } of verdictsOf(batch, readReply(parser, raw))) {
            expect(stored.get(pair)!.raw).toEqual(raw)
            near(preference, stored.get(pair)!.preference, `${name} seed ${seed}`)
          }
        }
      }
    }
  })

  it('adds intervals and swap consistency on request', () => {
    const judges = ['sim_regex', 'sim_fixed_order'].map((name) => ({
      name,
      votes: votesOf(simulations.get(name)!),
      randomizeOrder: name !== 'sim_fixed_order',
    }))
    const analysis = analyseJudges({
      crossAnnotations,
      judges,
      references: false,
      swaps: true,
      bootstrap: { resamples: 100 },
    })
    expect(analysis.rows.map((row) => row.judge).sort()).toEqual(['sim_fixed_order', 'sim_regex'])
    const regex = analysis.details.get('sim_regex')!
    expect(regex.intervals['Spearman corr.']).toBeUndefined()
    expect(regex.swap!.pairs).toBeGreaterThan(500)
    expect(regex.swap!.consistent).toBeLessThan(1)
    expect(analysis.details.get('sim_fixed_order')!.swap).toMatchObject({ pairs: 0, consistent: null })
    expect(analysis.rows[0]!['Spearman corr.']).toBeNull()
  })

  it('has intervals around every figure that rests on votes, for people and the longest output too', () => {
    const judges = ['sim_regex', 'sim_single_seed'].map((name) => ({
      name,
      votes: votesOf(simulations.get(name)!),
    }))
    const { rows, details } = analyseJudges({
      crossAnnotations,
      annotations,
      judges,
      bootstrap: { resamples: 200 },
    })
    for (const row of rows) {
      const { intervals } = details.get(row.judge)!
      for (const [column, { low, high }] of Object.entries(intervals)) {
        const figure = row[column as JudgeColumn]!
        // A resampled correlation of few models is biased towards 0, so its interval may end at the figure.
        expect([low <= figure + 1e-9, high >= figure - 1e-9], `${row.judge} ${column}`).toEqual([true, true])
      }
    }
    expect(Object.keys(details.get('sim_regex')!.intervals)).toHaveLength(8)
    expect(Object.keys(details.get('sim_single_seed')!.intervals)).not.toContain('Bias')
    expect(Object.keys(details.get('humans')!.intervals)).toContain('Variance')
    const { low, high } = details.get('longest')!.intervals['Human agreement']!
    expect(high - low).toBeGreaterThan(1)
  })
})

describe.skipIf(!shared)('units of the analysis', () => {
  interface Units {
    validate: { value: number | null; accepted: boolean }[]
    contains_list: { text: string; found: boolean }[]
    bayes_estimator: { values: (number | null)[]; rule: ScoringRule; estimate: number | null }[]
    scores: {
      prediction: number[]
      target: number[]
      rule: ScoringRule
      score: number
      error: number
      sem: number
      h2h: Record<string, number>
    }[]
  }
  const units = (): Units => readSharedJson<Units>(`${root}/goldens/protocol/units.json`)

  it('find lists as Python does, now and before August 2024', () => {
    for (const { text, found } of units().contains_list) {
      expect(containsList(text), JSON.stringify(text)).toBe(found)
    }
    const old = readSharedJson<{ text: string; found: boolean }[]>(
      `${root}/goldens/protocol/contains_list_v0.6.2.json`,
    )
    for (const { text, found } of old) expect(containsList(text, '0.6.2'), JSON.stringify(text)).toBe(found)
  })

  it('estimate and score by all three rules', () => {
    const { bayes_estimator, scores, validate } = units()
    for (const { values, rule, estimate } of bayes_estimator) {
      near(
        estimateVotes(
          values.map((value) => value ?? NaN),
          rule,
        ),
        estimate,
        `${values.join()} ${rule}`,
      )
    }
    for (const { prediction, target, rule, ...expected } of scores) {
      const result = agreementOf(prediction, target, rule)
      near(result.score, expected.score, rule)
      near(result.error, expected.error, rule)
      near(result.standardError, expected.sem, rule)
      const rounded = prediction.map((vote) => (vote === 0 || vote === 1.5 ? 1.5 : Math.round(vote)))
      const rate = winRate(rule === 'zero_one' ? rounded : prediction)!
      for (const [key, value] of Object.entries(expected.h2h)) near(rate[key as 'n_wins'], value, key)
    }
    // 0 is the old way to write a draw and is read before this rule applies.
    for (const { value, accepted } of validate) {
      if (value !== null && value !== 0) expect(isPreference(value)).toBe(accepted)
    }
  })
})

describe('judges without the shared data', () => {
  const pair = (place: number): { instruction: string; output_1: string; output_2: string } => ({
    instruction: `i${place}`,
    output_1: 'short',
    output_2: `long${'x'.repeat(40)}`,
  })
  const human = (place: number, votes: number[]): HumanVote[] =>
    votes.map((preference) => ({ ...pair(place), preference, datasplit: 'eval' }))
  const vote = (place: number, preference: number, seed = 0): JudgeVote => ({
    ...pair(place),
    seed,
    preference,
    price: NaN,
    time: NaN,
  })

  it('breaks a vote of two against two in favour of 2', () => {
    expect(estimateVotes([1, 2, 2, 1])).toBe(2)
    expect(estimateVotes([NaN, NaN])).toBeNaN()
  })

  it('counts what it leaves out', () => {
    const analysis = analyseJudges({
      crossAnnotations: [...human(0, [2, 2, 2, 1]), ...human(1, [1, 1]), ...human(2, [1, 1, 1, 1, 2])],
      judges: [{ name: 'j', votes: [vote(0, 2), vote(0, 1), vote(2, NaN), vote(7, 1)] }],
      references: false,
    })
    expect(analysis.problems.map(({ code, count }) => [code, count])).toEqual([
      ['record-missing', 1],
      ['record-duplicate', 1],
      ['unscored', 1],
      ['id-unknown', 1],
    ])
    expect(analysis.rows[0]).toMatchObject({
      judge: 'j',
      'Human agreement': 100,
      Bias: null,
      Variance: null,
      'Price [$/1000 examples]': null,
      'Proba. prefer longer': 1,
      '# parsed': 1,
    })
    expect(writeLeaderboard(judgeLeaderboard(analysis.rows))).toMatch(/^,Human agreement,.*\nj,100\.0,,,,/)
  })

  it('needs four votes on some pair', () => {
    expect(() => analyseJudges({ crossAnnotations: human(0, [1]), judges: [] })).toThrow(
      /none of the 1 pairs/,
    )
  })

  it('measures what showing order does', () => {
    const votes = [vote(0, 1, 0), vote(0, 1, 1), vote(1, 1, 0), vote(1, 2, 1), vote(2, NaN, 0)]
    const seen = swapConsistency(votes, (one) => one.seed === 1)
    // The switched vote for 2 went to the output shown first.
    expect(seen).toEqual({ pairs: 2, consistent: 0.5, prefersFirst: 0.75 })
    expect(swapConsistency([])).toEqual({ pairs: 0, consistent: null, prefersFirst: null })
  })

  it('estimates stay between the extreme votes', () => {
    const votes = fc.array(fc.constantFrom(1, 1.5, 2, 1.25, 1.9, NaN), { minLength: 1, maxLength: 7 })
    fc.assert(
      fc.property(votes, fc.constantFrom<ScoringRule>('absolute', 'squared'), (cast, rule) => {
        const known = cast.filter((value) => !Number.isNaN(value))
        const estimate = estimateVotes(cast, rule)
        if (known.length === 0) expect(estimate).toBeNaN()
        else {
          expect(estimate).toBeGreaterThanOrEqual(Math.min(...known) - 1e-12)
          expect(estimate).toBeLessThanOrEqual(Math.max(...known) + 1e-12)
        }
      }),
    )
  })

  it('finds lists in any text without getting stuck', () => {
    expect(containsList(`${'\n'.repeat(3000)}-`)).toBe(false)
    expect(containsList(`- ${'!'.repeat(20_000)}`)).toBe(false)
    expect(containsList('well-known')).toBe(false)
    expect(containsList('well-known', '0.6.2')).toBe(true)
  })
})
