import type { JSX } from 'preact'
import { useId, useState } from 'preact/hooks'
import type { Conversation } from '../../../../src/gateway/ui/conversation.js'
import { Button } from '../../components/button.js'
import { Dialog } from '../../components/dialog.js'
import { Menu } from '../../components/menu.js'
import { t } from '../../i18n/index.js'
import { saveFile } from '../../util/save-file.js'
import { deleteConversation, renameConversation, thread } from './chat-store.js'
import { asJson, asMarkdown, fileName } from './export.js'

/** What can be done with the whole conversation. */
export function ConversationMenu({ conversation }: { readonly conversation: Conversation }): JSX.Element {
  const [dialog, setDialog] = useState<'rename' | 'delete'>()
  const turns = () => thread.peek().map(({ turn }) => turn)
  const close = (): void => setDialog(undefined)
  return (
    <>
      <Menu
        label={t('chat.more')}
        icon="more"
        align="end"
        items={[
          { text: t('chat.rename'), icon: 'edit', onSelect: () => setDialog('rename') },
          {
            text: t('chat.exportMarkdown'),
            icon: 'download',
            onSelect: () =>
              saveFile(fileName(conversation, 'md'), {
                type: 'text/markdown',
                content: asMarkdown(conversation, turns()),
              }),
          },
          {
            text: t('chat.exportJson'),
            icon: 'download',
            onSelect: () =>
              saveFile(fileName(conversation, 'json'), {
                type: 'application/json',
                content: asJson(conversation, turns()),
              }),
          },
          {
            text: t('chat.share'),
            icon: 'share',
            onSelect: () => void share(conversation),
          },
          { text: t('chat.delete'), icon: 'trash', danger: true, onSelect: () => setDialog('delete') },
        ]}
      />
      {dialog === 'rename' && <RenameDialog conversation={conversation} onClose={close} />}
      {dialog === 'delete' && (
        <Dialog
          title={t('chat.delete')}
          onClose={close}
          actions={
            <>
              <Button onClick={close}>{t('app.cancel')}</Button>
              <Button
                kind="danger"
                onClick={() => {
                  close()
                  void deleteConversation(conversation.id)
                }}
              >
                {t('chat.delete')}
              </Button>
            </>
          }
        >
          <p>{t('chat.deleteText')}</p>
        </Dialog>
      )}
    </>
  )
}

/** What writes shared files is loaded when the first one is asked for. */
async function share(conversation: Conversation): Promise<void> {
  const { sharedPage } = await import('./share.js')
  const content = await sharedPage(
    conversation,
    thread.peek().map(({ turn }) => turn),
  )
  saveFile(fileName(conversation, 'html'), { type: 'text/html', content })
}

function RenameDialog({
  conversation,
  onClose,
}: {
  readonly conversation: Conversation
  readonly onClose: () => void
}): JSX.Element {
  const [title, setTitle] = useState(conversation.title)
  const field = useId()
  const save = (): void => {
    onClose()
    void renameConversation(conversation.id, title.trim())
  }
  return (
    <Dialog title={t('chat.rename')} onClose={onClose}>
      <form
        class="rename"
        onSubmit={(event) => {
          event.preventDefault()
          if (title.trim() !== '') save()
        }}
      >
        <label htmlFor={field}>{t('chat.title')}</label>
        <input
          id={field}
          class="field"
          value={title}
          maxLength={200}
          required
          onInput={(event) => setTitle(event.currentTarget.value)}
        />
        <Button type="submit" kind="primary" disabled={title.trim() === ''}>
          {t('chat.save')}
        </Button>
      </form>
    </Dialog>
  )
}
