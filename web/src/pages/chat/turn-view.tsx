import type { JSX } from 'preact'
import { Button } from '../../components/button.js'
import { CopyButton } from '../../components/copy-button.js'
import { t } from '../../i18n/index.js'
import { AnswerView } from './answer-view.js'
import { siblings } from './branch.js'
import { ask, chooseBranch, open, runningTurn } from './chat-store.js'
import { Proposals } from './proposals.js'
import { QuestionView } from './question-view.js'
import { RunFacts } from './run-facts.js'
import type { TurnModel } from './turn-model.js'

/** One question, its answer, and how the answer came about. */
export function TurnView({ turn, last }: { readonly turn: TurnModel; readonly last: boolean }): JSX.Element {
  const running = turn.state.value === 'running'
  return (
    <article class="chat-column" aria-label={t('chat.turn')}>
      <QuestionView turn={turn} />
      <AnswerView turn={turn} />
      <RunFacts turn={turn} />
      {!running && (
        <div class="turn-actions">
          <Versions turn={turn} />
          <CopyButton text={turn.turn.view.text} label={t('chat.copyAnswer')} />
          {runningTurn.value === undefined && (
            <Button
              kind="quiet"
              icon="retry"
              label={t('chat.regenerate')}
              onClick={() => void ask(turn.turn.question, turn.parent)}
            />
          )}
        </div>
      )}
      <Proposals turn={turn} startOpen={running && last} />
    </article>
  )
}

/** Leads through the turns that ask the same place of the conversation again. */
function Versions({ turn }: { readonly turn: TurnModel }): JSX.Element | null {
  const all = siblings(open.value.turns, turn.parent)
  const index = all.indexOf(turn)
  const other = (step: number) => () => {
    const target = all[index + step]
    if (target) chooseBranch(target)
  }
  if (all.length < 2) return null
  return (
    <span class="versions" role="group" aria-label={t('chat.versions')}>
      <Button
        kind="quiet"
        icon="left"
        label={t('chat.versionBefore')}
        disabled={index === 0}
        onClick={other(-1)}
      />
      <span>{t('chat.version', { index: index + 1, count: all.length })}</span>
      <Button
        kind="quiet"
        icon="right"
        label={t('chat.versionAfter')}
        disabled={index === all.length - 1}
        onClick={other(1)}
      />
    </span>
  )
}
