import type { Tokens } from 'marked'
import { lineWidth, padLine, span, wrap, type Line, type Span } from '../terminal/style.js'
import { inlineSpans } from './inline.js'

const GAP = ' │ '
const MIN_COLUMN = 6

/** A Markdown table as aligned columns; as a list of `header: value` rows where the terminal is too narrow. */
export function tableLines({ header, rows }: Tokens.Table, width: number): Line[] {
  const heads = header.map(({ tokens }) => inlineSpans(tokens, { bold: true }))
  const cells = rows.map((row) => row.map(({ tokens }) => inlineSpans(tokens)))
  const natural = heads.map((head, column) =>
    Math.max(1, ...[head, ...cells.map((row) => row[column] ?? [])].map(lineWidth)),
  )
  const widths = columnWidths(natural, width - GAP.length * (natural.length - 1))
  if (widths === undefined) return listOfRows(heads, cells, width)
  const aligned = (spans: readonly Span[], column: number): Line[] =>
    wrap(spans, widths[column] as number).map((line) =>
      header[column]?.align === 'right'
        ? [span(' '.repeat(Math.max(0, (widths[column] as number) - lineWidth(line)))), ...line]
        : column === heads.length - 1
          ? line
          : padLine(line, widths[column] as number),
    )
  const rule: Line = [span(widths.map((size) => '─'.repeat(size)).join('─┼─'), { dim: true })]
  const body = cells.flatMap((row) =>
    rowLines(
      heads.map((_, column) => aligned(row[column] ?? [], column)),
      widths,
    ),
  )
  return [...rowLines(heads.map(aligned), widths), rule, ...body]
}

/** Columns that need little get it; the others share the rest. `undefined` when even that is too tight. */
function columnWidths(natural: readonly number[], available: number): readonly number[] | undefined {
  if (natural.reduce((sum, size) => sum + size, 0) <= available) return natural
  let left = available
  const order = natural.map((size, column) => ({ size, column })).sort((a, b) => a.size - b.size)
  const widths: number[] = []
  for (const [index, { size, column }] of order.entries()) {
    const share = Math.floor(left / (order.length - index))
    const granted = Math.min(size, share)
    if (granted < Math.min(size, MIN_COLUMN)) return undefined
    widths[column] = granted
    left -= granted
  }
  return widths
}

function rowLines(cells: readonly (readonly Line[])[], widths: readonly number[]): Line[] {
  const height = Math.max(...cells.map((lines) => lines.length))
  return Array.from({ length: height }, (_, row) =>
    cells.flatMap((lines, column) => [
      ...(column > 0 ? [span(GAP, { dim: true })] : []),
      ...(lines[row] ?? [span(' '.repeat(widths[column] as number))]),
    ]),
  )
}

function listOfRows(
  heads: readonly (readonly Span[])[],
  cells: readonly (readonly (readonly Span[])[])[],
  width: number,
): Line[] {
  return cells.flatMap((row, index) => [
    ...(index > 0 ? [[]] : []),
    ...heads.flatMap((head, column) => wrap([...head, span(': '), ...(row[column] ?? [])], width)),
  ])
}
