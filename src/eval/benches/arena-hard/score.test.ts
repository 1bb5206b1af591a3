import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../util/random.js'
import { v01Csv } from './csv-v01.js'
import { inFileOrder } from './file-order.js'
import { v01Lines } from './leaderboard-v01.js'
import type { StyleVector } from './markdown-counts.js'
import { benchmarkQuality } from './quality.js'
import type { V01Judgment, V2Judgment } from './records.js'
import { scoreArenaHard } from './score.js'

const v01 = (model: string, question_id: string, scores: readonly (string | null)[]): V01Judgment => ({
  question_id,
  model,
  judge: 'j',
  games: scores.map((score) => ({ score })),
})
const v2 = (model: string, uid: string, scores: readonly (string | null | undefined)[]): V2Judgment => ({
  uid,
  category: 'hard_prompt',
  judge: 'j',
  model,
  baseline: 'base',
  games: scores.map((score) => (score === undefined ? null : { score })),
})
const LABELS = ['A>>B', 'A>B', 'A=B', 'B>A', 'B>>A']

/** Judgments of several models on many questions, better models winning more. */
function synthetic(models: readonly string[], questions: number): V01Judgment[] {
  const random = seededRandom('arena')
  return models.flatMap((model, strength) =>
    Array.from({ length: questions }, (_, index) => {
      const pick = (): number => Math.min(4, Math.floor(random.next() * 4 + (strength / models.length) * 2))
      return v01(model, `q${index}`, [LABELS[pick()]!, LABELS[4 - pick()]!])
    }),
  )
}

