import type { EvalLog } from '../../../harness/eval-log.js'
import type { ResultColumn, ResultRow, RunResults } from '../../../harness/results.js'
import { ProblemLog } from '../../../problems.js'
import { codePointLength } from '../../../python/text.js'
import { meanIntervals, type Interval } from '../../../stats/index.js'
import { NOTES } from '../notes.js'
import { readGamedRows } from '../read/gamed.js'
import { scoreAnnotationSets, type ScoredSet } from '../score/score-sets.js'
import { winShare, winShares } from '../score/win-rate.js'
import type { AnnotationRecord, AnnotationSet } from '../types.js'
import type { AlpacaVerdict } from './benchmark.js'

/** Name of the attachment that length control is calibrated with. */
export const GAMED_FILE = 'df_gamed.csv'

const LENGTH_CONTROLLED: readonly ResultColumn[] = [
  { key: 'length_controlled_winrate', label: 'LC win rate' },
  { key: 'lc_standard_error', label: '± SE' },
]

const BY_INSTRUCTION: ResultColumn = { key: 'lc_winrate_by_instruction', label: 'LC by text' }

const COLUMNS: readonly ResultColumn[] = [
  { key: 'win_rate', label: 'win rate' },
  { key: 'standard_error', label: '± SE' },
  { key: 'n_total', label: 'judged', digits: 0 },
  { key: 'avg_length', label: 'length', digits: 0 },
]

/** A contestant's judged pairs as the official `annotations.json` has them, in the order of the samples. */
export function annotationRecords(log: EvalLog, contestant: string): readonly AnnotationRecord[] {
  const { baseline = '' } = log.record.spec
  const samples = new Map(log.samples().map((sample) => [sample.id, sample]))
  const records = new Map<string, AnnotationRecord>()
  for (const { verdict, costUsd, seconds } of log.judgments<AlpacaVerdict>()) {
    if (verdict.contestant !== contestant) continue
    const { judge, pairs, raw } = verdict
    for (const { sample: id, preference } of pairs) {
      const sample = samples.get(id)
      if (sample === undefined) continue
      records.set(id, {
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
      })
    }
  }
  return [...samples.keys()].flatMap((id) => records.get(id) ?? [])
}

/** What scores need of one judged pair. */
interface JudgedPair {
  readonly preference: number | null
  readonly price: number
  readonly time: number
}

/** Judged pairs by contestant and sample. */
function judgedPairs(log: EvalLog): ReadonlyMap<string, ReadonlyMap<string, JudgedPair>> {
  const found = new Map<string, Map<string, JudgedPair>>()
  for (const { verdict, costUsd, seconds } of log.judgments<AlpacaVerdict>()) {
    const { contestant, pairs } = verdict
    let own = found.get(contestant)
    if (own === undefined) found.set(contestant, (own = new Map<string, JudgedPair>()))
    const price = costUsd === null ? NaN : costUsd / pairs.length
    const time = seconds / pairs.length
    for (const { sample, preference } of pairs) own.set(sample, { preference, price, time })
  }
  return found
}

/** Lengths of all answers by contestant and sample, without keeping their texts. */
function answerLengths(log: EvalLog): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const found = new Map(log.contestants.map((name) => [name, new Map<string, number>()]))
  for (const { contestant, sample, turns } of log.eachAnswer())
    found.get(contestant)?.set(sample, codePointLength(turns[0] ?? ''))
  return found
}

