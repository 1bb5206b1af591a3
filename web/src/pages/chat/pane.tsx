import type { JSX } from 'preact'
import { useId } from 'preact/hooks'
import type { SlotView } from '../../../../src/gateway/ui/run-view.js'
import { CopyButton } from '../../components/copy-button.js'
import { t } from '../../i18n/index.js'
import { clean, cleanLine } from '../../markdown/clean.js'
import { Markdown } from '../../markdown/markdown.js'
import { formatCost, formatCount, formatDuration } from '../../util/format.js'

/** Letters and signs of a token, on average over languages; only for the moving figure while a model writes. */
const CHARACTERS_PER_TOKEN = 4

export interface PaneProps {
  readonly slot: SlotView
  /** Differs when the slot has changed. */
  readonly stamp: string
  readonly running: boolean
}

/** One slot: who, how far, what it has cost, and what it wrote. */
export function Pane({ slot, running }: PaneProps): JSX.Element {
  const { phase, text, problem } = slot
  const name = cleanLine(slot.slot.name)
  const heading = useId()
  // A run that was stopped leaves slots as they were.
  const shown = running || (phase !== 'asking' && phase !== 'writing') ? phase : 'dropped'
  return (
    <li class={`pane pane-${shown}`} aria-labelledby={heading}>
      <header>
        <span class="pane-mark" aria-hidden="true" />
        <h3 id={heading} title={cleanLine(slot.slot.model)}>
          {name}
        </h3>
        {text !== '' && <CopyButton text={text} label={t('proposals.copy', { name })} />}
      </header>
      <p class="pane-facts">
        <span>{t(`phase.${shown}`)}</span>
        {factsOf(slot).map((fact, index) => (
          <span key={index}>{fact}</span>
        ))}
      </p>
      {problem !== undefined && (
        <p class="pane-problem" dir="auto">
          {clean(problem)}
        </p>
      )}
      {text !== '' && (
        <div class="pane-text" tabIndex={0} role="region" aria-label={t('proposals.text', { name })}>
          <Markdown text={text} live={running && (phase === 'writing' || phase === 'asking')} />
        </div>
      )}
    </li>
  )
}

function factsOf({ durationMs, firstTextMs, usage, cost, text, finishReason }: SlotView): string[] {
  const tokens =
    usage === undefined
      ? text === ''
        ? undefined
        : t('chat.tokensEstimated', { count: formatCount(Math.ceil(text.length / CHARACTERS_PER_TOKEN)) })
      : t('chat.tokens', { count: formatCount(usage.outputTokens) })
  return [
    durationMs !== undefined && formatDuration(durationMs),
    durationMs === undefined &&
      firstTextMs !== undefined &&
      t('proposals.firstText', { time: formatDuration(firstTextMs) }),
    tokens,
    cost && formatCost(cost),
    finishReason === 'length' && t('proposals.cut'),
  ].filter((fact) => typeof fact === 'string')
}
