import type { JSX } from 'preact'
import { useId, useState } from 'preact/hooks'
import type { Attachment } from '../../../../src/gateway/ui/conversation.js'
import { Button } from '../../components/button.js'
import { Icon } from '../../components/icon.js'
import { t } from '../../i18n/index.js'
import { clean, cleanLine } from '../../markdown/clean.js'
import { ask, runningTurn } from './chat-store.js'
import type { TurnModel } from './turn-model.js'

/** A question; it can be changed and asked again, which begins another branch. */
export function QuestionView({ turn }: { readonly turn: TurnModel }): JSX.Element {
  const [editing, setEditing] = useState(false)
  const { question } = turn.turn
  if (editing) return <QuestionEditor turn={turn} onDone={() => setEditing(false)} />
  return (
    <div class="question">
      <div class="question-text" dir="auto">
        {clean(question.text)}
      </div>
      <Attachments attachments={question.attachments} />
      {runningTurn.value === undefined && (
        <span class="question-edit">
          <Button kind="quiet" icon="edit" label={t('chat.edit')} onClick={() => setEditing(true)} />
        </span>
      )}
    </div>
  )
}

function QuestionEditor({
  turn,
  onDone,
}: {
  readonly turn: TurnModel
  readonly onDone: () => void
}): JSX.Element {
  const { question } = turn.turn
  const [text, setText] = useState(question.text)
  const field = useId()
  const empty = text.trim() === '' && question.attachments.length === 0
  const send = (): void => {
    if (empty) return
    onDone()
    void ask({ ...question, text }, turn.parent)
  }
  return (
    <form
      class="question-editor"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <label class="visually-hidden" htmlFor={field}>
        {t('chat.edit')}
      </label>
      <textarea
        id={field}
        class="field"
        rows={Math.min(12, text.split('\n').length + 1)}
        value={text}
        ref={(element) => element?.focus()}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onDone()
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send()
        }}
      />
      <div class="question-editor-actions">
        <Button onClick={onDone}>{t('app.cancel')}</Button>
        <Button type="submit" kind="primary" disabled={empty}>
          {t('chat.resend')}
        </Button>
      </div>
    </form>
  )
}

/** Files of a question, as pictures and names. */
export function Attachments({
  attachments,
}: {
  readonly attachments: readonly Attachment[]
}): JSX.Element | null {
  if (attachments.length === 0) return null
  return (
    <ul class="attachments" aria-label={t('attachment.list')}>
      {attachments.map(({ kind, name, content }, index) => (
        <li key={index}>
          {kind === 'image' ? <img src={content} alt={cleanLine(name)} /> : <Icon name="attach" size={14} />}
          <span>{cleanLine(name)}</span>
        </li>
      ))}
    </ul>
  )
}
