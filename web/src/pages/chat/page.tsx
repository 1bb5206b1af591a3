import type { JSX } from 'preact'
import { useEffect, useLayoutEffect, useState } from 'preact/hooks'
import { place } from '../../app/router.js'
import { Button } from '../../components/button.js'
import { t } from '../../i18n/index.js'
import { leaveConversation, loadLists, open, openConversation, opening } from './chat-store.js'
import '../../components/fields.css'
import './chat.css'
import { Composer } from './composer.js'
import { ConversationMenu } from './conversation-menu.js'
import { Instructions } from './instructions.js'
import { History } from './history.js'
import { Thread } from './thread.js'
import { Welcome } from './welcome.js'
import { cleanLine } from '../../markdown/clean.js'

/** The chat: earlier conversations beside the one that is open. */
export function Page(): JSX.Element {
  const id = place.value.parts[0]
  const [historyShown, showHistory] = useState(false)
  useEffect(() => void loadLists(), [])
  // Before anything else can happen on the page: a question typed at once must not go to the conversation before.
  useLayoutEffect(() => {
    void openConversation(id)
    showHistory(false)
  }, [id])
  useLayoutEffect(() => leaveConversation, [])
  const { conversation } = open.value
  return (
    <div class={historyShown ? 'chat chat-history-shown' : 'chat'}>
      <History current={id} onClose={() => showHistory(false)} />
      <section class="chat-main" aria-label={t('page.chat')}>
        <header class="chat-header">
          <span class="chat-history-button">
            <Button kind="quiet" icon="menu" label={t('chat.history')} onClick={() => showHistory(true)} />
          </span>
          <h1>{conversation ? cleanLine(conversation.title) : t('chat.new')}</h1>
          {conversation && <ConversationMenu key={conversation.id} conversation={conversation} />}
        </header>
        <div class="chat-scroll" tabIndex={-1}>
          {opening.value ? (
            <p class="muted chat-column" role="status">
              {t('app.loading')}
            </p>
          ) : conversation ? (
            <>
              <div class="chat-column instructions-row">
                <Instructions key={conversation.id} />
              </div>
              <Thread />
            </>
          ) : (
            <Welcome />
          )}
        </div>
        <Composer key={conversation?.id ?? ''} />
      </section>
    </div>
  )
}
