import type { JSX } from 'preact'
import { Icon } from '../../components/icon.js'
import { t } from '../../i18n/index.js'
import { clean } from '../../markdown/clean.js'
import { Markdown } from '../../markdown/markdown.js'
import type { TurnModel } from './turn-model.js'

/** The answer as far as it has come, and what went wrong with it. */
export function AnswerView({ turn }: { readonly turn: TurnModel }): JSX.Element {
  const { view } = turn
  const running = turn.state.value === 'running'
  const text = view.text || view.refusal
  return (
    <section class="answer" aria-label={t('chat.answer')} aria-busy={running}>
      {text === '' && running && <Waiting turn={turn} />}
      <Thinking turn={turn} />
      {text !== '' && <Markdown text={text} live={running} />}
      {turn.offline.value && (
        <p class="notice-line" role="status">
          {t('chat.reconnecting')}
        </p>
      )}
      <Ending turn={turn} />
    </section>
  )
}

/** What is going on while there is nothing to read yet. */
function Waiting({ turn }: { readonly turn: TurnModel }): JSX.Element {
  const { view } = turn
  const stage = view.stages.findLast(({ startedAt }) => startedAt !== undefined)
  const done = stage?.slots.filter(({ phase }) => phase === 'done').length ?? 0
  const words =
    stage === undefined
      ? t('chat.waiting')
      : stage.kind === 'propose'
        ? t('chat.waiting.proposals', { done, count: stage.slots.length })
        : stage.kind === 'synthesize'
          ? t('chat.waiting.aggregator')
          : t('chat.waiting.weighing')
  return (
    <p class="waiting">
      <span class="pulse" aria-hidden="true" />
      {words}
    </p>
  )
}

function Thinking({ turn }: { readonly turn: TurnModel }): JSX.Element | null {
  const { view } = turn
  const running = turn.state.value === 'running'
  if (view.reasoning === '') return null
  return (
    <details class="thinking" open={running && view.text === ''}>
      <summary>{t('chat.reasoning')}</summary>
      <div class="thinking-text" dir="auto">
        {clean(view.reasoning)}
      </div>
    </details>
  )
}

/** How it ended, unless it ended well. */
function Ending({ turn }: { readonly turn: TurnModel }): JSX.Element | null {
  const { view } = turn
  const { error } = turn.turn
  switch (turn.state.value) {
    case 'running':
      return null
    case 'stopped':
      return <p class="notice-line">{t('chat.stopped')}</p>
    case 'interrupted':
      return <p class="notice-line">{t('chat.interrupted')}</p>
    case 'failed':
      return (
        <div class="failure" role="alert">
          <Icon name="warning" />
          <div>
            <strong>{t('chat.failed')}</strong>
            <p dir="auto">{clean(error?.message ?? '')}</p>
          </div>
        </div>
      )
    case 'done':
      if (view.finish?.reason === 'length') return <p class="notice-line">{t('chat.cut')}</p>
      if (view.finish?.reason === 'content-filter') return <p class="notice-line">{t('chat.filtered')}</p>
      return null
  }
}
