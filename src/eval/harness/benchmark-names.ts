/** The benchmarks a run can be of. */
export const BENCHMARKS = [
  'alpaca-eval',
  'mt-bench',
  'flask',
  'flask-hard',
  'arena-hard',
  'alpaca-judges',
] as const

export type BenchmarkName = (typeof BENCHMARKS)[number]