/** Every figure of AlpacaEval, from the log alone. */
export function alpacaEvalResults(log: EvalLog): RunResults {
  const problems = new ProblemLog()
  const { baseline = '' } = log.record.spec
  const lengths = answerLengths(log)
  const judged = judgedPairs(log)
  const places = log.samples().map(({ id }) => id)
  const sets = log.contestants
    .filter((name) => name !== baseline && judged.has(name))
    .map((model) => setOf({ model, baseline, places, pairs: judged.get(model), lengths }, problems))
  const usable = sets.filter((set) => set.preference.some((preference) => !Number.isNaN(preference)))
  for (const set of sets) if (!usable.includes(set)) problems.add(...NOTES.noPreference, { id: set.model })
  const gamed = log.attachment(GAMED_FILE)
  // The first edition never was controlled for length.
  if (gamed === undefined && log.record.spec.options['edition'] !== '1') problems.add(...NOTES.noCalibration)
  const { details } = scoreAnnotationSets(usable, {
    ...(gamed !== undefined && { gamed: readGamedRows(gamed, GAMED_FILE).data }),
    averageLengths: new Map(usable.map(({ model }) => [model, averageLength(lengths.get(model))])),
  })
  for (const detail of details) problems.merge(detail.problems)
  const shares = usable.map(({ preference }) => winShares(preference).map((share) => 100 * share))
  const intervals = meanIntervals(shares)
  const rows = details.map((detail, index) => rowOf(detail, intervals[index] as Interval))
  const rank = ({ values }: ResultRow): number =>
    Number(values['length_controlled_winrate'] ?? values['win_rate'] ?? -Infinity)
  return {
    columns: columnsOf(rows),
    rows: rows.sort((a, b) => rank(b) - rank(a)),
    measure: { key: 'win_rate', label: 'win rate' },
    scores: new Map(usable.map((set) => [set.model, sharesOf(set)])),
    problems: problems.list(),
  }
}

/** The columns there are figures for. */
function columnsOf(rows: readonly ResultRow[]): readonly ResultColumn[] {
  const has = (key: string): boolean => rows.some(({ values }) => (values[key] ?? null) !== null)
  return [
    ...(has('length_controlled_winrate') ? LENGTH_CONTROLLED : []),
    ...(has(BY_INSTRUCTION.key) ? [BY_INSTRUCTION] : []),
    ...COLUMNS,
  ]
}

function setOf(
  source: {
    readonly model: string
    readonly baseline: string
    readonly places: readonly string[]
    readonly pairs: ReadonlyMap<string, JudgedPair> | undefined
    readonly lengths: ReadonlyMap<string, ReadonlyMap<string, number>>
  },
  log: ProblemLog,
): AnnotationSet {
  const { model, baseline, places, pairs, lengths } = source
  const rows = places.flatMap((id) => {
    const pair = pairs?.get(id)
    return pair === undefined ? [] : [{ id, ...pair }]
  })
  const numbers = (of: (row: (typeof rows)[number]) => number): Float64Array => Float64Array.from(rows, of)
  const lengthOf = (name: string, id: string): number => lengths.get(name)?.get(id) ?? 0
  for (const [row, { id, preference }] of rows.entries()) {
    const place = { source: model, row, id: `instruction ${id}` }
    if (preference === null) log.add(...NOTES.failedReply, place)
    if (lengthOf(model, id) === 0 || lengthOf(baseline, id) === 0) log.add(...NOTES.emptyOutput, place)
  }
  return {
    model,
    baseline,
    judge: null,
    instructions: null,
    index: Int32Array.from(rows, ({ id }) => Number(id)),
    preference: numbers(({ preference }) => preference ?? NaN),
    length1: numbers(({ id }) => lengthOf(baseline, id)),
    length2: numbers(({ id }) => lengthOf(model, id)),
    price: numbers(({ price }) => price),
    time: numbers(({ time }) => time),
  }
}

function rowOf({ row, corrected }: ScoredSet, interval: Interval): ResultRow {
  const { model, ...values } = row
  const by = corrected && {
    lc_winrate_by_instruction: corrected.length_controlled_winrate,
    lc_standard_error_by_instruction: corrected.lc_standard_error,
  }
  return { contestant: model, values: { ...values, ...by }, intervals: { win_rate: interval } }
}

function sharesOf({ preference, index }: AnnotationSet): ReadonlyMap<string, number> {
  const shares = new Map<string, number>()
  for (const [row, value] of preference.entries())
    if (!Number.isNaN(value)) shares.set(String(index?.[row] ?? row), 100 * winShare(value))
  return shares
}

/** The leaderboard's average length: the integer part of the mean over all answers, judged or not. */
function averageLength(lengths: ReadonlyMap<string, number> = new Map()): number {
  let total = 0
  for (const length of lengths.values()) total += length
  return Math.trunc(total / lengths.size)
}
