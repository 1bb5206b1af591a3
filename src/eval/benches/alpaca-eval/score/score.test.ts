import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { readdirSync } from 'node:fs'
import { hasShared, readShared, readSharedJson, sharedPath } from '../../../../../test/shared.js'
import { readAnnotations } from '../read/annotations.js'
import { readDifficulties, readGamedRows } from '../read/gamed.js'
import { readWeights, writeWeights } from '../read/weights.js'
import type { AnnotationSet, GamedRows } from '../types.js'
import { readLeaderboard, writeLeaderboard } from './leaderboard.js'
import { isFarFromRaw, LENGTH_CONTROLS, type LengthControl } from './length-control.js'
import { predictWinRate } from './predict.js'
import { compareSets, scoreAnnotationSets } from './score-sets.js'
import { winRate } from './win-rate.js'

const root = 'benchmarks/alpaca_eval'
const shared = hasShared(`${root}/annotation_sets`)

interface Golden {
  glm_name: LengthControl
  results: Record<
    string,
    {
      win_rate: number
      standard_error: number
      n_wins: number
      n_wins_base: number
      n_draws: number
      n_total: number
      discrete_win_rate: number
      length_controlled_winrate: number
      lc_standard_error: number
      avg_length_of_len_2: number
      weights: Record<string, number>
      C_index: number
      cv_scores_mean: number[]
      glm_preference_first5: number[]
    }
  >
}

/** A set of judged pairs with the given preferences and length differences. */
function setOf(preference: number[], delta: (row: number) => number = (row) => row * 7 - 10): AnnotationSet {
  const rows = preference.length
  return {
    model: 'm',
    baseline: 'b',
    judge: 'j',
    instructions: null,
    index: null,
    preference: Float64Array.from(preference),
    length1: new Float64Array(rows).fill(1000),
    length2: Float64Array.from({ length: rows }, (_, row) => 1000 - delta(row)),
    price: new Float64Array(rows),
    time: new Float64Array(rows),
  }
}

/** Gamed rows without anything special about them. */
function gamedOf(instructions: number): GamedRows {
  const rows = 2 * instructions
  const place = (row: number): number => row % instructions
  return {
    preference: Float64Array.from({ length: rows }, (_, row) => (row < instructions ? 0.6 : 0.35)),
    index: Int32Array.from({ length: rows }, (_, row) => place(row)),
    stdDeltaLength: Float64Array.from(
      { length: rows },
      (_, row) => (row < instructions ? -1 : 1) - place(row) / 50,
    ),
    difficulty: Float64Array.from({ length: rows }, (_, row) => Math.sin(place(row)) - Math.sin(0)),
  }
}

function near(actual: number | null | undefined, expected: number, label: string): void {
  expect(Math.abs((actual ?? NaN) - expected), label).toBeLessThanOrEqual(
    1e-9 * Math.max(1, Math.abs(expected)),
  )
}

