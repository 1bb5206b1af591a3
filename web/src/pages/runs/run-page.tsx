import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { RunDocument } from '../../../../src/cli/ui/runs/types.js'
import type { Conversation } from '../../../../src/gateway/ui/conversation.js'
import { go, link, place } from '../../app/router.js'
import { api, messageOf } from '../../api/client.js'
import { Tabs } from '../../components/tabs.js'
import { t } from '../../i18n/index.js'
import { cleanLine } from '../../markdown/clean.js'
import { formatCost, formatCount, formatDate, formatDuration } from '../../util/format.js'
import { AnswerAnew } from './answer-anew.js'
import { Ledger } from './ledger.js'
import { Prompts } from './prompts.js'
import { Outcome } from './run-list.js'
import { Timeline } from './timeline.js'

/** One run: what happened when, who was sent what, what it cost, and another answer from its proposals. */
export function RunPage({ id }: { readonly id: string }): JSX.Element {
  const [run, setRun] = useState<RunDocument>()
  const [problem, setProblem] = useState<string>()
  const [conversation, setConversation] = useState<Conversation>()
  useEffect(() => {
    const leaving = new AbortController()
    // Most runs belong to no conversation; that is no problem of theirs.
    api
      .get<Conversation | undefined>(`runs/${encodeURIComponent(id)}/conversation`, leaving)
      .then(setConversation, () => {})
    api.get<RunDocument>(`runs/${encodeURIComponent(id)}`, leaving).then(setRun, (error: unknown) => {
      if (!leaving.signal.aborted) setProblem(messageOf(error))
    })
    return () => leaving.abort()
  }, [id])
  return (
    <div class="page">
      <p class="runs-back">
        <a href={link('runs')}>{t('runs.back')}</a>
        {conversation && (
          <a href={link('chat', conversation.id)}>
            {t('runs.conversation', { title: cleanLine(conversation.title) })}
          </a>
        )}
      </p>
      {problem !== undefined && (
        <p class="banner banner-bad" role="alert">
          {problem}
        </p>
      )}
      {run ? <Run run={run} /> : problem === undefined && <p class="muted">{t('app.loading')}</p>}
    </div>
  )
}

function Run({ run }: { readonly run: RunDocument }): JSX.Element {
  const { trace } = run
  const selected = place.value.query.get('part') ?? 'timeline'
  const tabs = [
    { id: 'timeline', title: t('runs.timeline'), content: () => <Timeline trace={trace} /> },
    { id: 'prompts', title: t('runs.prompts'), content: () => <Prompts run={run} /> },
    { id: 'calls', title: t('runs.ledger'), content: () => <Ledger trace={trace} /> },
    { id: 'again', title: t('runs.again'), content: () => <AnswerAnew run={run} /> },
  ]
  return (
    <>
      <header class="run-head">
        <h1>{cleanLine(trace.recipe)}</h1>
        <Outcome run={{ ...trace, degraded: trace.degraded.length }} />
        {trace.simulated && <span class="tag tag-warning">{t('runs.simulated')}</span>}
        <code class="muted">{trace.id}</code>
      </header>
      <Facts run={run} />
      {trace.error && <p class="banner banner-bad">{cleanLine(trace.error.message)}</p>}
      {trace.degraded.length > 0 && (
        <section class="banner run-reasons" aria-label={t('runs.reasons')}>
          <div>
            <h2>{t('runs.reasons')}</h2>
            <ul>
              {trace.degraded.map(({ code, message }, index) => (
                <li key={index}>
                  <code>{code}</code> {cleanLine(message)}
                </li>
              ))}
            </ul>
          </div>
        </section>
      )}
      <Tabs
        label={t('runs.parts')}
        tabs={tabs}
        selected={selected}
        onSelect={(part) => go(`${link('runs', trace.id)}?part=${part}`, { replace: true })}
      />
    </>
  )
}

function Facts({ run: { trace } }: { readonly run: RunDocument }): JSX.Element {
  const { usage, firstTokenMs, deadlineMs } = trace
  const facts: readonly (readonly [string, string])[] = [
    [t('runs.when'), formatDate(trace.at)],
    [t('runs.duration'), formatDuration(trace.durationMs)],
    ...(firstTokenMs === undefined ? [] : [[t('runs.firstToken'), formatDuration(firstTokenMs)] as const]),
    ...(deadlineMs === undefined ? [] : [[t('runs.deadline'), formatDuration(deadlineMs)] as const]),
    [t('runs.calls'), formatCount(trace.calls.length)],
    [t('runs.tokens'), `${formatCount(usage.inputTokens)} / ${formatCount(usage.outputTokens)}`],
    [t('runs.cost'), formatCost(trace.cost)],
    [t('runs.from'), trace.source],
  ]
  return (
    <dl class="facts run-facts-list">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
