import { describe, expect, it } from 'vitest'
import { hasShared, readShared, readSharedJson } from '../../../test/shared.js'
import { readAnnotationRecords } from '../benches/alpaca-eval/read/annotations.js'
import { readFlaskReviews } from '../benches/flask/read.js'
import { readSingleJudgments } from '../benches/mt-bench/read.js'
import { documentOfAnnotations, documentOfReviews, documentOfSingles } from './index.js'
import { readVerdict, withDisagreements } from './read-verdict.js'

const pair = (preference: number, switched: boolean) =>
  readVerdict({ contestant: 'c', judge: 'j', pairs: [{ sample: '7', preference, switched }], raw: 'm' }, '7')!

describe('verdicts', () => {
  it('are read whatever benchmark they are of', () => {
    expect(pair(1.25, true)).toEqual({
      contestants: ['c'],
      judge: 'j',
      verdict: '1.2500',
      switched: true,
      texts: ['m'],
    })
    expect(
      readVerdict(
        { model: 'a', judge: ['gpt-4', 'single-v1'], judgment: 'x [[7]]', score: 7, turn: 2 },
        '81',
      ),
    ).toEqual({
      contestants: ['a'],
      judge: 'gpt-4, single-v1',
      verdict: '7',
      texts: ['x [[7]]'],
      turn: 2,
    })
    const games = (first: string | null, second: string | null) =>
      readVerdict({ model: 'a', games: [{ score: first }, { score: second }] }, '1')
    expect(games('A>B', 'B>A')).toMatchObject({ verdict: 'A>B / B>A', disagrees: false })
    expect(games('A>B', 'A>B')).toMatchObject({ disagrees: true })
    expect(games('A=B', null)).toMatchObject({ unscored: 'a game has no verdict', disagrees: false })
    expect(readVerdict({ something: 'else' }, '1')).toMatchObject({ texts: ['{\n  "something": "else"\n}'] })
    expect(readVerdict({ model: 'a', review: 'r', score: { readability: 4 } }, '1')).toMatchObject({
      verdict: 'readability 4',
    })
  })

  it('disagree when the sides differ with the order, and only then', () => {
    expect(withDisagreements([pair(1.2, false), pair(1.9, true)]).map(({ disagrees }) => disagrees)).toEqual([
      true,
      true,
    ])
    expect(withDisagreements([pair(1.2, false), pair(1.1, true)]).map(({ disagrees }) => disagrees)).toEqual([
      false,
      false,
    ])
    expect(withDisagreements([pair(1.2, false), pair(1.9, false)]).map(({ disagrees }) => disagrees)).toEqual(
      [undefined, undefined],
    )
  })
})

describe('documents of files', () => {
  it('join models by instruction, with a baseline that stands once', () => {
    const file = (name: string, preferences: (number | null)[]) => ({
      name,
      ...readAnnotationRecords(
        JSON.stringify(
          preferences.map((preference, row) => ({
            instruction: `i${row}`,
            output_1: 'b',
            output_2: `${name}${row}`,
            generator_1: 'base',
            generator_2: name,
            annotator: 'judge',
            preference,
          })),
        ),
        name,
      ),
    })
    const document = documentOfAnnotations([file('x', [2, 1, 1.5]), file('y', [1, 1, null])])
    expect(document.rows.map(({ name, values }) => [name, values['win_rate']])).toEqual([
      ['x', 50],
      ['y', 0],
    ])
    expect(document.items.map(({ scores }) => scores)).toEqual([
      { x: 100, y: 0 },
      { x: 0, y: 0 },
      { x: 50, y: null },
    ])
    expect(document.items[0]!.answers.map(({ contestant }) => contestant)).toEqual(['y', 'x', 'base'])
    expect(document).toMatchObject({ baseline: 'base', primary: 'win_rate', judges: ['judge'] })
  })

  const real = 'benchmarks/mt_bench/real/phi3_single.jsonl.gz'
  it.skipIf(!hasShared(real))('have the category means of the original', () => {
    const read = readSingleJudgments(readShared(real), { source: 'phi3' })
    const [radar] = documentOfSingles([{ name: 'phi3', ...read }]).radars
    const golden = readSharedJson<{ radar: { model: string; category: string; score: number }[] }>(
      'benchmarks/mt_bench/real/phi3_results.json',
    )
    expect(radar!.axes).toHaveLength(8)
    const expected = new Map(golden.radar.map(({ category, score }) => [category, score]))
    for (const [axis, name] of radar!.axes.entries())
      expect(radar!.series[0]!.values[axis]).toBeCloseTo(expected.get(name)!, 10)
  })

  const reviews = 'benchmarks/flask/goldens/flaskA_moa1740_review.jsonl.gz'
  it.skipIf(!hasShared(reviews))('have a figure of the twelve skills', () => {
    const read = readFlaskReviews(readShared(reviews), { source: 'flask' })
    const document = documentOfReviews([{ name: 'm', ...read }])
    expect(document.radars[0]!.axes).toHaveLength(12)
    expect(document.items).toHaveLength(1740)
  })
})
