import type { JSX } from 'preact'
import { useEffect, useId, useState } from 'preact/hooks'
import type { AgainAnswer, RunDocument } from '../../../../src/cli/ui/runs/types.js'
import { api, messageOf } from '../../api/client.js'
import { link } from '../../app/router.js'
import { Button } from '../../components/button.js'
import { t } from '../../i18n/index.js'
import { cleanLine } from '../../markdown/clean.js'
import { Markdown } from '../../markdown/markdown.js'
import { formatCost, formatDuration } from '../../util/format.js'

/** Another answer to the run's question from the same proposals. */
export function AnswerAnew({ run }: { readonly run: RunDocument }): JSX.Element {
  const id = useId()
  const [aggregator, setAggregator] = useState('')
  const [mode, setMode] = useState('')
  const [without, setWithout] = useState<readonly string[]>([])
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const [answer, setAnswer] = useState<AgainAnswer>()
  const models = useModels()
  if (!run.again) return <p class="muted">{t('runs.againNot')}</p>
  const ask = async (): Promise<void> => {
    setBusy(true)
    setProblem(undefined)
    const body = { ...(aggregator !== '' && { aggregator }), ...(mode !== '' && { mode }), without }
    try {
      setAnswer(await api.post<AgainAnswer>(`runs/${encodeURIComponent(run.trace.id)}/again`, body))
    } catch (error) {
      setProblem(messageOf(error))
    } finally {
      setBusy(false)
    }
  }
  const toggle = (name: string): void =>
    setWithout(without.includes(name) ? without.filter((other) => other !== name) : [...without, name])
  return (
    <div class="anew">
      <p class="muted">{t('runs.againText')}</p>
      <form
        class="anew-form"
        onSubmit={(event) => {
          event.preventDefault()
          void ask()
        }}
      >
        <div class="field">
          <label htmlFor={`${id}-aggregator`}>{t('runs.aggregator')}</label>
          <input
            id={`${id}-aggregator`}
            list={`${id}-models`}
            placeholder={t('runs.sameAggregator')}
            autoComplete="off"
            value={aggregator}
            onInput={(event) => setAggregator(event.currentTarget.value.trim())}
          />
          <datalist id={`${id}-models`}>
            {models.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </div>
        <div class="field">
          <label htmlFor={`${id}-mode`}>{t('runs.mode')}</label>
          <select id={`${id}-mode`} value={mode} onChange={(event) => setMode(event.currentTarget.value)}>
            <option value="">{t('runs.sameMode')}</option>
            <option value="native">{t('recipes.mode.native')}</option>
            <option value="together">{t('recipes.mode.together')}</option>
          </select>
        </div>
        <fieldset class="anew-proposals">
          <legend>{t('runs.proposals')}</legend>
          {run.proposers.map((name) => (
            <label key={name}>
              <input type="checkbox" checked={!without.includes(name)} onChange={() => toggle(name)} />
              {cleanLine(name)}
            </label>
          ))}
        </fieldset>
        <Button type="submit" kind="primary" disabled={busy || without.length === run.proposers.length}>
          {busy ? t('runs.asking') : t('runs.ask')}
        </Button>
      </form>
      {problem !== undefined && (
        <p class="banner banner-bad" role="alert">
          {problem}
        </p>
      )}
      <div class="two-sides" aria-live="polite">
        {answer && (
          <article class="side">
            <header>
              <h2>{t('runs.newAnswer', { model: cleanLine(answer.aggregator) })}</h2>
              <span class="muted">
                {formatDuration(answer.durationMs)} · {formatCost(answer.cost)}
                {answer.id !== undefined && (
                  <>
                    {' · '}
                    <a href={link('runs', answer.id)}>{t('runs.itsRun')}</a>
                  </>
                )}
              </span>
            </header>
            <Markdown text={answer.text} />
            {answer.degraded.map(({ message }, index) => (
              <p key={index} class="timeline-reason">
                {cleanLine(message)}
              </p>
            ))}
          </article>
        )}
        {run.trace.content && (
          <article class="side">
            <header>
              <h2>{t('runs.oldAnswer')}</h2>
              <span class="muted">
                {formatDuration(run.trace.durationMs)} · {formatCost(run.trace.cost)}
              </span>
            </header>
            <Markdown text={run.trace.content.answer} />
          </article>
        )}
      </div>
    </div>
  )
}

/** Names of what can be asked. */
export function useModels(kind?: 'recipe' | 'model'): readonly string[] {
  const [entries, setEntries] = useState<readonly { readonly id: string; readonly kind: string }[]>([])
  useEffect(() => {
    api.get<typeof entries>('models').then(setEntries, () => setEntries([]))
  }, [])
  return entries.filter((entry) => kind === undefined || entry.kind === kind).map((entry) => entry.id)
}
