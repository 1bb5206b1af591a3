import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { t } from '../../i18n/index.js'
import { runningTurn, thread } from './chat-store.js'
import { TurnView } from './turn-view.js'

/** The turns of a conversation along the branch that is looked at. */
export function Thread(): JSX.Element {
  const turns = thread.value
  const list = useRef<HTMLOListElement>(null)
  const last = turns.at(-1)
  // A new question goes to the top of the page, so that its answer is read from its beginning.
  useEffect(() => {
    const scroller = list.current?.parentElement
    const element = list.current?.lastElementChild
    if (!scroller || !element) return
    scroller.scrollTop += element.getBoundingClientRect().top - scroller.getBoundingClientRect().top
  }, [last?.id])
  return (
    <>
      <ol class="thread" ref={list}>
        {turns.map((turn) => (
          <li key={turn.id} class="turn">
            <TurnView turn={turn} last={turn === last} />
          </li>
        ))}
      </ol>
      <p class="visually-hidden" role="status">
        {runningTurn.value ? t('chat.status.running') : last ? t(`chat.status.${last.state.value}`) : ''}
      </p>
    </>
  )
}
