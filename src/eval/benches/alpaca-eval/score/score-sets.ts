import { NOTES } from '../notes.js'
import {
  bootstrapInterval,
  comparePaired,
  meanInterval,
  type BootstrapOptions,
  type Interval,
  type PairedComparison,
} from '../../../stats/bootstrap.js'
import type { FoldOrder } from '../../../stats/fold-order.js'
import { MoaError } from '../../../../core/index.js'
import { ProblemLog, type Problem } from '../../../problems.js'
import { gamedDifficulties } from '../read/gamed.js'
import { locateInstructions } from '../read/locate.js'
import type { AnnotationSet, GamedRows } from '../types.js'
import type { ScoreRow } from './leaderboard.js'
import {
  isFarFromRaw,
  lengthControl,
  lengthControlAt,
  type LengthControl,
  type LengthControlled,
  type LengthControlOptions,
} from './length-control.js'
import { isPreference, winRate, winShare, winShares } from './win-rate.js'

export interface ScoreOptions {
  /** Rows of `df_gamed.csv`; without them there is no length control. */
  readonly gamed?: GamedRows
  readonly variant?: LengthControl
  readonly foldOrder?: FoldOrder
  /** The evaluation set in order, to tell which difficulty belongs to which row and what is missing. */
  readonly instructions?: readonly string[]
  /** Average length of a model's whole output file, by model; by default that of its judged outputs. */
  readonly averageLengths?: ReadonlyMap<string, number>
  /** Adds bootstrap intervals over instructions. */
  readonly bootstrap?: BootstrapOptions
}

/** One contestant's scores with what stands behind them. */
export interface ScoredSet {
  readonly row: ScoreRow
  readonly lengthControl: LengthControlled | null
  /**
   * Length control with each row's difficulty looked up by its instruction, where that differs from the published rule
   * (by position, which shifts once a row is missing). Null where they agree or places are unknown.
   */
  readonly corrected: Pick<LengthControlled, 'length_controlled_winrate' | 'lc_standard_error'> | null
  /** Percentages; the length-controlled interval refits each resample at the chosen cost. */
  readonly intervals: {
    readonly win_rate: Interval
    readonly length_controlled_winrate: Interval | null
  } | null
  readonly problems: readonly Problem[]
}

/** Scores of several contestants: the official rows, and aligned with them what stands behind each. */
export interface Scoreboard {
  readonly rows: readonly ScoreRow[]
  readonly details: readonly ScoredSet[]
}

/**
 * Scores sets of judged pairs as AlpacaEval 2.0 does.
 *
 * @throws MoaError `data_invalid` for a set without a single usable preference.
 */
export function scoreAnnotationSets(sets: readonly AnnotationSet[], options: ScoreOptions = {}): Scoreboard {
  const details = sets.map((set) => scoreSet(set, options))
  return { rows: details.map((detail) => detail.row), details }
}

function scoreSet(read: AnnotationSet, options: ScoreOptions): ScoredSet {
  const log = new ProblemLog()
  const set = options.instructions
    ? locateInstructions(read, { instructions: options.instructions, log })
    : read
  const raw = winRate(set.preference)
  if (raw === null) {
    throw new MoaError(
      'data_invalid',
      `${set.model}: expected preferences from 1 to 2, but none of the ${set.preference.length} rows has one; check that judging succeeded.`,
    )
  }
  const { gamed } = options
  const control = gamed ? controlled(set, { ...options, gamed, log }) : null
  if (control && isFarFromRaw(control.length_controlled_winrate, raw.win_rate)) {
    log.add(...NOTES.farFromRaw, { id: set.model })
  }
  const row: ScoreRow = {
    model: set.model,
    ...raw,
    avg_length: options.averageLengths?.get(set.model) ?? truncatedMean(set.length2),
    length_controlled_winrate: control?.length_controlled_winrate ?? null,
    lc_standard_error: control?.lc_standard_error ?? null,
  }
  return {
    row,
    lengthControl: control,
    corrected: gamed && control ? correctedControl(set, { ...options, gamed, log }) : null,
    intervals: options.bootstrap ? intervalsOf(set, { ...options, control }) : null,
    problems: log.list(),
  }
}

