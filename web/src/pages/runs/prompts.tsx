import type { JSX } from 'preact'
import type { CallText, RunDocument } from '../../../../src/cli/ui/runs/types.js'
import type { Message } from '../../../../src/core/message.js'
import { CopyButton } from '../../components/copy-button.js'
import { t } from '../../i18n/index.js'
import { clean, cleanLine } from '../../markdown/clean.js'

/** What every call was sent, word for word, and what came back. */
export function Prompts({ run: { texts } }: { readonly run: RunDocument }): JSX.Element {
  if (texts === undefined) return <p class="muted">{t('runs.noPrompts')}</p>
  const ordered = [...texts].sort(
    (a, b) => (a.slot?.stage ?? 0) - (b.slot?.stage ?? 0) || (a.slot?.index ?? 0) - (b.slot?.index ?? 0),
  )
  return (
    <div class="prompts">
      {ordered.map((text, index) => (
        <CallDetails key={index} text={text} />
      ))}
    </div>
  )
}

function CallDetails({ text }: { readonly text: CallText }): JSX.Element {
  const { slot, model, request, answer, problem } = text
  const { messages, ...settings } = request
  const shown = Object.entries(settings)
  const name = slot === undefined ? model : `${slot.stage + 1}.${slot.index + 1} ${slot.name}`
  return (
    <details class="prompt-call">
      <summary>
        <b>{cleanLine(name)}</b>{' '}
        {slot && slot.name !== model && <code class="muted">{cleanLine(model)}</code>}
      </summary>
      {shown.length > 0 && (
        <p class="prompt-settings">
          <b>{t('runs.settings')}</b>{' '}
          <code>{shown.map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join(', ')}</code>
        </p>
      )}
      {messages.map((message, index) => (
        <Words key={index} title={t(`runs.role.${message.role}`)} words={wordsOf(message)} />
      ))}
      {problem !== undefined && <p class="banner banner-bad">{cleanLine(problem)}</p>}
      {answer !== '' && <Words title={t('runs.answer')} words={answer} answer />}
    </details>
  )
}

function Words({
  title,
  words,
  answer = false,
}: {
  readonly title: string
  readonly words: string
  readonly answer?: boolean
}): JSX.Element {
  return (
    <section class={answer ? 'words words-answer' : 'words'}>
      <header>
        <h3>{title}</h3>
        <CopyButton text={words} label={t('app.copyText', { what: title })} />
      </header>
      <pre tabIndex={0}>{clean(words)}</pre>
    </section>
  )
}

/** The text of a message; other parts by their kind. */
function wordsOf({ content }: Message): string {
  if (typeof content === 'string') return content
  return (content ?? []).map((part) => ('text' in part ? part.text : `[${part.type}]`)).join('\n')
}
