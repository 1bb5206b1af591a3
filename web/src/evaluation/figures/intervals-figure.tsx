import type { JSX } from 'preact'
import type { EvalDocument } from '../../../../src/eval/report/document.js'
import { figure, interval, valueOf } from '../format.js'
import { say } from '../texts.js'
import { Frame, seriesClass, shortName } from './frame.js'
import { linearScale, tickText } from './scale.js'

/** Width of the figure and of its names, by the room there is. */
const WIDE = { width: 1080, left: 210, name: 24 } as const
const NARROW = { width: 520, left: 180, name: 14 } as const
const ROW = 34
const RIGHT = 70
const TOP = 10
const BOTTOM = 34

/** The ranking figure of every contestant as a dot with its interval; the raw win rate hollow beside it. */
export function IntervalsFigure({ document }: { readonly document: EvalDocument }): JSX.Element | null {
  const { rows, columns, primary, measure } = document
  const { width, left, name } = matchMedia('(width < 48rem)').matches ? NARROW : WIDE
  const column = columns.find(({ key }) => key === primary)
  if (column === undefined) return null
  const raw = columns.find(({ key }) => key === 'win_rate' && key !== primary)
  const placed = rows.flatMap((row, index) => {
    const value = valueOf(row, column)
    if (value === undefined) return []
    const hollow = raw && valueOf(row, raw)
    return [{ row, index, value, hollow, bounds: row.intervals[primary] }]
  })
  if (placed.length === 0) return null
  const even = columns.some(({ key }) => key === 'win_rate') ? measure.even : undefined
  const all = placed.flatMap(({ value, hollow, bounds }) => [
    value,
    ...(hollow === undefined ? [] : [hollow]),
    ...(bounds ? [bounds.low, bounds.high] : []),
  ])
  const scale = linearScale(even === undefined ? all : [...all, even], [left, width - RIGHT], {
    parts: left === NARROW.left ? 4 : 7,
  })
  const height = TOP + placed.length * ROW + BOTTOM
  const level = placed.find(({ bounds }) => bounds)?.bounds?.level
  const notes = [
    level === undefined ? '' : say('interval', { level: Math.round(level * 100) }),
    raw && placed.some(({ hollow }) => hollow !== undefined) ? say('rawRate', { label: raw.label }) : '',
    even === undefined ? '' : `${even}: ${say('even')}`,
  ].filter((note) => note !== '')
  const title = level === undefined ? column.label : say('intervalsTitle', { label: column.label })
  const label = `${title}: ${placed.map(({ row, value }) => `${row.name} ${figure(value, column.digits)}`).join(', ')}`
  const floor = height - BOTTOM
  return (
    <Frame title={title} label={label} width={width} height={height} note={notes.join(' · ')} wide>
      {scale.ticks.map((tick) => (
        <g key={tick}>
          <line class="grid" x1={scale.at(tick)} x2={scale.at(tick)} y1={TOP} y2={floor} />
          <text class="tick" x={scale.at(tick)} y={floor + 18} text-anchor="middle">
            {tickText(tick)}
          </text>
        </g>
      ))}
      {even !== undefined && (
        <line class="even" x1={scale.at(even)} x2={scale.at(even)} y1={TOP} y2={floor} />
      )}
      {placed.map(({ row, index, value, hollow, bounds }, place) => {
        const y = TOP + (place + 0.5) * ROW
        return (
          <g key={row.name} class={seriesClass(index)}>
            <title>
              {`${row.name}: ${figure(value, column.digits)}${bounds ? ` (${interval(bounds)})` : ''}`}
            </title>
            <text class="name" x={left - 12} y={y} text-anchor="end" dominant-baseline="central">
              {shortName(row.name, name)}
            </text>
            {bounds && (
              <line class="bar" x1={scale.at(bounds.low)} x2={scale.at(bounds.high)} y1={y} y2={y} />
            )}
            {hollow !== undefined && <circle class="hollow" cx={scale.at(hollow)} cy={y} r={4.5} />}
            <circle class="dot" cx={scale.at(value)} cy={y} r={5.5} />
            <text class="value" x={width - RIGHT + 14} y={y} dominant-baseline="central">
              {figure(value, Math.min(column.digits, 2))}
            </text>
          </g>
        )
      })}
    </Frame>
  )
}
