import type { JSX } from 'preact'
import type { DocumentItem, DocumentMeasure } from '../../../../src/eval/report/document.js'
import { say } from '../texts.js'
import { outcomeOf } from './select-items.js'

const MARKS = { wins: '▲', losses: '▼', draws: '=' } as const

export interface ScoreProps {
  readonly item: DocumentItem
  readonly contestant: string
  readonly measure: DocumentMeasure
}

/** A contestant's score on an item: told by a mark as well as by colour. */
export function Score({ item, contestant, measure }: ScoreProps): JSX.Element {
  const outcome = outcomeOf(item, contestant, measure)
  const score = item.scores[contestant]
  if (typeof score !== 'number')
    return <span class="muted">{outcome === 'noAnswer' ? say('noAnswer') : say('noVerdict')}</span>
  const mark = outcome === 'wins' || outcome === 'losses' || outcome === 'draws' ? outcome : undefined
  return (
    <span class={`score ${mark === undefined ? '' : `score-${mark}`}`}>
      {mark && <span aria-label={say(mark)}>{MARKS[mark]} </span>}
      {score.toFixed(measure.digits)}
    </span>
  )
}
