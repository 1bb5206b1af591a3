import { existsSync, writeFileSync } from 'node:fs'
import { loadSettings } from '../../config/load.js'
import { MoaError } from '../../core/errors.js'
import type { RunTrace } from '../../core/run-trace.js'
import { slotStats, type RunFilter, type RunHistory, type SlotStats } from '../../history/index.js'
import { KNOWN_PROVIDERS } from '../../providers/known.js'
import { writeReason } from '../../util/file-reason.js'
import type { Invocation } from '../program.js'
import type { Shell } from '../shell.js'
import { oneLine } from '../terminal/sanitize.js'
import { paint } from '../terminal/style.js'
import { formatCount, formatDollars, formatDuration, formatCost } from '../view/format.js'
import { table, tableWidth } from '../view/table.js'
import { timelineLines } from '../view/timeline.js'
import { historyFile, openHistory } from '../workspace/history.js'

export interface RunsOptions {
  readonly recipe?: string
  readonly since?: number
  readonly failed?: boolean
  readonly degraded?: boolean
  readonly limit?: number
  readonly output?: string
  readonly before?: number
  readonly all?: boolean
  readonly json?: boolean
  readonly config?: string
}

type RunsInvocation = Pick<Invocation<RunsOptions>, 'shell' | 'args' | 'options'>

/** `moa runs list` */
export async function listRuns({ shell, options }: RunsInvocation): Promise<void> {
  const filter = { ...filterOf(options), limit: options.limit ?? 20 }
  const runs = await withHistory(options, (history) => [...(history?.list(filter) ?? [])])
  if (options.json) return shell.write(`${JSON.stringify(runs, null, 2)}\n`)
  if (runs.length === 0) return shell.note(noRuns(options))
  const rows = runs.map((run) => [
    shortId(run.id),
    new Date(run.at).toISOString().slice(0, 19).replace('T', ' '),
    outcomeOf(run),
    formatDuration(run.durationMs),
    formatCount(run.calls.length),
    formatCost(run.cost),
    run.source,
    oneLine(run.recipe),
  ])
  const heads = ['run', 'at (UTC)', 'outcome', 'time', 'calls', 'cost', 'source', 'recipe']
  await shell.write(fitted(shell, { heads, rows, optional: [6, 4, 5, 1], prose: true }))
}

/** `moa runs show [ID]` */
export async function showRun({ shell, args, options }: RunsInvocation): Promise<void> {
  const [id = 'last'] = args
  const run = await withHistory(options, (history) => one(history, id))
  if (options.json) return shell.write(`${JSON.stringify(run, null, 2)}\n`)
  const { columns, styled } = shell.stdout
  const lines = timelineLines(run, Math.max(24, columns))
  await shell.write(lines.map((line) => `${paint(line, styled).trimEnd()}\n`).join(''))
}