describe.skipIf(!shared)('scores of the shared sets', () => {
  let sets: AnnotationSet[] = []
  let gamed: GamedRows
  beforeAll(() => {
    sets = readdirSync(sharedPath(`${root}/annotation_sets`)).map(
      (name) => readAnnotations(readShared(`${root}/annotation_sets/${name}`), name).data,
    )
    gamed = readGamedRows(readShared(`${root}/reconstructed/df_gamed.csv`), 'df_gamed.csv').data
  })

  it.each([
    ['length_controlled_v1', 'plain'],
    ['length_controlled_v1_avx512_folds', 'avx512'],
    ['length_controlled_v1_avx2_folds', 'avx2'],
    ['length_controlled_noreg', 'plain'],
    ['length_controlled_minimal', 'plain'],
  ] as const)('equal the original: %s', (file, foldOrder) => {
    const golden = readSharedJson<Golden>(`${root}/goldens/${file}.json`)
    const variant = LENGTH_CONTROLS.find((name) => file.startsWith(name)) ?? 'length_controlled_v1'
    const { rows, details } = scoreAnnotationSets(sets, { gamed, foldOrder, variant })
    expect(rows.map((row) => row.model).sort()).toEqual(Object.keys(golden.results).sort())
    rows.forEach((row, place) => {
      const expected = golden.results[row.model]!
      const control = details[place]!.lengthControl!
      for (const column of ['n_wins', 'n_wins_base', 'n_draws', 'n_total'] as const) {
        expect(row[column], `${row.model} ${column}`).toBe(expected[column])
      }
      for (const column of ['win_rate', 'standard_error', 'discrete_win_rate'] as const) {
        near(row[column], expected[column], `${row.model} ${column}`)
      }
      expect(row.avg_length).toBe(expected.avg_length_of_len_2)
      expect(control.costIndex, row.model).toBe(expected.C_index)
      near(row.length_controlled_winrate, expected.length_controlled_winrate, `${row.model} LC`)
      near(row.lc_standard_error, expected.lc_standard_error, `${row.model} LC error`)
      near(control.weights.length, expected.weights['np.tanh(std_delta_len)']!, `${row.model} length`)
      near(control.weights.difficulty, expected.weights['instruction_difficulty'] ?? 0, `${row.model} d`)
      near(control.weights.model, expected.weights['not_gamed_baseline.astype(float)']!, `${row.model} b`)
      expected.cv_scores_mean.forEach((score, k) => near(control.scores[k], score, `${row.model} score ${k}`))
      expected.glm_preference_first5.forEach((p, k) => near(control.predictions[k], p, `${row.model} p ${k}`))
    })
  })

  it('agree with the official leaderboard where it came from the same rows', () => {
    const text = readShared(
      `${root}/leaderboards/data_AlpacaEval_2/weighted_alpaca_eval_gpt4_turbo_leaderboard.csv`,
    )
    const { data: official } = readLeaderboard(text, 'leaderboard.csv')
    const cells = new Map(official.rows.map((row) => [row.model, row.cells]))
    for (const row of scoreAnnotationSets(sets).rows) {
      const published = cells.get(row.model)
      if (published === undefined) continue
      for (const column of ['n_wins', 'n_wins_base', 'n_draws', 'n_total'] as const) {
        expect(row[column], `${row.model} ${column}`).toBe(published[column])
      }
      near(row.win_rate, published['win_rate'] as number, `${row.model} win rate`)
      near(row.standard_error, published['standard_error'] as number, `${row.model} error`)
      expect(row.length_controlled_winrate).toBeNull()
    }
  })

  it('are corrected where a missing row shifts the difficulties, and only there', () => {
    const instructions = readSharedJson<{ instruction: string }[]>(`${root}/instructions.json`).map(
      (row) => row.instruction,
    )
    const some = sets.filter((set) =>
      ['phi-2', 'minotaur-13b', 'alpaca-7b_verbose', 'gemma-7b-it'].includes(set.model),
    )
    const { rows, details } = scoreAnnotationSets(some, { gamed, instructions })
    rows.forEach((row, place) => {
      const { corrected, problems } = details[place]!
      const kinds = problems.map((problem) => problem.code)
      if (row.n_total === 805) {
        expect(corrected).toBeNull()
        expect(kinds).toEqual([])
        return
      }
      expect(kinds).toEqual(['record-missing', 'published-defect'])
      const gap = Math.abs(corrected!.length_controlled_winrate - row.length_controlled_winrate!)
      expect(gap).toBeGreaterThan(1e-6)
      expect(gap).toBeLessThan(3)
    })
  })

  it('put interval and raw win rate together', () => {
    const set = sets.find((candidate) => candidate.model === 'phi-2')!
    const [detail] = scoreAnnotationSets([set], { gamed, bootstrap: { resamples: 60, seed: 1 } }).details
    const { win_rate, length_controlled_winrate } = detail!.intervals!
    expect(win_rate.low).toBeLessThan(detail!.row.win_rate!)
    expect(win_rate.high).toBeGreaterThan(detail!.row.win_rate!)
    expect(length_controlled_winrate!.low).toBeLessThan(detail!.row.length_controlled_winrate!)
    expect(length_controlled_winrate!.high).toBeGreaterThan(detail!.row.length_controlled_winrate!)
    const comparison = compareSets(
      set,
      sets.find((candidate) => candidate.model === 'gemma-7b-it')!,
    )
    expect(comparison.items).toBe(803)
    expect(comparison.significant).toBe(true)
  })
})

