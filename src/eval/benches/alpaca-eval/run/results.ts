import type { EvalLog } from '../../../harness/eval-log.js'
import type { ResultColumn, ResultRow, RunResults } from '../../../harness/results.js'
import { ProblemLog } from '../../../problems.js'
import { codePointLength } from '../../../python/text.js'
import { meanInterval } from '../../../stats/index.js'
import { NOTES } from '../notes.js'
import { annotationSetOf } from '../read/annotations.js'
import { readGamedRows } from '../read/gamed.js'
import { scoreAnnotationSets, type ScoredSet } from '../score/score-sets.js'
import { winShare, winShares } from '../score/win-rate.js'
import type { AnnotationRecord, AnnotationSet } from '../types.js'
import type { AlpacaVerdict } from './benchmark.js'

/** Name of the attachment that length control is calibrated with. */
export const GAMED_FILE = 'df_gamed.csv'

const COLUMNS: readonly ResultColumn[] = [
  { key: 'length_controlled_winrate', label: 'LC win rate' },
  { key: 'lc_standard_error', label: '± SE' },
  { key: 'win_rate', label: 'win rate' },
  { key: 'standard_error', label: '± SE' },
  { key: 'n_total', label: 'judged', digits: 0 },
  { key: 'avg_length', label: 'length', digits: 0 },
]

/** A judged pair of a run in the official form, with its place in the evaluation set. */
interface PlacedRecord {
  readonly place: number
  readonly record: AnnotationRecord
}

/** A contestant's judged pairs as the official `annotations.json` has them, in the order of the samples. */
export function annotationRecords(log: EvalLog, contestant: string): readonly AnnotationRecord[] {
  return (recordsByContestant(log).get(contestant) ?? []).map(({ record }) => record)
}

function recordsByContestant(log: EvalLog): ReadonlyMap<string, readonly PlacedRecord[]> {
  const { baseline = '' } = log.record.spec
  const samples = new Map(log.samples().map((sample, order) => [sample.id, { sample, order }]))
  const found = new Map<string, Map<number, PlacedRecord>>()
  for (const { verdict, costUsd, seconds } of log.judgments<AlpacaVerdict>()) {
    const { contestant, judge, pairs, raw } = verdict
    let records = found.get(contestant)
    if (records === undefined) found.set(contestant, (records = new Map<number, PlacedRecord>()))
    for (const { sample: id, preference } of pairs) {
      const known = samples.get(id)
      if (known === undefined) continue
      const { sample, order } = known
      records.set(order, {
        place: Number(id),
        record: {
          instruction: sample.turns[0] ?? '',
          output_1: log.get(baseline, id)?.turns[0] ?? '',
          output_2: log.get(contestant, id)?.turns[0] ?? '',
          generator_1: baseline,
          generator_2: contestant,
          annotator: judge,
          preference,
          price_per_example: costUsd === null ? null : costUsd / pairs.length,
          time_per_example: seconds / pairs.length,
          raw_completion: raw,
          ...(sample.category !== undefined && { dataset: sample.category }),
        },
      })
    }
  }
  return new Map(
    [...found].map(([contestant, records]) => [
      contestant,
      [...records].sort(([a], [b]) => a - b).map(([, record]) => record),
    ]),
  )
}

/** Every figure of AlpacaEval, from the log alone. */
export function alpacaEvalResults(log: EvalLog): RunResults {
  const problems = new ProblemLog()
  const { baseline } = log.record.spec
  const records = recordsByContestant(log)
  const contestants = log.contestants.filter((name) => name !== baseline && records.has(name))
  const sets = contestants.map((name) => setOf(name, records.get(name) ?? [], problems))
  const usable = sets.filter((set) => set.preference.some((preference) => !Number.isNaN(preference)))
  for (const set of sets) if (!usable.includes(set)) problems.add(...NOTES.noPreference, { id: set.model })
  const gamed = log.attachment(GAMED_FILE)
  if (gamed === undefined) problems.add(...NOTES.noCalibration)
  const { details } = scoreAnnotationSets(usable, {
    ...(gamed !== undefined && { gamed: readGamedRows(gamed, GAMED_FILE).data }),
    averageLengths: new Map(usable.map(({ model }) => [model, averageLength(log, model)])),
  })
  for (const detail of details) problems.merge(detail.problems)
  const rows = details.map((detail, index) => rowOf(detail, usable[index] as AnnotationSet))
  const rank = ({ values }: ResultRow): number =>
    Number(values['length_controlled_winrate'] ?? values['win_rate'] ?? -Infinity)
  return {
    columns: rows.some(({ values }) => 'lc_winrate_by_instruction' in values)
      ? [
          ...COLUMNS.slice(0, 2),
          { key: 'lc_winrate_by_instruction', label: 'LC by text' },
          ...COLUMNS.slice(2),
        ]
      : COLUMNS,
    rows: rows.sort((a, b) => rank(b) - rank(a)),
    measure: { key: 'win_rate', label: 'win rate' },
    scores: new Map(usable.map((set) => [set.model, sharesOf(set)])),
    problems: problems.list(),
  }
}

function setOf(model: string, placed: readonly PlacedRecord[], log: ProblemLog): AnnotationSet {
  const set = annotationSetOf(
    placed.map(({ record }) => record),
    { source: model, log },
  )
  for (const [row, { record, place }] of placed.entries())
    if (record.preference === null)
      log.add(...NOTES.failedReply, { source: model, row, id: `instruction ${place}` })
  return { ...set, model, index: Int32Array.from(placed, ({ place }) => place) }
}

function rowOf({ row, corrected }: ScoredSet, set: AnnotationSet): ResultRow {
  const { model, ...values } = row
  const by = corrected && {
    lc_winrate_by_instruction: corrected.length_controlled_winrate,
    lc_standard_error_by_instruction: corrected.lc_standard_error,
  }
  const percentages = winShares(set.preference).map((share) => 100 * share)
  return {
    contestant: model,
    values: { ...values, ...by },
    intervals: { win_rate: meanInterval(percentages) },
  }
}

function sharesOf({ preference, index }: AnnotationSet): ReadonlyMap<string, number> {
  const shares = new Map<string, number>()
  for (const [row, value] of preference.entries())
    if (!Number.isNaN(value)) shares.set(String(index?.[row] ?? row), 100 * winShare(value))
  return shares
}

/** The leaderboard's average length: the integer part of the mean over all answers, judged or not. */
function averageLength(log: EvalLog, contestant: string): number {
  let [total, count] = [0, 0]
  for (const { id } of log.samples()) {
    const answer = log.get(contestant, id)
    if (answer === undefined) continue
    total += codePointLength(answer.turns[0] ?? '')
    count += 1
  }
  return Math.trunc(total / count)
}
