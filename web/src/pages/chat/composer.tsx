import { signal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Attachment } from '../../../../src/gateway/ui/conversation.js'
import { Button } from '../../components/button.js'
import { Icon } from '../../components/icon.js'
import { t } from '../../i18n/index.js'
import { cleanLine } from '../../markdown/clean.js'
import { ACCEPTED, readAttachment } from './attachments.js'
import { ask, chosenModel, problem, runningTurn, stop, thread } from './chat-store.js'
import { draft } from './draft.js'
import { ModelPicker } from './model-picker.js'

const attachments = signal<readonly Attachment[]>([])

/** Where the next question is written. */
export function Composer(): JSX.Element {
  const [sending, setSending] = useState(false)
  const field = useRef<HTMLTextAreaElement>(null)
  const running = runningTurn.value
  const text = draft.value
  const files = attachments.value
  const empty = text.trim() === '' && files.length === 0
  useEffect(() => fit(field.current), [text])
  useEffect(() => field.current?.focus(), [])
  const send = async (): Promise<void> => {
    if (empty || sending || running) return
    setSending(true)
    const parent = thread.peek().at(-1)?.id ?? null
    const taken = await ask({ text, attachments: files }, parent)
    setSending(false)
    if (!taken) return
    draft.value = ''
    attachments.value = []
  }
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        void addFiles(event.dataTransfer?.files)
      }}
    >
      <Problem />
      <div class="composer-box">
        <Files files={files} />
        <textarea
          ref={field}
          id="question"
          rows={1}
          value={text}
          placeholder={t('chat.placeholder')}
          aria-label={t('chat.placeholder')}
          onInput={(event) => (draft.value = event.currentTarget.value)}
          onKeyDown={(event) => {
            // Enter also ends a word that is being composed.
            if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
            event.preventDefault()
            void send()
          }}
          onPaste={(event) => {
            if ((event.clipboardData?.files.length ?? 0) === 0) return
            event.preventDefault()
            void addFiles(event.clipboardData?.files)
          }}
        />
        <div class="composer-bar">
          <AttachButton />
          <ModelPicker />
          <span class="composer-space" />
          {running ? (
            <Button kind="primary" icon="stop" label={t('chat.stop')} onClick={() => void stop(running)} />
          ) : (
            <Button
              type="submit"
              kind="primary"
              icon="send"
              label={t('chat.send')}
              disabled={empty || sending || chosenModel.value === undefined}
            />
          )}
        </div>
      </div>
    </form>
  )
}

function Problem(): JSX.Element | null {
  const { value } = problem
  if (value === undefined) return null
  return (
    <p class="composer-problem" role="alert">
      <Icon name="warning" size={16} />
      <span dir="auto">{value}</span>
      <Button kind="quiet" icon="cross" label={t('app.close')} onClick={() => (problem.value = undefined)} />
    </p>
  )
}

function AttachButton(): JSX.Element {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <input
        ref={input}
        type="file"
        class="visually-hidden"
        tabIndex={-1}
        aria-label={t('attachment.add')}
        multiple
        accept={ACCEPTED}
        onChange={(event) => {
          void addFiles(event.currentTarget.files ?? undefined)
          event.currentTarget.value = ''
        }}
      />
      <Button kind="quiet" icon="attach" label={t('attachment.add')} onClick={() => input.current?.click()} />
    </>
  )
}

function Files({ files }: { readonly files: readonly Attachment[] }): JSX.Element | null {
  if (files.length === 0) return null
  return (
    <ul class="attachments" aria-label={t('attachment.list')}>
      {files.map((file, index) => (
        <li key={index}>
          {file.kind === 'image' ? <img src={file.content} alt="" /> : <Icon name="attach" size={14} />}
          <span>{cleanLine(file.name)}</span>
          <Button
            kind="quiet"
            icon="cross"
            label={t('attachment.remove', { name: cleanLine(file.name) })}
            onClick={() => (attachments.value = files.filter((other) => other !== file))}
          />
        </li>
      ))}
    </ul>
  )
}

async function addFiles(list: Iterable<File> | undefined): Promise<void> {
  for (const file of [...(list ?? [])]) {
    const read = await readAttachment(file)
    if (typeof read === 'string') problem.value = read
    else attachments.value = [...attachments.value, read]
  }
}

/** As high as its text, within what the style sheet allows. */
function fit(field: HTMLTextAreaElement | null): void {
  if (field === null) return
  field.style.height = 'auto'
  field.style.height = `${field.scrollHeight}px`
}
