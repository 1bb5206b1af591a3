import type { JSX } from 'preact'
import type { Conversation, Turn } from '../../../../src/gateway/ui/conversation.js'
import { t } from '../../i18n/index.js'
import { clean, cleanLine } from '../../markdown/clean.js'
import { Markdown } from '../../markdown/markdown.js'
import { formatCost, formatDate, formatDuration } from '../../util/format.js'
import { Attachments } from './question-view.js'

export interface SharedConversationProps {
  readonly conversation: Conversation
  readonly turns: readonly Turn[]
}

/** A conversation to be read, without anything to press but what unfolds. */
export function SharedConversation({ conversation, turns }: SharedConversationProps): JSX.Element {
  return (
    <main class="chat-column shared">
      <h1>{cleanLine(conversation.title)}</h1>
      <p class="muted">{t('share.note', { date: formatDate(conversation.updatedAt) })}</p>
      {turns.map((turn) => (
        <SharedTurn key={turn.id} turn={turn} />
      ))}
    </main>
  )
}

function SharedTurn({ turn: { question, view, model } }: { readonly turn: Turn }): JSX.Element {
  const slots = view.stages.filter(({ kind }) => kind === 'propose').flatMap((stage) => stage.slots)
  return (
    <article class="turn">
      <div class="question">
        <div class="question-text" dir="auto">
          {clean(question.text)}
        </div>
        <Attachments attachments={question.attachments} />
      </div>
      <section class="answer">
        <Markdown text={view.text || view.refusal} />
      </section>
      <p class="run-facts">
        {cleanLine(model)} · {formatDuration(view.elapsedMs)}
        {view.finish && ` · ${formatCost(view.finish.cost)}`}
      </p>
      {slots.map(({ slot, text, problem }, index) => (
        <details key={index} class="shared-proposal">
          <summary>{t('share.proposal', { layer: slot.stage + 1, name: cleanLine(slot.name) })}</summary>
          {problem === undefined ? <Markdown text={text} /> : <p>{clean(problem)}</p>}
        </details>
      ))}
    </article>
  )
}
