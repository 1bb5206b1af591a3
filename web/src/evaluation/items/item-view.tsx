import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { DocumentItem, DocumentJudgment, EvalDocument } from '../../../../src/eval/report/document.js'
import { Button } from '../../components/button.js'
import { count, dollars, lengthOf, secondsText } from '../format.js'
import { say } from '../texts.js'
import { Score } from './score-cell.js'

export interface ItemViewProps {
  readonly document: EvalDocument
  readonly item: DocumentItem
  /** Goes to the item before or after; absent at the ends. */
  readonly onPrevious?: (() => void) | undefined
  readonly onNext?: (() => void) | undefined
  readonly onBack: () => void
  /** What stands beside a contestant's answer, such as a vote. */
  readonly beside?: ((contestant: string) => ComponentChildren) | undefined
}

const inField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('input, select, textarea, [role=tab]') !== null

/** One item: what was asked, the answers side by side, and what judges said. */
export function ItemView(props: ItemViewProps): JSX.Element {
  const { document: shown, item, onPrevious, onNext, onBack, beside } = props
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [item.id])
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (inField(event.target) || event.altKey || event.ctrlKey || event.metaKey) return
      const action = { ArrowLeft: onPrevious, ArrowRight: onNext, Escape: onBack }[event.key]
      if (action === undefined) return
      event.preventDefault()
      action()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [onPrevious, onNext, onBack])
  return (
    <article class="item">
      <div class="item-bar">
        <Button icon="left" onClick={onBack}>
          {say('back')}
        </Button>
        <span class="grow" />
        <Button icon="left" label={say('previous')} disabled={!onPrevious} onClick={() => onPrevious?.()} />
        <Button icon="right" label={say('next')} disabled={!onNext} onClick={() => onNext?.()} />
      </div>
      <h2 ref={heading} tabIndex={-1}>
        {say('item')} {item.id}
        {item.category !== undefined && <span class="muted"> · {item.category}</span>}
      </h2>
      <Texts title={say('prompt')} turns={item.turns} />
      {item.reference && <Texts title={say('reference')} turns={item.reference} />}
      <div class="answers">
        {item.answers.map((answer) => (
          <AnswerCard
            key={answer.contestant}
            document={shown}
            item={item}
            answer={answer}
            beside={answer.contestant === shown.baseline ? undefined : beside?.(answer.contestant)}
          />
        ))}
      </div>
      <h3>{say('judgments')}</h3>
      {item.judgments.length === 0 && <p class="muted">{say('noJudgment')}</p>}
      {item.judgments.map((judgment, index) => (
        <JudgmentCard key={index} judgment={judgment} />
      ))}
      <p class="muted small">{say('keys')}</p>
    </article>
  )
}

/** Texts of models and people: shown letter for letter, never as markup. */
function Texts({ title, turns }: { readonly title: string; readonly turns: readonly string[] }): JSX.Element {
  return (
    <section class="texts" aria-label={title}>
      {turns.map((text, turn) => (
        <div key={turn}>
          <h3>{turns.length > 1 ? `${title} · ${say('turn', { turn: turn + 1 })}` : title}</h3>
          <div class="text" dir="auto" tabIndex={0}>
            {text}
          </div>
        </div>
      ))}
    </section>
  )
}

interface AnswerCardProps {
  readonly document: EvalDocument
  readonly item: DocumentItem
  readonly answer: DocumentItem['answers'][number]
  readonly beside: ComponentChildren
}

function AnswerCard({ document: shown, item, answer, beside }: AnswerCardProps): JSX.Element {
  const { contestant, turns, seconds, costUsd, truncated, degraded = [] } = answer
  const isBaseline = contestant === shown.baseline
  const facts = [
    say('characters', { count: count(lengthOf(turns.join(''))) }),
    ...(seconds === undefined ? [] : [`${secondsText(seconds)} s`]),
    ...(typeof costUsd === 'number' ? [dollars(costUsd)] : []),
    ...(truncated ? [say('truncated')] : []),
  ]
  return (
    <section class="card" aria-label={contestant}>
      <header>
        <h3>{contestant}</h3>
        {isBaseline ? (
          <span class="muted">{say('baseline')}</span>
        ) : (
          <Score item={item} contestant={contestant} measure={shown.measure} />
        )}
      </header>
      <p class="muted small">{facts.join(' · ')}</p>
      {degraded.map((reason) => (
        <p key={reason} class="warning small">
          {reason}
        </p>
      ))}
      {beside}
      {turns.map((text, turn) => (
        <div key={turn} class="text" dir="auto" tabIndex={0}>
          {turns.length > 1 && <p class="muted small">{say('turn', { turn: turn + 1 })}</p>}
          {text}
        </div>
      ))}
    </section>
  )
}

function JudgmentCard({ judgment }: { readonly judgment: DocumentJudgment }): JSX.Element {
  const { contestants, judge, verdict, texts, tokens = [], turn, switched, disagrees, unscored } = judgment
  const facts = [
    ...(judge === undefined ? [] : [judge]),
    ...(turn === undefined ? [] : [say('turn', { turn })]),
    ...(switched ? [say('switched')] : []),
  ]
  return (
    <section class="card judgment" aria-label={`${say('judge')}: ${contestants.join(', ')}`}>
      <header>
        <h4>{contestants.join(' – ')}</h4>
        {verdict !== '' && <span class="verdict">{verdict}</span>}
      </header>
      <p class="muted small">{facts.join(' · ')}</p>
      {disagrees && <p class="warning small">{say('disagrees')}</p>}
      {unscored !== undefined && <p class="warning small">{say('unscored', { reason: unscored })}</p>}
      {tokens.length > 0 && (
        <div class="tokens" role="group" aria-label={say('tokens')}>
          {tokens.map(({ token, probability }) => (
            <span key={token} class="token">
              <code>{JSON.stringify(token).slice(1, -1)}</code> {(100 * probability).toFixed(1)} %
            </span>
          ))}
        </div>
      )}
      {texts.map((text, index) => (
        <div key={index} class="text" dir="auto" tabIndex={0}>
          {text}
        </div>
      ))}
    </section>
  )
}
