import type { Sampling } from '../../../../core/request.js'
import type { Benchmark, Judge, Sample } from '../../../../eval/harness/benchmark.js'
import type { Contestant, RecordedTurns } from '../../../../eval/harness/contestant.js'
import type { EvalLog } from '../../../../eval/harness/eval-log.js'
import type { ExportFile } from '../../../../eval/harness/export-file.js'
import type { RunResults } from '../../../../eval/harness/results.js'
import type { JudgeSpec } from '../../../../eval/harness/run-spec.js'
import type { ProblemLog, Read } from '../../../../eval/problems.js'
import type { BenchData } from '../bench-data.js'

/** Flags of `moa eval run`. */
export interface RunFlags {
  /** File into which every call is recorded. */
  readonly record?: string
  readonly contestant?: readonly string[]
  readonly judge?: readonly string[]
  readonly baseline?: string
  readonly edition?: string
  readonly mode?: string
  readonly referenceAnswers?: string
  readonly category?: string
  readonly deterministicJudge?: boolean
  readonly data?: string
  readonly calibration?: string
  readonly gold?: string
  readonly judgeSeeds?: number
  readonly judgeConfigs?: string
  readonly concurrency: number
  readonly maxCost?: number
  readonly limit?: number
  readonly sample?: number
  readonly seed?: number
  readonly temperature?: number
  readonly maxTokens?: number
  readonly new?: boolean
  readonly json?: boolean
  readonly quiet?: boolean
  readonly config?: string
}

/** Recorded answers as a benchmark's own files have them. */
export interface RecordedAnswers {
  /** The name in the file; absent where it has none. */
  readonly name?: string
  readonly turns: RecordedTurns
}

/** Reads a file of recorded answers. @throws MoaError `data_invalid` for one of another format. */
export type ReadRecorded = (text: string, source: string) => Read<RecordedAnswers>

/** What a benchmark has at hand while it prepares a run. */
export interface BenchSetup {
  readonly flags: RunFlags
  /** Decides what is left to chance; 0 where no flag says otherwise. */
  readonly seed: number
  /** How contestants are asked, as far as flags say it. */
  readonly sampling: Sampling
  readonly data: BenchData
  /** Collects what is wrong with the data and can still be used; told and counted at the end. */
  readonly problems: ProblemLog
  readonly signal: AbortSignal
  /** A contestant by what stands behind its flag. */
  contestant(text: string, read: ReadRecorded): Promise<Contestant>
  /** A judge's model, by address or recipe, under a name of its own. */
  judge(model: string, name: string): Promise<Judge>
  /** Whether text names a recipe or has the form of a model's address. */
  isModel(text: string): boolean
}

/** A run ready to go. */
export interface PreparedRun {
  /** The whole benchmark; flags choose from it. */
  readonly samples: readonly Sample[]
  /** Everybody who answers, the baseline included. */
  readonly contestants: readonly Contestant[]
  readonly judges: readonly JudgeSpec[]
  /** Name of the contestant the others are compared with. */
  readonly baseline?: string
  /** What else decides what is asked: edition, hash of the data, mode. */
  readonly options: Readonly<Record<string, unknown>>
  /** Files that metrics need, kept with the run. */
  readonly attachments?: Readonly<Record<string, string>>
  /** @param samples those that were chosen. */
  benchmark(samples: readonly Sample[]): Benchmark
}

/** Flags that say something to some benchmarks only, and how they are written. */
export const OWN_FLAGS = {
  baseline: '--baseline',
  edition: '--edition',
  mode: '--mode',
  referenceAnswers: '--reference-answers',
  category: '--category',
  deterministicJudge: '--deterministic-judge',
  calibration: '--calibration',
  gold: '--gold',
  judgeSeeds: '--judge-seeds',
  judgeConfigs: '--judge-configs',
} as const satisfies Partial<Record<keyof RunFlags, string>>

/** What the commands of `moa eval` have to know of a benchmark. */
export interface Bench {
  /** Those of the {@link OWN_FLAGS} it takes. */
  readonly flags: readonly (keyof typeof OWN_FLAGS)[]
  /** Loads what is asked. @throws MoaError when something is missing */
  prepare(setup: BenchSetup): Promise<PreparedRun>
  /** Every figure, from the log alone. */
  results(log: EvalLog): RunResults
  /** The run's files in the benchmark's own formats. */
  files(log: EvalLog): readonly ExportFile[]
}
