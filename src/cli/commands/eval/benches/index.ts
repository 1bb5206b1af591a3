import { MoaError } from '../../../../core/errors.js'
import type { BenchmarkName } from '../../../../eval/harness/benchmark-names.js'
import type { RunSpec } from '../../../../eval/harness/run-spec.js'
import type { Bench } from './bench.js'

/** Every benchmark by its name; loaded when it is needed. */
const BENCHES: Readonly<Partial<Record<BenchmarkName, () => Promise<Bench>>>> = {
  'alpaca-eval': async () => (await import('./alpaca-eval.js')).alpacaEvalBench,
  'alpaca-judges': async () => (await import('./alpaca-judges.js')).alpacaJudgesBench,
  'mt-bench': async () => (await import('./mt-bench.js')).mtBenchBench,
  flask: async () => (await import('./flask.js')).flaskBench,
  'flask-hard': async () => (await import('./flask.js')).flaskHardBench,
  'arena-hard': async () => (await import('./arena-hard.js')).arenaHardBench,
}

/** @throws MoaError `usage` for a benchmark that can't be run. */
export async function benchOf(name: RunSpec['benchmark']): Promise<Bench> {
  const load = name === 'batch' ? undefined : BENCHES[name]
  if (load !== undefined) return load()
  throw new MoaError('usage', `"${name}" can't be run; expected one of ${Object.keys(BENCHES).join(', ')}.`)
}
