import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { go, link } from '../../app/router.js'
import { Button } from '../../components/button.js'
import { Dialog } from '../../components/dialog.js'
import { t } from '../../i18n/index.js'
import { cleanLine } from '../../markdown/clean.js'
import { formatDate } from '../../util/format.js'
import { conversations, deleteAllConversations } from './chat-store.js'

/** Earlier conversations, the one last changed first. */
export function History({
  current,
  onClose,
}: {
  readonly current: string | undefined
  readonly onClose: () => void
}): JSX.Element {
  const [search, setSearch] = useState('')
  const [clearing, setClearing] = useState(false)
  const wanted = search.trim().toLowerCase()
  const found = conversations.value.filter(({ title }) => title.toLowerCase().includes(wanted))
  return (
    <aside class="history" aria-label={t('chat.history')}>
      <div class="history-head">
        <Button icon="plus" onClick={() => go(link('chat'))}>
          {t('chat.new')}
        </Button>
        <span class="history-close">
          <Button kind="quiet" icon="cross" label={t('app.close')} onClick={onClose} />
        </span>
      </div>
      <input
        type="search"
        class="history-search"
        placeholder={t('chat.search')}
        aria-label={t('chat.search')}
        value={search}
        onInput={(event) => setSearch(event.currentTarget.value)}
      />
      {found.length === 0 ? (
        <p class="muted history-empty">{t(wanted === '' ? 'chat.historyEmpty' : 'chat.searchEmpty')}</p>
      ) : (
        <ul class="history-list">
          {found.map(({ id, title, updatedAt }) => (
            <li key={id}>
              <a href={link('chat', id)} aria-current={id === current ? 'page' : undefined}>
                <span class="history-title" dir="auto">
                  {cleanLine(title)}
                </span>
                <time class="muted" dateTime={new Date(updatedAt).toISOString()}>
                  {formatDate(updatedAt)}
                </time>
              </a>
            </li>
          ))}
        </ul>
      )}
      {conversations.value.length > 0 && (
        <Button kind="quiet" icon="trash" onClick={() => setClearing(true)}>
          {t('chat.deleteAll')}
        </Button>
      )}
      {clearing && (
        <Dialog
          title={t('chat.deleteAll')}
          onClose={() => setClearing(false)}
          actions={
            <>
              <Button onClick={() => setClearing(false)}>{t('app.cancel')}</Button>
              <Button
                kind="danger"
                onClick={() => {
                  setClearing(false)
                  void deleteAllConversations()
                }}
              >
                {t('chat.delete')}
              </Button>
            </>
          }
        >
          <p>{t('chat.deleteAllText', { count: conversations.value.length })}</p>
        </Dialog>
      )}
    </aside>
  )
}