describe.skipIf(!shared)('stored weights', () => {
  const folder = `${root}/glm_weights/weighted_alpaca_eval_gpt4_turbo/length_controlled_v1`
  const text = (): string => readShared(`${folder}/baseline_gpt4_1106_preview.csv`)

  it('predict the win rate between any two models', () => {
    const golden = readSharedJson<{
      pairs: { model: string; baseline: string; predicted: number }[]
      matrix: Record<string, Record<string, number>>
      versus_baseline: Record<string, number>
    }>(`${root}/goldens/predict_winrate.json`)
    const weights = readWeights(text(), 'weights.csv').data
    const difficulties = readDifficulties(
      readShared(`${root}/reconstructed/instruction_difficulty.csv`),
      'd.csv',
    ).data
    const predict = (model: string, opponent: string): number =>
      predictWinRate({ model: weights.get(model)!, opponent: weights.get(opponent)!, difficulties })
    expect(golden.pairs).toHaveLength(72)
    for (const { model, baseline, predicted } of golden.pairs)
      near(predict(model, baseline), predicted, model)
    for (const [opponent, row] of Object.entries(golden.matrix)) {
      for (const [model, rate] of Object.entries(row))
        near(100 * predict(model, opponent), rate, `${model} ${opponent}`)
    }
    for (const [model, rate] of Object.entries(golden.versus_baseline)) {
      near(100 * predict(model, 'gpt4_1106_preview'), rate, model)
    }
  })

  it('are written as they were read', () => {
    expect(writeWeights(readWeights(text(), 'weights.csv').data)).toBe(text().replaceAll('\r\n', '\n'))
  })
})

describe.skipIf(!shared)('leaderboard files', () => {
  it.each([
    'data_AlpacaEval_2/weighted_alpaca_eval_gpt4_turbo_leaderboard.csv',
    'data_AlpacaEval_2/alpaca_eval_gpt4_turbo_fn_leaderboard.csv',
    'data_AlpacaEval_2/alpaca_eval_cot_gpt4_turbo_fn_leaderboard.csv',
    'data_AlpacaEval_2/claude_3_opus_ranking_leaderboard.csv',
    'data_AlpacaEval/alpaca_eval_gpt4_leaderboard.csv',
    'data_AlpacaEval/claude_leaderboard.csv',
    'evaluators/evaluators_leaderboard.csv',
  ])('are written as they were read: %s', (file) => {
    const text = readShared(`${root}/leaderboards/${file}`)
    const { data, problems } = readLeaderboard(text, file)
    expect(problems).toEqual([])
    const [ours, theirs] = [writeLeaderboard(data), text.replaceAll('\r\n', '\n')].map((t) =>
      t.trimEnd().split('\n'),
    )
    expect(ours).toEqual(theirs)
  })
})

describe('win rate', () => {
  it('takes 0 as a draw and leaves out what is missing or out of range', () => {
    expect(winRate([0, 1.5, 2, 1.2, NaN, 3, 0.5, -1])).toMatchObject({
      n_wins: 1,
      n_wins_base: 1,
      n_draws: 2,
      n_total: 4,
      discrete_win_rate: 50,
    })
    expect(winRate([NaN, 7])).toBeNull()
    expect(winRate([2])).toMatchObject({ win_rate: 100, standard_error: null })
  })

  it('turns around when both sides change places', () => {
    const preferences = fc.array(fc.double({ min: 1, max: 2, noNaN: true }), { minLength: 2 })
    fc.assert(
      fc.property(preferences, (values) => {
        const [here, there] = [winRate(values)!, winRate(values.map((value) => 3 - value))!]
        expect(here.win_rate + there.win_rate).toBeCloseTo(100, 8)
        expect(here.n_wins).toBe(there.n_wins_base)
        expect(here.n_wins + here.n_wins_base + here.n_draws).toBe(here.n_total)
        expect(here.standard_error).toBeCloseTo(there.standard_error!, 8)
      }),
    )
  })
})

