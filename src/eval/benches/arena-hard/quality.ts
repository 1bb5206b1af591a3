import { MoaError } from '../../../core/errors.js'
import { type Problem, ProblemLog } from '../../problems.js'
import { type Bounds, separability, type Separability } from '../../stats/interval-overlap.js'
import { spearman } from '../../stats/correlation.js'
import { percentiles } from '../../stats/percentile.js'
import { forecastPairs, resampleMoments } from '../../stats/pair-forecast.js'
import {
  agreementWithConfidence,
  type ConfidentAgreement,
  strictAgreement,
} from '../../stats/rank-agreement.js'

/** A model's figure on a benchmark with its interval and, where kept, its resamples. */
export interface RatedModel {
  readonly model: string
  readonly score: number
  readonly lower: number
  readonly upper: number
  readonly results?: readonly number[]
}

export interface QualityOptions {
  readonly benchmark: readonly RatedModel[]
  /** What the benchmark shall predict, such as Chatbot Arena's Elo. Models are joined by name. */
  readonly reference?: readonly RatedModel[]
  /** Bounds of the second separability, over resamples, as shares. Default 0.1 and 0.9. */
  readonly bounds?: readonly [number, number]
}

/** How well a benchmark tells models apart and orders them as a reference does. `null` where nothing tells. */
export interface BenchmarkQuality {
  readonly models: number
  readonly separability: Separability
  /** From the resamples at `bounds`; present when every model has resamples. */
  readonly resampled_separability?: Separability
  /** Over the models both sides have; present with a reference. */
  readonly against_reference?: {
    readonly models: number
    readonly strict_agreement: number | null
    readonly agreement_with_confidence: Omit<ConfidentAgreement, 'agreement'> & {
      readonly agreement: number | null
    }
    readonly spearman: number | null
    /** Present when every shared model has resamples. */
    readonly forecast?: { readonly brier: number; readonly log_loss: number }
  }
  readonly problems: readonly Problem[]
}

/**
 * The metrics of the Arena-Hard paper's notebook (arXiv 2406.11939).
 * @throws MoaError `data_invalid` for fewer than two models, or fewer than two shared with the reference.
 */
export function benchmarkQuality({
  benchmark,
  reference,
  bounds = [0.1, 0.9],
}: QualityOptions): BenchmarkQuality {
  if (benchmark.length < 2) throw tooFew('The benchmark has', benchmark.length)
  const log = new ProblemLog()
  const draws = benchmark.map(({ results }) => results ?? [])
  const resampled = draws.every(({ length }) => length > 0)
  return {
    models: benchmark.length,
    separability: separability(benchmark.map(intervalOf)),
    ...(resampled && {
      resampled_separability: separability(
        draws.map((results) => percentiles(results, bounds) as [number, number]),
      ),
    }),
    ...(reference !== undefined && { against_reference: against(benchmark, reference, log) }),
    problems: log.list(),
  }
}

function intervalOf({ lower, upper }: RatedModel): Bounds {
  return [lower, upper]
}

function against(
  benchmark: readonly RatedModel[],
  reference: readonly RatedModel[],
  log: ProblemLog,
): NonNullable<BenchmarkQuality['against_reference']> {
  const byName = new Map(reference.map((row) => [row.model, row]))
  const shared = benchmark.flatMap((own) => {
    const theirs = byName.get(own.model)
    if (theirs !== undefined) return [{ model: own.model, own, theirs }]
    log.add('id-unknown', 'The reference does not have the model; it is left out.', { id: own.model })
    return []
  })
  if (shared.length < 2) throw tooFew('The benchmark and the reference share', shared.length)
  const points = shared.map(({ model, own, theirs }) => ({
    model,
    benchmark: own.score,
    reference: theirs.score,
  }))
  const confident = agreementWithConfidence(
    shared.map(({ model, own, theirs }) => ({
      model,
      benchmark: intervalOf(own),
      reference: intervalOf(theirs),
    })),
  )
  const withResults = shared.every(({ own }) => (own.results?.length ?? 0) > 0)
  const forecast = (): { brier: number; log_loss: number } => {
    const { brier, logLoss } = forecastPairs(
      shared.map(({ model, own, theirs }) => ({
        model,
        rating: theirs.score,
        ...resampleMoments(own.results ?? []),
      })),
    )
    return { brier, log_loss: logLoss }
  }
  return {
    models: shared.length,
    strict_agreement: known(strictAgreement(points)),
    agreement_with_confidence: { ...confident, agreement: known(confident.agreement) },
    spearman: known(
      spearman(
        points.map((point) => point.benchmark),
        points.map((point) => point.reference),
      ),
    ),
    ...(withResults && { forecast: forecast() }),
  }
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value
}

function tooFew(who: string, count: number): MoaError {
  return new MoaError(
    'data_invalid',
    `${who} ${count} model(s); comparing takes at least two, under the same names.`,
  )
}
