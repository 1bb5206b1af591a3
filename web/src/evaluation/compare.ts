import type { EvalDocument } from '../../../src/eval/report/document.js'

/** An item on which two contestants are compared. */
export interface Difference {
  readonly id: string
  readonly a: number
  readonly b: number
  /** a minus b. */
  readonly difference: number
}

export interface PairedDifferences {
  readonly differences: readonly Difference[]
  readonly mean: number
  readonly standardError: number
  readonly better: number
  readonly worse: number
}

/** Compares on the items both have a score for; with the baseline, which is even with itself everywhere. */
export function compareItems(
  { items, measure, baseline }: EvalDocument,
  a: string,
  b: string,
): PairedDifferences {
  const scoreOf = (item: EvalDocument['items'][number], name: string): number | null | undefined =>
    name === baseline && measure.even !== undefined ? measure.even : item.scores[name]
  const differences = items.flatMap((item): Difference[] => {
    const [ours, theirs] = [scoreOf(item, a), scoreOf(item, b)]
    if (typeof ours !== 'number' || typeof theirs !== 'number') return []
    return [{ id: item.id, a: ours, b: theirs, difference: ours - theirs }]
  })
  const number = differences.length
  const mean = differences.reduce((total, { difference }) => total + difference, 0) / number
  const squares = differences.reduce((total, { difference }) => total + (difference - mean) ** 2, 0)
  return {
    differences: [...differences].sort((x, y) => x.difference - y.difference),
    mean,
    standardError: Math.sqrt(squares / (number - 1) / number),
    better: differences.filter(({ difference }) => difference > 0).length,
    worse: differences.filter(({ difference }) => difference < 0).length,
  }
}
