import { paint, span, wrap, type Line, type Style } from '../terminal/style.js'
import { padEnd, padStart, textWidth, truncate } from '../terminal/width.js'

export interface TableOptions {
  readonly heads: readonly string[]
  /** The first cell of a row stands on the left, the others on the right. */
  readonly rows: readonly (readonly string[])[]
  readonly width: number
  /** Columns left out, in this order, where the terminal is too narrow. */
  readonly optional?: readonly number[]
  /** The first column holds names to be typed, so it is never shortened. */
  readonly wholeNames?: boolean
  /** The last column is prose: it stands on the left and is broken into lines. */
  readonly prose?: boolean
  readonly styled?: boolean
}

/** The width tables may take: that of the terminal, and any in a pipe, whose reader has no width. */
export function tableWidth({ live, columns }: { readonly live: boolean; readonly columns: number }): number {
  return live ? columns : Infinity
}

const GAP = 2
/** Narrowest first column that still tells rows apart, and narrowest prose. */
const MIN_FIRST = 16
const MIN_PROSE = 20

/** Rows under headings, as text that fits the terminal. */
export function table(options: TableOptions): string {
  const { heads, rows, width, optional = [], prose = false, styled = false, wholeNames = false } = options
  if (rows.length === 0) return ''
  const last = heads.length - 1
  const sizes = heads.map((head, column) =>
    Math.max(...[head, ...rows.map((row) => row[column] ?? '')].map(textWidth)),
  )
  const narrowest = (column: number): number => {
    const size = sizes[column] as number
    if (column === 0) return wholeNames ? size : Math.min(MIN_FIRST, size)
    return GAP + (prose && column === last ? Math.min(MIN_PROSE, size) : size)
  }
  const sum = (columns: readonly number[]): number =>
    columns.reduce((total, column) => total + narrowest(column), 0)
  let shown = heads.map((_, column) => column)
  for (const column of optional) if (sum(shown) > width) shown = shown.filter((index) => index !== column)
  const first = Math.min(
    sizes[0] as number,
    Math.max(narrowest(0), width - sum(shown.filter((column) => column > 0))),
  )
  const lines = (cells: readonly string[], style?: Style): Line[] => {
    const line = shown
      .filter((column) => !(prose && column === last))
      .map((column) => {
        const cell = cells[column] ?? ''
        return column === 0
          ? span(padEnd(truncate(cell, first), first), style)
          : span(' '.repeat(GAP) + padStart(cell, sizes[column] as number), style)
      })
    if (!prose) return [line]
    const used = line.reduce((total, { text }) => total + textWidth(text), 0) + GAP
    const text = wrap([span(cells[last] ?? '', style)], Math.max(MIN_PROSE, width - used))
    return text.map((part, index) => [
      ...(index === 0 ? line : [span(' '.repeat(used - GAP))]),
      span(' '.repeat(GAP)),
      ...part,
    ])
  }
  const all = [...lines(heads, { dim: true }), ...rows.flatMap((row) => lines(row))]
  return all.map((line) => `${paint(line, styled).trimEnd()}\n`).join('')
}