describe('scoring a set', () => {
  const preferences = Array.from({ length: 60 }, (_, row) => 1 + ((row * 37) % 100) / 100)
  const gamed = gamedOf(60)

  it('gives exactly the official columns and the model', () => {
    const [row] = scoreAnnotationSets([setOf(preferences)], { gamed }).rows
    expect(Object.keys(row!).sort()).toEqual(
      [
        'model',
        'win_rate',
        'standard_error',
        'n_wins',
        'n_wins_base',
        'n_draws',
        'n_total',
        'discrete_win_rate',
        'avg_length',
        'length_controlled_winrate',
        'lc_standard_error',
      ].sort(),
    )
    expect(row!.length_controlled_winrate).toBeGreaterThan(0)
  })

  it('predicts for rows without a preference too', () => {
    const [detail] = scoreAnnotationSets(
      [setOf(preferences.map((value, row) => (row === 3 ? NaN : value)))],
      {
        gamed,
      },
    ).details
    expect(detail!.row.n_total).toBe(59)
    expect(detail!.lengthControl!.predictions).toHaveLength(60)
  })

  it('says why there is no length control, and still gives the rest', () => {
    const flat = scoreAnnotationSets([setOf(preferences, () => 5)], { gamed }).details[0]!
    expect(flat.row.length_controlled_winrate).toBeNull()
    expect(flat.row.win_rate).toBeGreaterThan(0)
    expect(flat.problems[0]).toMatchObject({ code: 'unbounded', count: 1 })
    const long = scoreAnnotationSets([setOf([...preferences, 1.2])], { gamed }).details[0]!
    expect(long.problems[0]!.places[0]!.id).toMatch(/61 rows but no difficulty/)
  })

  it('gives the baseline against itself 50', () => {
    const own = { ...setOf(preferences), model: 'b' }
    const [detail] = scoreAnnotationSets([own], { gamed }).details
    expect(detail!.row).toMatchObject({ length_controlled_winrate: 50, lc_standard_error: 0 })
    expect(detail!.lengthControl!.weights).toEqual({ length: 0, difficulty: 0, model: 0 })
  })

  it('takes the whole file for the average length where it is given', () => {
    const averageLengths = new Map([['m', 1234]])
    expect(scoreAnnotationSets([setOf(preferences)], { averageLengths }).rows[0]!.avg_length).toBe(1234)
  })

  it('notes rows that are missing even where places are unknown', () => {
    const [detail] = scoreAnnotationSets([setOf(preferences.slice(0, 50))], { gamed }).details
    expect(detail!.problems.map((problem) => problem.code)).toContain('published-defect')
  })

  it('looks difficulties up by instruction whatever the order of rows', () => {
    const order = Array.from({ length: 60 }, (_, row) => (row * 7) % 60)
    const whole = setOf(preferences)
    const pick = (values: Float64Array): Float64Array => Float64Array.from(order, (row) => values[row]!)
    const permuted = {
      ...whole,
      index: Int32Array.from(order),
      preference: pick(whole.preference),
      length1: pick(whole.length1),
      length2: pick(whole.length2),
    }
    const variant = 'length_controlled_noreg'
    const straight = scoreAnnotationSets([whole], { gamed, variant }).rows[0]!
    const corrected = scoreAnnotationSets([permuted], { gamed, variant }).details[0]!.corrected!
    expect(corrected.length_controlled_winrate).toBeCloseTo(straight.length_controlled_winrate!, 0)
  })

  it('refuses a set without a single preference, in one sentence', () => {
    expect(() => scoreAnnotationSets([setOf([NaN, NaN])])).toThrow(
      /^m: expected preferences from 1 to 2, but none of the 2 rows has one; check that judging succeeded\.$/,
    )
  })

  it('compares by instruction and refuses sets without common ones', () => {
    const here = { ...setOf([2, 2, 1]), instructions: ['a', 'b', 'c'] }
    const there = { ...setOf([1, 1, 1]), instructions: ['c', 'a', 'x'] }
    expect(compareSets(here, there)).toMatchObject({ items: 2, difference: 50 })
    expect(() => compareSets(here, { ...there, instructions: ['p', 'q', 'r'] })).toThrow(/share 0 judged/)
  })

  it('warns when length control moves the score very far', () => {
    expect(isFarFromRaw(50, 50)).toBe(false)
    expect(isFarFromRaw(29, 40)).toBe(true)
    expect(isFarFromRaw(30.5, 40)).toBe(false)
    expect(isFarFromRaw(0, 8)).toBe(false)
    expect(isFarFromRaw(56, 40)).toBe(true)
    expect(isFarFromRaw(54, 40)).toBe(false)
  })
})
