import type { Json } from '../../python/json.js'

/** One row of a `model_outputs.json`. Rows of two files belong together when their instruction is the same text. */
export interface ModelOutput {
  readonly instruction: string
  readonly output: string
  readonly generator: string
  readonly dataset?: string
  readonly datasplit?: string
}

/** A whole `model_outputs.json`. */
export interface ModelOutputs {
  /** The one name in the file, or {@link CURRENT_MODEL} where there are several or none. */
  readonly generator: string
  readonly outputs: readonly ModelOutput[]
}

/** The leaderboard name of a file that holds no name or several. */
export const CURRENT_MODEL = 'Current model'

/**
 * One judged pair, under the official names. `output_1` is the baseline's, `output_2` the model's; a preference of 1 says
 * that the baseline is better, 2 that the model is.
 */
export interface AnnotationRecord {
  readonly instruction: string
  readonly output_1: string
  readonly output_2: string
  readonly generator_1: string | null
  readonly generator_2: string | null
  readonly annotator: string | null
  /** As read: null where missing, and not yet checked. */
  readonly preference: Json
  readonly price_per_example: number | null
  readonly time_per_example: number | null
  readonly raw_completion: Json
  readonly dataset?: string
  readonly datasplit?: string
  /** Length-controlled win probability of this row, where the file has it. */
  readonly glm_preference?: number
}

/** The numbers of a set of judged pairs, aligned by position: all that scores need. NaN stands for missing. */
export interface AnnotationSet {
  readonly model: string
  readonly baseline: string | null
  readonly judge: string | null
  /** Each row's instruction as a text, where the file has texts. */
  readonly instructions: readonly string[] | null
  /** Each row's place in the evaluation set, where known; -1 for instructions outside it. */
  readonly index: Int32Array | null
  /** In [1, 2], 0 for equal, NaN for missing. */
  readonly preference: Float64Array
  /** Code points of the baseline's output. */
  readonly length1: Float64Array
  /** Code points of the model's output. */
  readonly length2: Float64Array
  /** Dollars per pair. */
  readonly price: Float64Array
  /** Seconds per pair. */
  readonly time: Float64Array
}

/** The rows of `df_gamed.csv`: judged outputs of baselines told to be concise or verbose, as the fit uses them. */
export interface GamedRows {
  /** Share of a win of the gamed baseline, 0 to 1. */
  readonly preference: Float64Array
  /** Place of the row's instruction in the evaluation set. */
  readonly index: Int32Array
  /** Length difference in standard deviations. */
  readonly stdDeltaLength: Float64Array
  readonly difficulty: Float64Array
}

/** The weights of a length-controlled fit, as the leaderboard stores them per model. */
export interface LengthControlWeights {
  /** Of tanh(length difference / its standard deviation). */
  readonly length: number
  /** Of the instruction's difficulty. */
  readonly difficulty: number
  /** Of being a model and not a gamed baseline. */
  readonly model: number
}

/** Who is shown on a leaderboard: each mode shows itself and those before it. */
export const LEADERBOARD_MODES = ['minimal', 'verified', 'community', 'dev'] as const

export type LeaderboardMode = (typeof LEADERBOARD_MODES)[number]
