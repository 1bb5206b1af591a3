import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useId, useState } from 'preact/hooks'
import type {
  Comparison as Compared,
  ComparisonSide,
  Leaderboard,
  Side,
  Vote,
} from '../../../../src/cli/ui/runs/types.js'
import { api, messageOf } from '../../api/client.js'
import { Button } from '../../components/button.js'
import { t } from '../../i18n/index.js'
import { cleanLine } from '../../markdown/clean.js'
import { Markdown } from '../../markdown/markdown.js'
import { formatCost, formatCount, formatDuration } from '../../util/format.js'
import { useModels } from './answer-anew.js'
import { Standings } from './standings.js'
import { useSuggestion, Why } from './suggestion.js'

const EVERY_MS = 300

/** A recipe and a single model answer one question side by side; names stay hidden until there is a vote. */
export function Comparison(): JSX.Element {
  const [compared, setCompared] = useState<Compared>()
  const [problem, setProblem] = useState<string>()
  const [board, setBoard] = useState<Leaderboard>()
  const told = (work: Promise<void>): void => {
    work.then(
      () => setProblem(undefined),
      (error: unknown) => setProblem(messageOf(error)),
    )
  }
  const loadBoard = async (): Promise<void> => setBoard(await api.get<Leaderboard>('leaderboard'))
  useEffect(() => told(loadBoard()), [])
  const running = compared !== undefined && isRunning(compared)
  useEffect(() => {
    if (!running) return
    const timer = setInterval(() => told(follow()), EVERY_MS)
    return () => clearInterval(timer)
  }, [running, compared?.id])
  const follow = async (): Promise<void> => {
    if (compared) setCompared(await api.get<Compared>(`comparisons/${compared.id}`))
  }
  const vote = (wanted: Vote): void =>
    told(
      (async () => {
        if (compared)
          setCompared(await api.post<Compared>(`comparisons/${compared.id}/vote`, { vote: wanted }))
        await loadBoard()
      })(),
    )
  return (
    <>
      <p class="muted">{t('compare.text')}</p>
      <Order
        busy={running}
        onAsk={(order) => told(api.post<Compared>('comparisons', order).then(setCompared))}
      />
      {problem !== undefined && (
        <p class="banner banner-bad" role="alert">
          {problem}
        </p>
      )}
      {compared && (
        <>
          <div class="two-sides">
            <SideView which="a" side={compared.sides.a} />
            <SideView which="b" side={compared.sides.b} />
          </div>
          <Ballot compared={compared} onVote={vote} />
        </>
      )}
      <section class="status-part">
        <h2>{t('compare.leaderboard')}</h2>
        {board && <Standings board={board} />}
      </section>
    </>
  )
}

const isRunning = ({ sides }: Compared): boolean => sides.a.state === 'running' || sides.b.state === 'running'

interface OrderProps {
  readonly busy: boolean
  readonly onAsk: (order: Readonly<Record<string, unknown>>) => void
}

function Order({ busy, onAsk }: OrderProps): JSX.Element {
  const id = useId()
  const recipes = useModels('recipe')
  const models = useModels('model')
  const [question, setQuestion] = useState('')
  const [recipe, setRecipe] = useState<string>()
  const [model, setModel] = useState<string>()
  const [blind, setBlind] = useState(true)
  const first = recipe ?? recipes[0] ?? ''
  const suggestion = useSuggestion(first, models)
  const second = model ?? suggestion?.model ?? models[0] ?? ''
  return (
    <form
      class="compare-order"
      onSubmit={(event) => {
        event.preventDefault()
        onAsk({ question, first, second, blind })
      }}
    >
      <div class="field compare-question">
        <label htmlFor={`${id}-question`}>{t('compare.question')}</label>
        <textarea
          id={`${id}-question`}
          rows={3}
          value={question}
          onInput={(event) => setQuestion(event.currentTarget.value)}
        />
      </div>
      <Choice label={t('compare.first')} names={recipes} value={first} onChoose={setRecipe} />
      <Choice
        label={t('compare.second')}
        names={models}
        value={second}
        onChoose={setModel}
        hint={suggestion?.model === second ? <Why suggestion={suggestion} /> : undefined}
      />
      <label class="compare-blind">
        <input type="checkbox" checked={blind} onChange={(event) => setBlind(event.currentTarget.checked)} />
        {t('compare.blind')}
      </label>
      <Button
        type="submit"
        kind="primary"
        disabled={busy || question.trim() === '' || first === '' || second === ''}
      >
        {t('compare.start')}
      </Button>
    </form>
  )
}

interface ChoiceProps {
  readonly label: string
  readonly names: readonly string[]
  readonly value: string
  readonly onChoose: (name: string) => void
  readonly hint?: ComponentChildren
}

function Choice({ label, names, value, onChoose, hint }: ChoiceProps): JSX.Element {
  const id = useId()
  return (
    <div class="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      {hint !== undefined && <p class="field-hint">{hint}</p>}
    </div>
  )
}

function SideView({ which, side }: { readonly which: Side; readonly side: ComparisonSide }): JSX.Element {
  const facts = [
    ...(side.durationMs === undefined ? [] : [formatDuration(side.durationMs)]),
    ...(side.calls === undefined
      ? []
      : [t(side.calls === 1 ? 'chat.oneCall' : 'chat.calls', { count: formatCount(side.calls) })]),
    ...(side.cost === undefined ? [] : [formatCost(side.cost)]),
  ]
  return (
    <article class="side" aria-label={t(`compare.answer.${which}`)} aria-busy={side.state === 'running'}>
      <header>
        <h2>{t(`compare.answer.${which}`)}</h2>
        <span class="muted">
          {side.name === undefined ? t('compare.hidden') : cleanLine(side.name)}
          {side.state === 'running'
            ? ` · ${t('compare.writing')}`
            : facts.length > 0
              ? ` · ${facts.join(' · ')}`
              : ''}
        </span>
      </header>
      <Markdown text={side.text} />
      {side.problem !== undefined && <p class="banner banner-bad">{cleanLine(side.problem)}</p>}
    </article>
  )
}

function Ballot({
  compared: { sides, vote },
  onVote,
}: {
  readonly compared: Compared
  readonly onVote: (vote: Vote) => void
}): JSX.Element | null {
  if (vote !== undefined)
    return (
      <p class="ballot" role="status">
        {t('compare.voted', { first: sides.a.name ?? '', second: sides.b.name ?? '' })}
      </p>
    )
  if (sides.a.state !== 'done' || sides.b.state !== 'done') return null
  return (
    <div class="ballot" role="group" aria-label={t('compare.vote')}>
      <b>{t('compare.vote')}</b>
      {(['a', 'tie', 'b'] as const).map((wanted) => (
        <Button key={wanted} onClick={() => onVote(wanted)}>
          {t(`compare.vote.${wanted}`)}
        </Button>
      ))}
    </div>
  )
}
