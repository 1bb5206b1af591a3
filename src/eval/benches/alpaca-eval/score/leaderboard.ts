import { NOTES } from '../notes.js'
import { MoaError } from '../../../../core/index.js'
import { pythonFloatText } from '../../../python/text.js'
import { ProblemLog, type Read } from '../../../problems.js'
import { readCsv, writeCsv, type CsvTable } from '../../../csv.js'
import { LEADERBOARD_MODES, type LeaderboardMode } from '../types.js'

/** The official columns with numbers, and how they are called. */
export const SCORE_COLUMNS = [
  'win_rate',
  'standard_error',
  'n_wins',
  'n_wins_base',
  'n_draws',
  'n_total',
  'discrete_win_rate',
  'avg_length',
  'length_controlled_winrate',
  'lc_standard_error',
] as const

export type ScoreColumn = (typeof SCORE_COLUMNS)[number]

/** One contestant's scores under their official names; null where there is none. */
export type ScoreRow = { readonly model: string } & Readonly<Record<ScoreColumn, number | null>>

/** One line of a leaderboard file: whatever columns it has, numbers as numbers. */
export interface LeaderboardRow {
  readonly model: string
  readonly cells: Readonly<Record<string, number | string | null>>
}

export interface Leaderboard {
  /** Column names in order, without the model's. */
  readonly columns: readonly string[]
  /** Columns whose numbers are written without decimals, as long as no cell is missing. */
  readonly wholeNumbers: ReadonlySet<string>
  readonly rows: readonly LeaderboardRow[]
}

const COUNTS = ['n_wins', 'n_wins_base', 'n_draws', 'n_total', 'avg_length']

/** A leaderboard without rows, with the official columns in their order. */
export function emptyLeaderboard(): Leaderboard {
  const columns = [...SCORE_COLUMNS.slice(0, 7), 'mode', ...SCORE_COLUMNS.slice(7)]
  return { columns, wholeNumbers: new Set(COUNTS), rows: [] }
}

/**
 * Reads a leaderboard CSV, of models or of judges: names in the first column, numbers in the others but `mode`.
 *
 * @throws MoaError `data_invalid` when it has no such columns.
 */
export function readLeaderboard(text: string, source: string): Read<Leaderboard> {
  const log = new ProblemLog()
  const table = readCsv(text, { source })
  const [, ...columns] = table.columns
  if (!columns.includes('win_rate') && !columns.includes('Human agreement')) {
    throw new MoaError(
      'data_invalid',
      `${source}: expected a leaderboard with the column win_rate or Human agreement, but it has ${columns.slice(0, 5).join(', ') || 'none'}.`,
    )
  }
  const wholeNumbers = new Set(columns.filter((column) => isWhole(table, column)))
  const rows = table.rows.map(({ cells, line }) => ({
    model: cells[0] ?? '',
    cells: Object.fromEntries(
      columns.map((column, index) => {
        const cell = cells[index + 1] ?? ''
        const value = column === 'mode' ? cell || null : numberOf(cell)
        if (typeof value === 'string' && column !== 'mode') {
          log.add(...NOTES.cellNoNumber, { source, line, id: column })
          return [column, null]
        }
        return [column, value]
      }),
    ),
  }))
  return { data: { columns, wholeNumbers, rows }, problems: log.list() }
}

function numberOf(cell: string): number | string | null {
  if (cell === '') return null
  const value = Number(cell)
  return Number.isFinite(value) ? value : cell
}

function isWhole({ rows, columns }: CsvTable, column: string): boolean {
  const index = columns.indexOf(column)
  return rows.every((row) => /^-?\d+$/.test(row.cells[index] ?? ''))
}

/** Puts a contestant's scores on a leaderboard, in place of its earlier ones, and sorts it anew. */
export function withScores(
  leaderboard: Leaderboard,
  scores: ScoreRow,
  options: { mode?: LeaderboardMode } = {},
): Leaderboard {
  const { model, ...numbers } = scores
  const cells: Record<string, number | string | null> = { ...numbers }
  if (options.mode !== undefined) cells['mode'] = options.mode
  const added = Object.keys(cells).filter((column) => !leaderboard.columns.includes(column))
  const columns = [...leaderboard.columns, ...added]
  const wholeNumbers = new Set([
    ...leaderboard.wholeNumbers,
    ...added.filter((column) => COUNTS.includes(column)),
  ])
  const others = leaderboard.rows.filter((row) => row.model !== model)
  return sortLeaderboard({ columns, wholeNumbers, rows: [...others, { model, cells }] })
}

/** Best first: by length-controlled win rate where the board has it, else by win rate or human agreement. */
export function sortLeaderboard(leaderboard: Leaderboard): Leaderboard {
  const order = ['length_controlled_winrate', 'win_rate', 'Human agreement']
  const column = order.find((name) => leaderboard.columns.includes(name)) ?? 'win_rate'
  const valueOf = (row: LeaderboardRow): number => {
    const value = row.cells[column]
    return typeof value === 'number' ? value : -Infinity
  }
  const rows = [...leaderboard.rows].sort((a, b) => valueOf(b) - valueOf(a) || 0)
  return { ...leaderboard, rows }
}

/** The rows a mode shows: its own and those of the modes before it, and always the current models. */
export function rowsOfMode(
  leaderboard: Leaderboard,
  options: { mode: LeaderboardMode; current?: readonly string[] },
): readonly LeaderboardRow[] {
  const shown = LEADERBOARD_MODES.slice(0, LEADERBOARD_MODES.indexOf(options.mode) + 1) as readonly unknown[]
  return leaderboard.rows.filter(
    (row) => shown.includes(row.cells['mode']) || options.current?.includes(row.model),
  )
}

/** Writes a leaderboard as pandas does: shortest exact numbers, whole columns without decimals, nothing for missing. */
export function writeLeaderboard({ columns, wholeNumbers, rows }: Leaderboard): string {
  const whole = columns.filter(
    (column) => wholeNumbers.has(column) && rows.every((row) => Number.isInteger(row.cells[column])),
  )
  const lines = rows.map((row) => {
    const cells = columns.map((column) => {
      const value = row.cells[column] ?? null
      if (typeof value !== 'number') return value ?? ''
      return whole.includes(column) ? String(value) : pythonFloatText(value)
    })
    return [row.model, ...cells]
  })
  return writeCsv([['', ...columns], ...lines])
}
