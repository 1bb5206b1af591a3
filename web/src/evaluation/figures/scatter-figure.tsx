import type { JSX } from 'preact'
import type { DocumentAccount, EvalDocument } from '../../../../src/eval/report/document.js'
import { figure, valueOf } from '../format.js'
import { say } from '../texts.js'
import { Frame, seriesClass, shortName } from './frame.js'
import { frontier, linearScale, logScale, tickText } from './scale.js'

const WIDTH = 520
const HEIGHT = 340
const PLOT = { left: 56, right: 20, top: 16, bottom: 48 } as const
/** Two labels closer than this would touch. */
const LABEL_GAP = 15

interface Point {
  readonly name: string
  readonly index: number
  readonly x: number
  readonly y: number
}

export interface ScatterProps {
  readonly document: EvalDocument
  readonly title: string
  readonly axis: string
  readonly x: (account: DocumentAccount | undefined) => number | undefined
}

/** Quality against price or time, with the line nobody is beyond (arXiv 2406.04692, figure 5). */
export function ScatterFigure({ document, title, axis, x }: ScatterProps): JSX.Element | null {
  const { rows, columns, primary } = document
  const column = columns.find(({ key }) => key === primary)
  if (column === undefined) return null
  const points = rows.flatMap((row, index): Point[] => {
    const [across, up] = [x(row.account), valueOf(row, column)]
    return across === undefined || up === undefined ? [] : [{ name: row.name, index, x: across, y: up }]
  })
  if (points.length === 0) return null
  const absent = rows.filter(({ name }) => !points.some((point) => point.name === name))
  const values = points.map((point) => point.x)
  const spread = Math.max(...values) / Math.min(...values)
  const range = [PLOT.left, WIDTH - PLOT.right] as const
  const across = Math.min(...values) > 0 && spread > 8 ? logScale(values, range) : linearScale(values, range)
  const up = linearScale(
    points.map(({ y }) => y),
    [HEIGHT - PLOT.bottom, PLOT.top],
  )
  const best = frontier(points)
  const line = best.map((point) => `${across.at(point.x)},${up.at(point.y)}`).join(' ')
  const names = absent.map(({ name }) => name).join(', ')
  const label = `${title}: ${points.map((point) => `${point.name} ${tickText(point.x)}, ${figure(point.y, column.digits)}`).join('; ')}`
  const floor = HEIGHT - PLOT.bottom
  return (
    <Frame
      title={title}
      label={label}
      width={WIDTH}
      height={HEIGHT}
      note={`${say('frontier')}: ${best.map(({ name }) => name).join(' → ')}. ${names === '' ? '' : say('notPlaced', { names })}`}
    >
      {up.ticks.map((tick) => (
        <g key={tick}>
          <line class="grid" x1={PLOT.left} x2={WIDTH - PLOT.right} y1={up.at(tick)} y2={up.at(tick)} />
          <text class="tick" x={PLOT.left - 8} y={up.at(tick)} text-anchor="end" dominant-baseline="central">
            {tickText(tick)}
          </text>
        </g>
      ))}
      {across.ticks.map((tick) => (
        <g key={tick}>
          <line class="grid" x1={across.at(tick)} x2={across.at(tick)} y1={PLOT.top} y2={floor} />
          <text class="tick" x={across.at(tick)} y={floor + 18} text-anchor="middle">
            {tickText(tick)}
          </text>
        </g>
      ))}
      <text class="axis" x={(PLOT.left + WIDTH - PLOT.right) / 2} y={HEIGHT - 6} text-anchor="middle">
        {axis}
      </text>
      <text
        class="axis"
        transform={`translate(14 ${(PLOT.top + floor) / 2}) rotate(-90)`}
        text-anchor="middle"
      >
        {column.label}
      </text>
      {best.length > 1 && <polyline class="frontier" points={line} />}
      {labelled(points, { across: across.at, up: up.at }).map(({ point, cx, cy, labelY, left }) => (
        <g key={point.name} class={seriesClass(point.index)}>
          <title>{`${point.name}: ${tickText(point.x)} · ${figure(point.y, column.digits)}`}</title>
          <circle class="dot" cx={cx} cy={cy} r={6} />
          <text
            class="point-name"
            x={left ? cx - 10 : cx + 10}
            y={labelY}
            text-anchor={left ? 'end' : 'start'}
            dominant-baseline="central"
          >
            {shortName(point.name, 26)}
          </text>
        </g>
      ))}
    </Frame>
  )
}

/** Where each point and its name stand; names that would touch are pushed apart. */
function labelled(
  points: readonly Point[],
  { across, up }: { readonly across: (value: number) => number; readonly up: (value: number) => number },
): readonly { point: Point; cx: number; cy: number; labelY: number; left: boolean }[] {
  let [lastLeft, lastRight] = [-Infinity, -Infinity]
  return points
    .map((point) => ({ point, cx: across(point.x), cy: up(point.y) }))
    .sort((a, b) => a.cy - b.cy)
    .map(({ point, cx, cy }) => {
      const left = cx > WIDTH * 0.6
      const labelY = Math.max(cy, (left ? lastLeft : lastRight) + LABEL_GAP)
      if (left) lastLeft = labelY
      else lastRight = labelY
      return { point, cx, cy, labelY, left }
    })
}
