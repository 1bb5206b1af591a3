import type { DocumentRow, EvalDocument } from '../../eval/report/index.js'
import { formatInterval } from '../view/format.js'
import type { Cell, EvalView, TableView } from './view.js'

/** The table of a document in the forms that text has: Markdown with intervals, CSV with everything in full. */
export function reportView(document: EvalDocument): EvalView {
  const { title, id, status, baseline, judges, columns, rows } = document
  const about = [
    `${title}, ${id}, ${status}`,
    ...(baseline === undefined ? [] : [`against ${baseline}`]),
    ...(judges.length === 0 ? [] : [`judged by ${judges.join(', ')}`]),
  ]
  const answered = rows.some(({ account }) => account !== undefined)
  const people: TableView = {
    title: `${title} · ${id}`,
    heads: [
      'contestant',
      ...columns.map(({ label }) => label),
      ...(answered ? ['$ per 1,000', 's per answer'] : []),
    ],
    rows: rows.map((row) => [
      row.name,
      ...columns.map(({ key, digits }) => peopleCell(row, { key, digits })),
      ...(answered ? taken(row).map((value) => (value === null ? null : Number(value.toPrecision(4)))) : []),
    ]),
  }
  const full: TableView = {
    heads: [
      'model',
      ...columns.flatMap(({ key }) => [key, `${key}_low`, `${key}_high`]),
      'price_per_1000',
      'seconds_each',
    ],
    rows: rows.map((row) => [
      row.name,
      ...columns.flatMap(({ key }) => [
        row.values[key] ?? null,
        row.intervals[key]?.low ?? null,
        row.intervals[key]?.high ?? null,
      ]),
      ...taken(row),
    ]),
  }
  return { json: document, tables: [people], csv: full, notes: [`${about.join('; ')}.`], problems: [] }
}

function peopleCell(
  { values, intervals }: DocumentRow,
  { key, digits }: { readonly key: string; readonly digits: number },
): Cell {
  const value = values[key] ?? null
  if (typeof value !== 'number') return value
  const bounds = intervals[key]
  return `${value.toFixed(digits)}${bounds ? ` ${formatInterval(bounds)}` : ''}`
}

/** Dollars for a thousand answers and seconds of one; null where not known. */
function taken({ account }: DocumentRow): readonly (number | null)[] {
  if (account === undefined || account.items === 0) return [null, null]
  const { costUsd, items, seconds } = account
  return [costUsd === null ? null : (1000 * costUsd) / items, seconds / items]
}
