import { parse } from 'csv-parse/sync'
import { MoaError } from '../../../../core/index.js'

/** A CSV file: its header and its rows, each with the line it ends on. */
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

function parseRows(text: string, source: string): CsvRow[] {
  try {
    const records = parse(text, { bom: true, relax_column_count: true, skip_empty_lines: true, info: true })
    return (records as unknown as { record: string[]; info: { lines: number } }[]).map(
      ({ record, info }) => ({
        line: info.lines,
        cells: record,
      }),
    )
  } catch (error) {
    const line = (error as { lines?: number }).lines
    const place = line === undefined ? '' : ` (line ${line})`
    throw new MoaError('data_invalid', `${source}: expected CSV, but its quotes do not match${place}.`)
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
export function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
