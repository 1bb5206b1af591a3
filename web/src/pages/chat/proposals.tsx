import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { RunView, SlotView, StageView } from '../../../../src/gateway/ui/run-view.js'
import { Icon } from '../../components/icon.js'
import { Tabs } from '../../components/tabs.js'
import { t } from '../../i18n/index.js'
import { cleanLine } from '../../markdown/clean.js'
import { Pane } from './pane.js'
import type { TurnModel } from './turn-model.js'

interface Layer {
  readonly index: number
  readonly stage: StageView
}

/** What the answer was made of: the slots of every layer, each in a pane of its own. */
export function Proposals({
  turn,
  startOpen,
}: {
  readonly turn: TurnModel
  readonly startOpen: boolean
}): JSX.Element | null {
  const { view } = turn
  const [opened, setOpened] = useState(startOpen)
  const [chosen, choose] = useState<string>()
  const layers = layersOf(view)
  if (layers.length === 0) return null
  // The layer at work is shown until somebody chooses another.
  const current = layers.findLast(({ stage }) => stage.startedAt !== undefined) ?? layers[0]
  const tabs = layers.map(({ index, stage }) => ({
    id: String(index),
    title: titleOf(stage, index),
    content: () => <Panes key={index} index={index} turn={turn} />,
  }))
  return (
    <details class="proposals" open={opened} onToggle={(event) => setOpened(event.currentTarget.open)}>
      <summary>
        <Icon name="down" size={16} />
        {summaryOf(layers)}
      </summary>
      {opened &&
        (tabs.length === 1 ? (
          tabs[0]?.content()
        ) : (
          <Tabs
            label={t('proposals.layers')}
            tabs={tabs}
            selected={chosen ?? String(current?.index ?? 0)}
            onSelect={choose}
          />
        ))}
    </details>
  )
}

/** Stages whose slots write something of their own; the aggregator's text is the answer. */
function layersOf({ stages }: RunView): Layer[] {
  return stages
    .map((stage, index) => ({ stage, index }))
    .filter(({ stage: { kind, slots } }) => kind !== 'synthesize' && slots.length > 0)
}

function summaryOf(layers: readonly Layer[]): string {
  const slots = layers.flatMap(({ stage }) => (stage.kind === 'propose' ? stage.slots : []))
  const lost = slots.filter(({ phase }) => phase === 'failed' || phase === 'dropped').length
  const count = slots.length
  return lost === 0 ? t('proposals.summary', { count }) : t('proposals.summaryLost', { count, lost })
}

function titleOf({ kind, slots }: StageView, index: number): string {
  switch (kind) {
    case 'propose':
      return t('proposals.layer', { index: index + 1, count: slots.length })
    case 'rank':
      return t('proposals.rank', { index: index + 1 })
    case 'critique':
      return t('proposals.critique', { index: index + 1 })
    default:
      return t('proposals.stage', { index: index + 1, kind })
  }
}

function Panes({ index, turn }: { readonly index: number; readonly turn: TurnModel }): JSX.Element | null {
  const stage = turn.view.stages[index]
  const running = turn.state.value === 'running'
  if (stage === undefined) return null
  return (
    <>
      {stage.outcome && <p class="stage-outcome">{outcomeOf(stage.outcome)}</p>}
      <ul class="panes">
        {stage.slots.map((slot, place) => (
          <Pane key={place} slot={slot} stamp={stampOf(slot)} running={running} />
        ))}
      </ul>
    </>
  )
}

/** Slots change in place; their panes are drawn anew when this does. */
const stampOf = ({ phase, text, durationMs = 0 }: SlotView): string => `${phase} ${text.length} ${durationMs}`

function outcomeOf(outcome: NonNullable<StageView['outcome']>): string {
  switch (outcome.type) {
    case 'ranking-end':
      return t('proposals.ranking', {
        order: outcome.order.map(({ slot }) => cleanLine(slot.name)).join(' › '),
        kept: outcome.kept,
      })
    case 'vote-end':
      return outcome.winner === null
        ? t('proposals.noVote')
        : t('proposals.vote', {
            votes: outcome.votes,
            count: outcome.answers.length,
            winner: cleanLine(outcome.winner),
          })
    case 'gate-end':
      return t(outcome.stopped ? 'proposals.gateStopped' : 'proposals.gateWent', {
        agreement: outcome.agreement.toFixed(2),
        threshold: outcome.threshold.toFixed(2),
      })
  }
}
