import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { DocumentRadar } from '../../../../src/eval/report/document.js'
import { figure } from '../format.js'
import { Frame, seriesClass, shortName } from './frame.js'
import { roundTicks, tickText } from './scale.js'

const WIDTH = 560
const HEIGHT = 430
const CENTRE = { x: WIDTH / 2, y: HEIGHT / 2 + 4 }
const RADIUS = 150
/** More lines than these at once can't be told apart; the others are a click away. */
const SHOWN_AT_FIRST = 4

/** One axis for each skill or category, one outline for each contestant. */
export function RadarFigure({ radar }: { readonly radar: DocumentRadar }): JSX.Element {
  const { title, axes, series, least, most } = radar
  const [hidden, setHidden] = useState<ReadonlySet<string>>(
    () => new Set(series.slice(SHOWN_AT_FIRST).map(({ name }) => name)),
  )
  const toggle = (name: string): void => {
    const next = new Set(hidden)
    if (!next.delete(name)) next.add(name)
    setHidden(next)
  }
  const place = (axis: number, value: number): readonly [number, number] => {
    const angle = (2 * Math.PI * axis) / axes.length - Math.PI / 2
    const length = (RADIUS * (value - least)) / (most - least)
    return [CENTRE.x + length * Math.cos(angle), CENTRE.y + length * Math.sin(angle)]
  }
  const outline = (values: readonly (number | null)[]): string =>
    values.flatMap((value, axis) => (value === null ? [] : [place(axis, value).join(',')])).join(' ')
  const shown = series.map((one, index) => ({ ...one, index })).filter(({ name }) => !hidden.has(name))
  const rings = roundTicks(least, most, 5).filter((ring) => ring > least)
  const label = `${title}: ${series.map(({ name, values }) => `${name} ${values.map((value, axis) => `${axes[axis] ?? ''} ${figure(value, 1)}`).join(', ')}`).join('; ')}`
  return (
    <div class="radar">
      <Frame title={title} label={label} width={WIDTH} height={HEIGHT}>
        {rings.map((ring) => (
          <g key={ring}>
            <polygon class="ring" points={outline(axes.map(() => ring))} />
            <text class="tick" x={CENTRE.x + 4} y={place(0, ring)[1]} dominant-baseline="central">
              {tickText(ring)}
            </text>
          </g>
        ))}
        {axes.map((axis, index) => {
          const [x, y] = place(index, most)
          const [labelX, labelY] = place(index, most + 0.1 * (most - least))
          const side = Math.abs(labelX - CENTRE.x) < 12 ? 'middle' : labelX > CENTRE.x ? 'start' : 'end'
          return (
            <g key={axis}>
              <line class="grid" x1={CENTRE.x} y1={CENTRE.y} x2={x} y2={y} />
              <text class="axis" x={labelX} y={labelY} text-anchor={side} dominant-baseline="central">
                {shortName(axis, 20)}
              </text>
            </g>
          )
        })}
        {shown.map(({ name, values, index }) => (
          <g key={name} class={seriesClass(index)}>
            <title>{name}</title>
            <polygon class="outline" points={outline(values)} />
            {values.map((value, axis) => {
              if (value === null) return null
              const [x, y] = place(axis, value)
              return <circle key={axes[axis]} class="dot" cx={x} cy={y} r={3} />
            })}
          </g>
        ))}
      </Frame>
      <ul class="legend">
        {series.map(({ name }, index) => (
          <li key={name}>
            <label class={seriesClass(index)}>
              <input type="checkbox" checked={!hidden.has(name)} onChange={() => toggle(name)} />
              <span class="swatch" aria-hidden="true" />
              {name}
            </label>
          </li>
        ))}
      </ul>
    </div>
  )
}
