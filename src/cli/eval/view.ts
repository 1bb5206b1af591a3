import { formatProblem, isRemark, type Problem } from '../../eval/problems.js'
import { MoaError } from '../../core/errors.js'
import { writeCsv } from '../../eval/csv.js'
import { warn } from '../notices.js'
import type { Invocation } from '../program.js'
import { oneLine } from '../terminal/sanitize.js'

export type Cell = string | number | null | undefined

/** Rows under headings; numbers in full. */
export interface TableView {
  readonly title?: string
  readonly heads: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
  /** Decimals people get to see. Default 2. */
  readonly decimals?: number
}

/** What an evaluation command has to say, for people and for programs. */
export interface EvalView {
  readonly json: unknown
  readonly tables: readonly TableView[]
  /** The table as its original writes it, or its columns where people see others; default the first of `tables`. */
  readonly csv?: string | TableView
  /** Sentences below the tables. */
  readonly notes?: readonly string[]
  readonly problems: readonly Problem[]
}

/** Flags that choose the form of output; without any, tables for people. */
export interface FormatFlags {
  readonly json?: boolean
  readonly csv?: boolean
  readonly markdown?: boolean
}

/** How many places of a problem are shown. */
const PLACES_SHOWN = 10

/** Prints a view in the form asked for, then its problems; data with faults make the exit code 3. */
export async function showView(
  view: EvalView,
  { shell, options, exitWith }: Pick<Invocation<FormatFlags>, 'shell' | 'options' | 'exitWith'>,
): Promise<void> {
  await shell.write(await viewText(view, options, shell.stdout))
  for (const problem of view.problems) warn(shell, formatProblem(problem, PLACES_SHOWN))
  if (view.problems.some((problem) => !isRemark(problem))) exitWith(3)
}

/** A view in the form asked for; tables fit the terminal. */
export async function viewText(
  view: EvalView,
  flags: FormatFlags,
  { live, columns, styled }: { live: boolean; columns: number; styled: boolean },
): Promise<string> {
  const { json, tables, csv, notes = [] } = view
  if (flags.json) return `${JSON.stringify(json, null, 2)}\n`
  if (flags.csv) return typeof csv === 'string' ? csv : csvOf(csv ?? tables[0])
  const lines = notes.map((note) => `${note}\n`).join('')
  if (flags.markdown) return [...tables.map(markdownOf), ...(lines === '' ? [] : [lines])].join('\n')
  // Programs need no tables.
  const { table, tableWidth } = await import('../view/table.js')
  const width = tableWidth({ live, columns })
  const parts = tables.map((one) => {
    const { title, heads } = one
    const rows = one.rows.map((row) => row.map((cell) => shown(cell, one)))
    const body = table({
      heads,
      rows,
      width,
      styled,
      optional: heads
        .map((_, at) => at)
        .slice(2)
        .reverse(),
    })
    return `${title === undefined ? '' : `${oneLine(title)}\n`}${body}`
  })
  return [...parts, ...(lines === '' ? [] : [lines])].join('\n')
}

function csvOf(view: TableView | undefined): string {
  if (view === undefined) throw new MoaError('internal', 'A view without a table has no CSV.')
  const rows = view.rows.map((row) =>
    row.map((cell) => (cell === null || cell === undefined ? '' : String(cell))),
  )
  return writeCsv([view.heads, ...rows])
}

function markdownOf(one: TableView): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |\n`
  const rule = `|${one.heads.map((_, index) => (index === 0 ? ' --- |' : ' ---: |')).join('')}\n`
  const rows = one.rows.map((row) => line(row.map((cell) => shown(cell, one))))
  const title = one.title === undefined ? '' : `### ${oneLine(one.title)}\n\n`
  return title + line(one.heads) + rule + rows.join('')
}

const escaped = (cell: string): string => cell.replaceAll('\\', '\\\\').replaceAll('|', '\\|')

function shown(cell: Cell, { decimals = 2 }: TableView): string {
  if (cell === null || cell === undefined) return '-'
  if (typeof cell === 'string') return oneLine(cell)
  return Number.isInteger(cell) ? String(cell) : cell.toFixed(decimals)
}