/** `moa runs export [ID…]` */
export async function exportRuns({ shell, args, options }: RunsInvocation): Promise<void> {
  const runs = await withHistory(options, (history) =>
    args.length > 0
      ? args.map((id) => one(history, id))
      : [...(history?.list(filterOf(options)) ?? [])].reverse(),
  )
  const text = runs.map((run) => `${JSON.stringify(run)}\n`).join('')
  const { output } = options
  if (output === undefined) return shell.write(text)
  try {
    writeFileSync(output, text, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === 'EEXIST' ? 'it is there already' : writeReason(error)
    throw new MoaError('file_unreadable', `Cannot write ${output}: ${why}. Name another file.`, {
      cause: error,
    })
  }
  shell.note(`${counted(runs.length)} written to ${output}.`)
}

/** `moa runs delete` */
export async function deleteRuns({ shell, args, options }: RunsInvocation): Promise<void> {
  const { before, all = false, json } = options
  if ([args.length > 0, before !== undefined, all].filter(Boolean).length !== 1)
    throw new MoaError('usage', 'Say which runs to forget: ids, --before <when>, or --all.')
  const count = await withHistory(options, (history) => {
    const runs =
      args.length > 0
        ? args.map((id) => one(history, id))
        : (history?.list(before === undefined ? {} : { before }) ?? [])
    return history?.delete(runs) ?? 0
  })
  if (json) return shell.write(`${JSON.stringify({ deleted: count })}\n`)
  shell.note(`${counted(count)} forgotten.`)
}

/** `moa runs stats` */
export async function runStats({ shell, options }: RunsInvocation): Promise<void> {
  const stats = await withHistory(options, (history) => slotStats(history?.list(filterOf(options)) ?? []))
  if (options.json) return shell.write(`${JSON.stringify(stats, null, 2)}\n`)
  if (stats.length === 0) return shell.note(noRuns(options))
  const heads = ['slot', 'runs', 'made it', 'p50', 'p95', 'p99', 'failed', 'dropped', 'calls', 'cost']
  await shell.write(fitted(shell, { heads, rows: stats.map(statsRow), optional: [5, 8, 6, 1, 4, 7, 3, 9] }))
}

function statsRow(row: SlotStats): string[] {
  const time = (ms: number | null): string => (ms === null ? '–' : formatDuration(ms))
  const unknown = row.calls === 0 || row.unpricedCalls === 0 ? '–' : 'unknown'
  const least = row.unpricedCalls > 0 ? '≥ ' : ''
  return [
    oneLine(`${row.recipe} ${row.stage + 1} ${row.slot}`),
    formatCount(row.runs),
    row.share === null ? '–' : `${Math.round(row.share * 100)} %`,
    time(row.p50Ms),
    time(row.p95Ms),
    time(row.p99Ms),
    formatCount(row.failed),
    formatCount(row.dropped),
    formatCount(row.calls),
    row.costUsd === null ? unknown : `${least}${formatDollars(row.costUsd)}`,
  ]
}

function filterOf({ recipe, since, failed, degraded }: RunsOptions): RunFilter {
  return {
    ...(recipe !== undefined && { recipe }),
    ...(since !== undefined && { since }),
    ...(failed === true && { only: 'failed' as const }),
    ...(degraded === true && { only: 'degraded' as const }),
  }
}

/** Reads the history of an installation; `undefined` stands for one that was never written, and nothing is made. */
async function withHistory<T>(
  { config }: RunsOptions,
  use: (history: RunHistory | undefined) => T,
): Promise<T> {
  const settings = await loadSettings({
    known: KNOWN_PROVIDERS,
    ...(config !== undefined && { file: config }),
  })
  if (!existsSync(historyFile(settings))) return use(undefined)
  const history = openHistory(settings)
  try {
    await history.ready()
    return use(history)
  } finally {
    await history.close()
  }
}

/** @throws {@link MoaError} `not_found`, `usage` when several are meant */
function one(history: RunHistory | undefined, id: string): RunTrace {
  const [run, ...others] = history?.find(id) ?? []
  if (run === undefined)
    throw new MoaError(
      'not_found',
      id === 'last'
        ? 'No run has been kept yet.'
        : `There is no run "${oneLine(id)}"; \`moa runs\` lists them.`,
    )
  if (others.length > 0)
    throw new MoaError('usage', `${others.length + 1} runs begin with "${oneLine(id)}"; give more of the id.`)
  return run
}

const shortId = (id: string): string => id.replace(/^run_/, '').slice(0, 8)

const counted = (count: number): string => (count === 1 ? '1 run' : `${formatCount(count)} runs`)

function outcomeOf({ outcome, finishReason, degraded }: RunTrace): string {
  if (outcome !== 'finished') return outcome
  if (finishReason === 'error') return 'broken off'
  return degraded.length > 0 ? 'degraded' : finishReason === 'length' ? 'cut off' : 'finished'
}

const noRuns = ({ recipe, since, failed, degraded }: RunsOptions): string =>
  [recipe, since, failed, degraded].some((flag) => flag !== undefined)
    ? 'No run is kept that fits.'
    : 'No run has been kept yet.'

function fitted(
  { stdout }: Pick<Shell, 'stdout'>,
  parts: Pick<Parameters<typeof table>[0], 'heads' | 'rows' | 'optional' | 'prose'>,
): string {
  return table({ ...parts, styled: stdout.styled, width: tableWidth(stdout) })
}
