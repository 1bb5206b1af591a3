/** Benchmarks by their names for people. */
const TITLES: Readonly<Record<string, string>> = {
  'alpaca-eval': 'AlpacaEval',
  'alpaca-judges': 'Judges against people',
  'mt-bench': 'MT-Bench',
  flask: 'FLASK',
  'flask-hard': 'FLASK, hard set',
  'arena-hard': 'Arena-Hard',
}

/** A benchmark's name for people, with its edition. */
export function benchmarkTitle(benchmark: string, options: Readonly<Record<string, unknown>> = {}): string {
  const title = TITLES[benchmark] ?? benchmark
  const edition = options['edition'] ?? options['version']
  return typeof edition === 'string' || typeof edition === 'number' ? `${title} ${edition}` : title
}
