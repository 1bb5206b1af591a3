import type { JSX } from 'preact'
import { t } from '../../i18n/index.js'
import { chosenModel } from './chat-store.js'
import { draft } from './draft.js'
import { Instructions } from './instructions.js'

const EXAMPLES = ['chat.example.1', 'chat.example.2', 'chat.example.3'] as const

/** What stands where a conversation will be. */
export function Welcome(): JSX.Element {
  return (
    <div class="chat-column welcome">
      <h2>{t('chat.welcome')}</h2>
      <p class="muted">{t('chat.welcome.text')}</p>
      {chosenModel.value?.description !== undefined && (
        <p class="welcome-model">
          <strong>{chosenModel.value.id}</strong> {chosenModel.value.description}
        </p>
      )}
      <Instructions />
      <ul class="examples">
        {EXAMPLES.map((key) => (
          <li key={key}>
            <button
              type="button"
              class="example"
              onClick={() => {
                draft.value = t(key)
                document.getElementById('question')?.focus()
              }}
            >
              {t(key)}
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}