function truncatedMean(values: Float64Array): number {
  return Math.trunc(values.reduce((total, value) => total + value, 0) / values.length)
}

type ControlContext = LengthControlOptions & { readonly log: ProblemLog }

function controlled(set: AnnotationSet, options: ControlContext): LengthControlled | null {
  const result = lengthControl(set, options)
  if (!('reason' in result)) return result
  options.log.add(...NOTES.noLengthControl, { id: `${set.model}: ${result.reason}` })
  return null
}

/** Length control with difficulties by instruction, where rows do not stand at their instruction's place. */
function correctedControl(set: AnnotationSet, options: ControlContext): ScoredSet['corrected'] {
  const { index } = set
  if (set.model === set.baseline || options.variant === 'length_controlled_minimal') return null
  const known = gamedDifficulties(options.gamed)
  if (index === null) {
    const rows = set.preference.length
    if (rows < known.length)
      options.log.add(...NOTES.shiftedDifficulty, { id: `${set.model}: ${rows} of ${known.length} rows` })
    return null
  }
  const first = index.findIndex((place, row) => place !== row)
  if (first < 0) return null
  options.log.add(...NOTES.shiftedDifficulty, { id: `${set.model} from row ${first} on` })
  const rows = Int32Array.from(index.keys()).filter((row) => Number.isFinite(known[index[row] as number]))
  const difficulties = Float64Array.from(rows, (row) => known[index[row] as number] as number)
  const result = lengthControl(pickRows(set, rows), { ...options, difficulties })
  if ('reason' in result) return null
  const { length_controlled_winrate, lc_standard_error } = result
  return { length_controlled_winrate, lc_standard_error }
}

function pickRows(set: AnnotationSet, rows: Int32Array): AnnotationSet {
  const pick = (values: Float64Array): Float64Array => Float64Array.from(rows, (row) => values[row] as number)
  return {
    ...set,
    instructions: null,
    index: null,
    preference: pick(set.preference),
    length1: pick(set.length1),
    length2: pick(set.length2),
    price: pick(set.price),
    time: pick(set.time),
  }
}

function intervalsOf(
  set: AnnotationSet,
  options: ScoreOptions & { control: LengthControlled | null },
): ScoredSet['intervals'] {
  const { control, gamed, bootstrap = {} } = options
  const percentages = winShares(set.preference).map((share) => 100 * share)
  const win_rate = meanInterval(percentages, bootstrap)
  const cost = control?.cost ?? null
  if (cost === null || gamed === undefined) return { win_rate, length_controlled_winrate: null }
  const refit = (counts: Uint32Array): number => lengthControlAt(set, { ...options, gamed, cost, counts })
  return { win_rate, length_controlled_winrate: bootstrapInterval(set.preference.length, refit, bootstrap) }
}

/**
 * Difference in raw win rate (percentage points, a minus b) of two contestants on the instructions both were judged on,
 * with its bootstrap interval and the number of instructions that would show such a difference.
 *
 * @throws MoaError `data_invalid` when the sets share fewer than two judged instructions.
 */
export function compareSets(
  a: AnnotationSet,
  b: AnnotationSet,
  options?: BootstrapOptions,
): PairedComparison {
  const by = a.index && b.index ? 'index' : 'instructions'
  const [ours, theirs] = [sharesBy(by, a), sharesBy(by, b)]
  const common = [...ours.keys()].filter((instruction) => theirs.has(instruction))
  if (common.length < 2) {
    throw new MoaError(
      'data_invalid',
      `${a.model} and ${b.model} share ${common.length} judged instructions, and a comparison needs at least 2; score both on the same evaluation set.`,
    )
  }
  const percentages = (shares: ReadonlyMap<string | number, number>): number[] =>
    common.map((instruction) => 100 * (shares.get(instruction) ?? NaN))
  return comparePaired(percentages(ours), percentages(theirs), options)
}

function sharesBy(key: 'index' | 'instructions', set: AnnotationSet): ReadonlyMap<string | number, number> {
  const shares = new Map<string | number, number>()
  const instructions = set[key] ?? []
  set.preference.forEach((preference, row) => {
    const instruction = instructions[row]
    if (instruction !== undefined && instruction !== -1 && isPreference(preference)) {
      shares.set(instruction, winShare(preference))
    }
  })
  return shares
}