describe('scoreArenaHard v0.1', () => {
  it('weighs clear wins and swaps seats in game 2', () => {
    const judgments = [v01('m', 'q', ['B>>A', 'B>A'])]
    const { records, battles, published } = scoreArenaHard({ version: 'v0.1', judgments, rounds: 3 })
    expect([battles, records]).toEqual([4, [{ model: 'm', wins: 3, losses: 1, ties: 0 }]])
    expect(published.rows.map(({ model, score }) => [model, score])).toEqual([
      ['m', 75],
      ['gpt-4-0314', 50],
    ])
  })

  it('leaves out games without a known label and says which', () => {
    const judgments = [v01('m', 'q1', ['A=B', null]), v01('m', 'q2', ['A==B', 'A>B'])]
    const { battles, problems } = scoreArenaHard({ version: 'v0.1', judgments, rounds: 1 })
    expect(battles).toBe(2)
    expect(problems.slice(0, 2).map(({ code, places }) => [code, places])).toEqual([
      ['unscored', [{ id: 'm, q1, game 2' }]],
      ['value-unusable', [{ id: 'm, q2, game 1' }]],
    ])
  })

  it('has no finite Elo for a model that always wins, and still a rate', () => {
    const { published, problems } = scoreArenaHard({
      version: 'v0.1',
      judgments: [v01('m', 'q', ['B>A', 'A>B'])],
      rounds: 5,
    })
    expect(published.rows[0]).toMatchObject({ model: 'm', score: 100, lower: 100, upper: 100, elo: null })
    expect(problems.map(({ code }) => code)).toContain('unbounded')
    expect(JSON.parse(JSON.stringify(published))).toEqual(published)
    expect(v01Lines(published.rows, { elo: true })[0]).toContain('nan')
  })

  it('shows the published anchoring mistake beside the right intervals', () => {
    const judgments = synthetic(['m'], 250)
    const options = { version: 'v0.1', judgments, rounds: 100 } as const
    const usual = scoreArenaHard(options)
    const other = scoreArenaHard({ ...options, baseline: 'another' })
    const width = (rows: typeof usual.published.rows): number => {
      const { lower, upper } = rows.find(({ model }) => model === 'm')!
      return upper! - lower!
    }
    expect(usual.published).toEqual({ rows: usual.corrected.rows })
    expect(width(other.corrected.rows)).toBe(width(usual.corrected.rows))
    // Unanchored, the model's and the baseline's ratings move against each other and the interval all but vanishes.
    expect(width(other.published.rows)).toBeLessThan(width(usual.corrected.rows) / 4)
    expect(other.problems).toMatchObject([{ code: 'published-defect', places: [{ id: 'another' }] }])
  })

  it('anchors at gpt-4-0314 as published where it is a contestant', () => {
    const judgments = synthetic(['gpt-4-0314', 'm'], 100)
    const { published, corrected } = scoreArenaHard({
      version: 'v0.1',
      judgments,
      baseline: 'base',
      rounds: 50,
    })
    const of = (rows: typeof published.rows, name: string) => rows.find(({ model }) => model === name)!
    expect(of(published.rows, 'gpt-4-0314')).toMatchObject({ elo_lower: 1000, elo_upper: 1000 })
    expect(of(corrected.rows, 'base')).toMatchObject({
      elo_lower: 1000,
      elo_upper: 1000,
      lower: 50,
      upper: 50,
    })
  })

  it('scores repeated judgments as published and once in the corrected table', () => {
    const judgments = [
      v01('m', 'q1', [null, null]),
      v01('m', 'q1', ['B>A', 'A>B']),
      v01('m', 'q2', ['A>B', 'B>A']),
    ]
    const extra = [...judgments, v01('m', 'q2', ['A>B', 'B>A']), v01('n', 'q1', ['A=B', 'A=B'])]
    const { published, corrected, problems } = scoreArenaHard({
      version: 'v0.1',
      judgments: extra,
      rounds: 2,
    })
    const scoreOf = (rows: typeof published.rows) => rows.find(({ model }) => model === 'm')?.score
    expect([scoreOf(published.rows), scoreOf(corrected.rows)]).toEqual([33.33, 50])
    expect(problems.map(({ code, count }) => [code, count])).toEqual([
      ['record-duplicate', 2],
      ['record-missing', 1],
      ['unscored', 2],
    ])
  })

  it('prints the seeded bootstrap the same every time, whatever order models come in', () => {
    const judgments = synthetic(['a', 'b', 'c'], 40)
    const forward = scoreArenaHard({ version: 'v0.1', judgments })
    const backward = scoreArenaHard({
      version: 'v0.1',
      judgments: inFileOrder(judgments).reverse().reverse(),
    })
    const shuffled = scoreArenaHard({
      version: 'v0.1',
      judgments: ['c', 'a', 'b'].flatMap((name) => judgments.filter(({ model }) => model === name)),
    })
    expect(backward.published).toEqual(forward.published)
    expect(shuffled.published).toEqual(forward.published)
    expect(scoreArenaHard({ version: 'v0.1', judgments, seed: 1 }).published).not.toEqual(forward.published)
  })

  it('refuses to score nothing', () => {
    expect(() => scoreArenaHard({ version: 'v0.1', judgments: [v01('m', 'q', [null, null])] })).toThrowError(
      "None of the 1 Arena-Hard v0.1 judgments has a game with a label such as A>B; look at the judge's replies and judge again.",
    )
    const judgments = [v01('m', 'q', ['A>B', 'A>B'])]
    expect(() => scoreArenaHard({ version: 'v0.1', judgments, styleControl: 'style' })).toThrowError(
      /needs the answers of every model and of the baseline gpt-4-0314/,
    )
  })

  it('keeps the resamples for metrics over them', () => {
    const judgments = synthetic(['a', 'b'], 50)
    const { corrected } = scoreArenaHard({ version: 'v0.1', judgments, rounds: 7, keepResamples: true })
    for (const { results } of corrected.rows) expect(results).toHaveLength(7)
    const rated = corrected.rows.map(({ model, score, lower, upper, results }) => ({
      model,
      score: score!,
      lower: lower!,
      upper: upper!,
      results: results as number[],
    }))
    const quality = benchmarkQuality({ benchmark: rated, reference: rated })
    expect(quality.against_reference).toMatchObject({ models: 3, strict_agreement: 1, spearman: 1 })
    expect(() => benchmarkQuality({ benchmark: rated.slice(1, 2) })).toThrowError(/The benchmark has 1 model/)
  })

  it('writes the published CSV', () => {
    const row = { elo: 1, elo_lower: 1, elo_upper: 1, average_tokens: 662 }
    const rows = [{ model: 'gpt-4-turbo', score: 82.63, lower: 80.75, upper: 84.6, ...row }]
    expect(v01Csv(rows, '2024-07-31')).toBe(
      'model,score,rating_q025,rating_q975,CI,avg_tokens,date\n' +
        'gpt-4-turbo,82.63,80.75,84.6,"(-1.88, +1.97)",662.0,2024-07-31\n',
    )
  })

  it('finds the judge that prefers longer answers', () => {
    const random = seededRandom('style')
    const style = new Map<string, Map<string, StyleVector>>([
      ['gpt-4-0314', new Map()],
      ['m', new Map()],
    ])
    const judgments = Array.from({ length: 400 }, (_, index) => {
      const [own, other] = [100 + random.below(200), 100 + random.below(200)]
      style.get('m')!.set(`q${index}`, [own, 0, 0, 0])
      style.get('gpt-4-0314')!.set(`q${index}`, [other, 0, 0, 0])
      const longer = own > other === random.next() < 0.9
      return v01('m', `q${index}`, longer ? ['B>A', 'A>B'] : ['A>B', 'B>A'])
    })
    const options = { version: 'v0.1', judgments, style, rounds: 10 } as const
    const byLength = scoreArenaHard({ ...options, styleControl: 'length' }).published.style_coefficients!
    expect(Object.keys(byLength)).toEqual(['token_len'])
    expect(byLength['token_len']).toBeGreaterThan(1)
    // Elements that never vary, such as headers here, do no harm.
    const byStyle = scoreArenaHard({ ...options, styleControl: 'style' }).published.style_coefficients!
    expect(byStyle['header_count']).toBeCloseTo(0, 12)
    expect(byStyle['token_len']).toBeCloseTo(byLength['token_len']!, 9)
    // Battles without both styles are left out and told.
    style.get('m')!.delete('q0')
    const { problems } = scoreArenaHard({ ...options, styleControl: 'length' })
    expect(problems).toMatchObject([{ code: 'record-missing', places: [{ id: 'm, q0' }] }])
  })
})

