import type { JSX } from 'preact'
import { useId, useState } from 'preact/hooks'
import { Button } from '../../components/button.js'
import { t } from '../../i18n/index.js'
import { changeInstructions, open } from './chat-store.js'
import { instructions } from './draft.js'

/** What every model is told before the conversation: written with a new one, changed in one that is there. */
export function Instructions(): JSX.Element {
  const id = useId()
  const { conversation } = open.value
  const kept = conversation?.system ?? ''
  const [changed, setChanged] = useState<string>()
  const [saved, setSaved] = useState(false)
  const text = conversation ? (changed ?? kept) : instructions.value
  const write = (value: string): void => {
    setSaved(false)
    if (conversation) setChanged(value)
    else instructions.value = value
  }
  return (
    <details class="instructions" open={text !== '' && conversation === undefined}>
      <summary>{t('chat.system')}</summary>
      <form
        class="field"
        onSubmit={(event) => {
          event.preventDefault()
          void changeInstructions(text).then(setSaved)
        }}
      >
        <label htmlFor={id} class="field-hint">
          {t('chat.systemText')}
        </label>
        <textarea
          id={id}
          rows={3}
          dir="auto"
          aria-label={t('chat.system')}
          value={text}
          onInput={(event) => write(event.currentTarget.value)}
        />
        {conversation && (
          <p class="instructions-save">
            <Button type="submit" disabled={text === kept}>
              {t('chat.save')}
            </Button>
            <span role="status">{saved ? t('chat.systemChanged') : ''}</span>
          </p>
        )}
      </form>
    </details>
  )
}
