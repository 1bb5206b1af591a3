import type { ComponentChildren, JSX } from 'preact'
import { useRef } from 'preact/hooks'
import { savePng, saveSvg } from '../save.js'
import { say } from '../texts.js'

export interface FrameProps {
  readonly title: string
  /** What the figure shows, for those who don't see it. */
  readonly label: string
  readonly width: number
  readonly height: number
  /** Takes the whole width of the page. */
  readonly wide?: boolean
  /** Below the figure. */
  readonly note?: ComponentChildren
  readonly children: ComponentChildren
}

/** A figure with its title and the buttons that save it. */
export function Frame({ title, label, width, height, note, wide, children }: FrameProps): JSX.Element {
  const drawing = useRef<SVGSVGElement>(null)
  const save = (format: 'SVG' | 'PNG'): void => {
    if (drawing.current === null) return
    if (format === 'SVG') saveSvg(title, drawing.current)
    else void savePng(title, drawing.current)
  }
  return (
    <figure class={wide ? 'figure figure-wide' : 'figure'}>
      <figcaption>
        <h3>{title}</h3>
        <span class="figure-save">
          {(['SVG', 'PNG'] as const).map((format) => (
            <button
              key={format}
              type="button"
              class="link-button"
              aria-label={say('saveFigure', { format, title })}
              onClick={() => save(format)}
            >
              {format}
            </button>
          ))}
        </span>
      </figcaption>
      <svg ref={drawing} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
        {children}
      </svg>
      {note !== undefined && <p class="muted small">{note}</p>}
    </figure>
  )
}

/** How many colours there are for contestants. */
const COLOURS = 8

/** Gives an element the colour of a contestant. */
export const seriesClass = (index: number): string => `series series-${index % COLOURS}`

/** A name cut to fit a figure. */
export const shortName = (name: string, most: number): string =>
  name.length <= most ? name : `${name.slice(0, most - 1)}…`