describe('scoreArenaHard v2.0', () => {
  it('drops a question unless both games have a known label', () => {
    const judgments = [
      v2('org/m', 'q1', ['A>>B', 'A=B']),
      v2('org/m', 'q2', ['A>B', undefined]),
      v2('org/m', 'q3', [null, 'A>B']),
      v2('org/m', 'q4', ['A', 'A>B']),
    ]
    const { categories, problems } = scoreArenaHard({ version: 'v2.0', judgments })
    expect(categories).toMatchObject([{ category: 'hard_prompt', baseline: 'base', entries: 4 }])
    expect(categories[0]!.corrected.rows.find(({ model }) => model === 'm')).toMatchObject({
      score: 0.125,
      entries: 4,
    })
    expect(problems.map(({ code, count, places }) => [code, count, places[0]?.id])).toEqual([
      ['unscored', 2, 'org/m, q2'],
      ['value-unusable', 1, 'org/m, q4'],
    ])
  })

  it('scores several categories in one call, each with its baseline', () => {
    const poems = { ...v2('m', 'p1', ['B>A', 'A>B']), category: 'creative_writing', baseline: 'poet' }
    const { categories } = scoreArenaHard({
      version: 'v2.0',
      judgments: [v2('m', 'q1', ['A>B', 'B>A']), poems],
    })
    expect(categories.map(({ category, baseline }) => [category, baseline])).toEqual([
      ['hard_prompt', 'base'],
      ['creative_writing', 'poet'],
    ])
    expect(categories.map(({ published }) => published.rows[0]!.model)).toEqual(['base', 'm'])
  })

  it("leaves out the judge's own answers, the baseline's and other baselines' judgments", () => {
    const judgments = [
      v2('m', 'q1', ['A=B', 'A=B']),
      v2('j', 'q1', ['A=B', 'A=B']),
      v2('base', 'q1', ['A=B', 'A=B']),
      { ...v2('n', 'q1', ['A=B', 'A=B']), baseline: 'other' },
    ]
    const { categories, problems } = scoreArenaHard({ version: 'v2.0', judgments })
    expect(categories[0]!.published.rows.map(({ model }) => model)).toEqual(['m', 'base'])
    expect(problems.map(({ message }) => message.split(';')[0])).toEqual([
      'The model is the judge itself',
      'The model is the baseline itself',
      'Judged against another baseline than base',
    ])
  })

  it('says which category, label or style is missing', () => {
    const judgments = [v2('m', 'q1', ['A=B', 'A=B'])]
    const score = (options: object) => () => scoreArenaHard({ version: 'v2.0', judgments, ...options })
    expect(score({ categories: ['poems'] })).toThrowError(/category "poems"; the judgments have hard_prompt/)
    expect(score({ styleControl: 'style' })).toThrowError(/baseline base with their token lengths/)
    expect(score({ judgments: [v2('m', 'q1', [null, null])] })).toThrowError(/has a label in both games/)
    expect(score({ judgments: [] })).toThrowError(/None of the 0 .* of any category/)
  })

  it('keeps every score and bound between 0 and 1', () => {
    const label = fc.constantFrom(...LABELS, null)
    const rows = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'x/b'), label, label), {
      minLength: 1,
      maxLength: 30,
    })
    fc.assert(
      fc.property(rows, (games) => {
        const judgments = [
          v2('a', 'first', ['A=B', 'A=B']),
          ...games.map(([model, first, second], index) => v2(model, `q${index}`, [first, second])),
        ]
        const [category] = scoreArenaHard({ version: 'v2.0', judgments, rounds: 5 }).categories
        for (const { score, lower, upper } of category!.published.rows) {
          // A model with nothing but null games has no figures.
          if (score === null) continue
          expect(lower).toBeGreaterThanOrEqual(0)
          expect(upper).toBeLessThanOrEqual(1)
          expect(score).toBeGreaterThanOrEqual(lower! - 1e-12)
        }
      }),
      { numRuns: 50 },
    )
  })
})
