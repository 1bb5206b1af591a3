import { MoaError } from '../core/errors.js'

/** A CSV file: its header and its rows, each with the line it starts on. */
export interface CsvTable {
  readonly source: string
  readonly columns: readonly string[]
  readonly rows: readonly CsvRow[]
}

export interface CsvRow {
  readonly line: number
  readonly cells: readonly string[]
}

/**
 * Reads a CSV file with a header.
 *
 * @param needs columns that must be there.
 * @throws MoaError `data_invalid` for unbalanced quotes, an empty file or missing columns.
 */
export function readCsv(text: string, options: { source: string; needs?: readonly string[] }): CsvTable {
  const { source, needs = [] } = options
  const [header, ...rows] = parseRows(text, source)
  if (header === undefined) {
    throw new MoaError('data_invalid', `${source}: expected CSV with a header line, but the file is empty.`)
  }
  const missing = needs.filter((name) => !header.cells.includes(name))
  if (missing.length > 0) {
    throw new MoaError(
      'data_invalid',
      `${source}: expected the columns ${needs.join(', ')}, but ${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} missing; check that this is the right file.`,
    )
  }
  return { source, columns: header.cells, rows }
}

/** Rows by RFC 4180; empty lines are no rows. */
function parseRows(file: string, source: string): CsvRow[] {
  const text = file.startsWith('\ufeff') ? file.slice(1) : file
  const rows: CsvRow[] = []
  let [position, line] = [0, 1]
  while (position < text.length) {
    const end = lineEnd(text, position)
    const plain = text.slice(position, end)
    if (!plain.includes('"')) {
      const row = plain.endsWith('\r') ? plain.slice(0, -1) : plain
      if (row !== '') rows.push({ line, cells: row.split(',') })
      position = end + 1
      line += 1
      continue
    }
    const quoted = readQuotedRow(text, position)
    if (quoted === undefined) {
      throw new MoaError('data_invalid', `${source} line ${line}: expected CSV, but its quotes do not match.`)
    }
    rows.push({ line, cells: quoted.cells })
    line += text.slice(position, quoted.next).split('\n').length - 1
    position = quoted.next
  }
  return rows
}

function lineEnd(text: string, position: number): number {
  const end = text.indexOf('\n', position)
  return end < 0 ? text.length : end
}

/** A cell with or without quotes, and what follows it. */
const CELL = /(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r?\n|$)/y

function readQuotedRow(text: string, start: number): { cells: string[]; next: number } | undefined {
  const cells: string[] = []
  CELL.lastIndex = start
  for (;;) {
    const match = CELL.exec(text)
    if (match === null) return undefined
    const [, quoted, plain = '', separator] = match
    cells.push(quoted?.replaceAll('""', '"') ?? plain)
    if (separator !== ',') return { cells, next: CELL.lastIndex }
  }
}

/** The number in a cell. @throws MoaError `data_invalid` where there is none. */
export function requireNumber(table: CsvTable, row: CsvRow, column: string): number {
  const cell = row.cells[table.columns.indexOf(column)] ?? ''
  const value = cell.trim() === '' ? NaN : Number(cell)
  if (Number.isFinite(value)) return value
  throw new MoaError(
    'data_invalid',
    `${table.source} line ${row.line}: expected a number in column "${column}"; get the file anew from its publisher.`,
  )
}

/** A text as a CSV cell, quoted only where it must be. */
function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Rows as CSV text, each line ended; `lineEnd` is what the file's original writer used. Default a line feed. */
export function writeCsv(
  rows: Iterable<readonly string[]>,
  { lineEnd = '\n' }: { readonly lineEnd?: '\n' | '\r\n' } = {},
): string {
  let text = ''
  for (const cells of rows) text += cells.map(csvCell).join(',') + lineEnd
  return text
}
