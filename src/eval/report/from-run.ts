import type { Account } from '../harness/account.js'
import type { Sample } from '../harness/benchmark.js'
import type { EvalLog } from '../harness/eval-log.js'
import type { ResultRow, RunResults } from '../harness/results.js'
import {
  EVAL_DOCUMENT_VERSION,
  type DocumentAccount,
  type DocumentAnswer,
  type DocumentColumn,
  type DocumentInterval,
  type DocumentItem,
  type DocumentJudgment,
  type DocumentRow,
  type EvalDocument,
} from './document.js'
import { radarsOf } from './radars.js'
import { readVerdict, withDisagreements } from './read-verdict.js'
import { benchmarkTitle } from './titles.js'

/** The document of a run, from its log and its figures alone. */
export function documentOfRun(log: EvalLog, results: RunResults): EvalDocument {
  const { record } = log
  const { spec } = record
  const recorded = new Set(spec.contestants.flatMap((one) => (one.recorded ? [one.name] : [])))
  const columns = results.columns.map(({ key, label, digits = 2 }) => ({ key, label, digits }))
  const accounts = log.answerAccounts()
  const rows = results.rows.map((row) =>
    rowOf(row, recorded.has(row.contestant) ? undefined : accounts.get(row.contestant)),
  )
  const items = itemsOf(log, results)
  const { account: judging } = log.judging()
  const compared = spec.baseline !== undefined
  return {
    version: EVAL_DOCUMENT_VERSION,
    id: record.id,
    source: 'run',
    benchmark: spec.benchmark,
    title: benchmarkTitle(spec.benchmark, spec.options),
    status: record.status,
    ...(record.reason !== undefined && { reason: record.reason }),
    createdAt: record.createdAt,
    ...(record.finishedAt !== undefined && { finishedAt: record.finishedAt }),
    ...(spec.baseline !== undefined && { baseline: spec.baseline }),
    judges: spec.judges.map(({ name }) => name),
    settings: settingsOf(log),
    progress: progressOf(log),
    spentUsd: log.spentUsd(),
    columns,
    primary: primaryOf(columns, rows),
    rows,
    measure: { label: results.measure.label, digits: compared ? 1 : 2, ...(compared && { even: 50 }) },
    ...(judging.items > 0 && { judging: documentAccount(judging) }),
    radars: radarsOf(spec.benchmark, { rows, columns, items, scale: compared ? [0, 100] : [1, 10] }),
    items,
    failures: log.failures().map(({ item, error }) => ({
      item: item.replaceAll('\t', ' · '),
      message: error.message,
    })),
    problems: results.problems.map(({ code, message, count }) => ({ code, message, count })),
  }
}

/** The first column that ranks rows and has a figure. */
export function primaryOf(columns: readonly DocumentColumn[], rows: readonly DocumentRow[]): string {
  const found = columns.find(({ key }) => rows.some(({ values }) => typeof values[key] === 'number'))
  return (found ?? columns[0])?.key ?? ''
}

/** The normal quantile of a two-sided 95 % interval. */
const Z95 = 1.959963984540054

/** A figure's interval from its standard error, where no other is known. */
const STANDARD_ERRORS: Readonly<Record<string, string>> = {
  length_controlled_winrate: 'lc_standard_error',
  win_rate: 'standard_error',
}

/** Intervals of a row's figures: those that were resampled, and 1.96 standard errors for the others. */
export function intervalsOf({
  values,
  intervals = {},
}: Pick<DocumentRow, 'values'> & Partial<Pick<DocumentRow, 'intervals'>>): Record<string, DocumentInterval> {
  const found: Record<string, DocumentInterval> = {}
  for (const [key, errorKey] of Object.entries(STANDARD_ERRORS)) {
    const [value, error] = [values[key], values[errorKey]]
    if (typeof value !== 'number' || typeof error !== 'number') continue
    found[key] = { low: value - Z95 * error, high: value + Z95 * error, level: 0.95 }
  }
  return { ...found, ...intervals }
}

function rowOf({ contestant, values, intervals }: ResultRow, account: Account | undefined): DocumentRow {
  return {
    name: contestant,
    values,
    intervals: intervalsOf({ values, intervals }),
    ...(account && account.items > 0 && { account: documentAccount(account) }),
  }
}

