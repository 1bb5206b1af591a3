import { mean, type Numbers } from './summary.js'

/** Pearson's correlation of two aligned lists; NaN below two pairs or without spread. */
export function pearson(a: Numbers, b: Numbers): number {
  if (a.length !== b.length) throw new RangeError(`pearson: ${a.length} values against ${b.length}`)
  const [meanA, meanB] = [mean(a), mean(b)]
  let [both, spreadA, spreadB] = [0, 0, 0]
  for (let index = 0; index < a.length; index += 1) {
    const [da, db] = [(a[index] as number) - meanA, (b[index] as number) - meanB]
    both += da * db
    spreadA += da * da
    spreadB += db * db
  }
  if (a.length < 2 || spreadA === 0 || spreadB === 0) return NaN
  return Math.max(-1, Math.min(1, both / Math.sqrt(spreadA * spreadB)))
}

/** Ranks from 1; equal values share the average of the ranks they take up. */
export function averageRanks(values: Numbers): Float64Array {
  const order = Array.from({ length: values.length }, (_, index) => index)
  order.sort((i, j) => (values[i] as number) - (values[j] as number))
  const ranks = new Float64Array(values.length)
  let start = 0
  while (start < order.length) {
    let end = start + 1
    while (end < order.length && values[order[end] as number] === values[order[start] as number]) end += 1
    for (let place = start; place < end; place += 1) ranks[order[place] as number] = (start + 1 + end) / 2
    start = end
  }
  return ranks
}

/** Spearman's rank correlation: Pearson's of the average ranks. */
export function spearman(a: Numbers, b: Numbers): number {
  return pearson(averageRanks(a), averageRanks(b))
}