function documentAccount({ usage, ...account }: Account): DocumentAccount {
  const { items, calls, costUsd, unpricedCalls, seconds, degraded, truncated } = account
  const { inputTokens, outputTokens } = usage
  return {
    items,
    calls,
    inputTokens,
    outputTokens,
    costUsd,
    unpricedCalls,
    seconds,
    degraded,
    truncated,
  }
}

/** How far the run is. Its own counts are those of the last phase that ended, so the log is asked while it goes on. */
function progressOf(log: EvalLog): NonNullable<EvalDocument['progress']> {
  const { status, counts } = log.record
  if (status !== 'running') return counts
  const settled = log.settled()
  const total = log.samples().length * log.contestants.length
  return {
    answers: { done: settled.answers, failed: 0, total: Math.max(total, settled.answers) },
    judgments: {
      done: settled.judgments,
      failed: 0,
      total: Math.max(counts.judgments.total, settled.judgments),
    },
  }
}

function settingsOf({ record: { spec } }: EvalLog): Record<string, string> {
  const { seed, sample, limit, options } = spec
  const all = { seed, sample, limit, ...options }
  return Object.fromEntries(
    Object.entries(all).flatMap(([key, value]) =>
      value === undefined || value === null
        ? []
        : [[key, typeof value === 'string' ? value : JSON.stringify(value)]],
    ),
  )
}

function itemsOf(log: EvalLog, { scores }: RunResults): DocumentItem[] {
  const judgments = judgmentsBySample(log)
  return log.samples().map((sample) => {
    const { id, category, turns, reference } = sample
    const own = withDisagreements(judgments.get(id) ?? [])
    const judged = log.record.spec.benchmark === 'alpaca-judges'
    return {
      id,
      ...(category !== undefined && { category }),
      // There the outputs that judges compare are a part of what is asked.
      turns: judged ? turns.slice(0, 1) : turns,
      ...(reference && { reference }),
      answers: judged
        ? turns.slice(1).map((text, index) => ({ contestant: `output_${index + 1}`, turns: [text] }))
        : log.contestants.flatMap((name) => answerOf(log, name, id)),
      scores: scoresOf(scores, { id, own }),
      judgments: own,
    }
  })
}

function scoresOf(
  scores: RunResults['scores'],
  { id, own }: { readonly id: string; readonly own: readonly DocumentJudgment[] },
): DocumentItem['scores'] {
  const found: Record<string, number | null> = {}
  for (const [name, byItem] of scores) {
    const score = byItem.get(id)
    if (score !== undefined) found[name] = score
    else if (own.some(({ contestants }) => contestants.includes(name))) found[name] = null
  }
  return found
}

function answerOf(log: EvalLog, contestant: string, sample: string): DocumentAnswer[] {
  const answer = log.get(contestant, sample)
  if (answer === undefined) return []
  const { turns, seconds, costUsd, finishReasons, degraded, calls } = answer
  return [
    {
      contestant,
      turns,
      ...(calls > 0 && { seconds, costUsd }),
      ...(finishReasons.includes('length') && { truncated: true }),
      ...(degraded.length > 0 && { degraded }),
    },
  ]
}

function judgmentsBySample(log: EvalLog): ReadonlyMap<string, DocumentJudgment[]> {
  const ids = log.samples().map(({ id }) => id)
  const known = new Set(ids)
  const found = new Map<string, DocumentJudgment[]>()
  for (const { id, verdict, unscored } of log.judgments()) {
    for (const sample of samplesOf(verdict, { id, known })) {
      const read = readVerdict(verdict, sample)
      if (read === undefined) continue
      const own = found.get(sample) ?? []
      own.push(unscored === undefined ? read : { ...read, unscored })
      found.set(sample, own)
    }
  }
  return found
}

/** Which samples a judgment is about: as its record says, or else as its id does. */
function samplesOf(
  verdict: unknown,
  { id, known }: { readonly id: string; readonly known: ReadonlySet<Sample['id']> },
): readonly string[] {
  const { pairs, sample, question_id, uid, idx } = (verdict ?? {}) as Record<string, unknown>
  const named = Array.isArray(pairs)
    ? pairs.map((pair) => (pair as { sample?: unknown }).sample)
    : [sample, question_id, uid, idx]
  const found = named.flatMap((one) => {
    const text = typeof one === 'number' ? String(one) : one
    return typeof text === 'string' && known.has(text) ? [text] : []
  })
  if (found.length > 0) return [...new Set(found)]
  return id.split(/[/+]/).filter((part) => known.has(part))
}
