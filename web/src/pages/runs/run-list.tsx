import type { JSX } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import type { ListedRun, RunList } from '../../../../src/cli/ui/runs/types.js'
import { link } from '../../app/router.js'
import { api, messageOf } from '../../api/client.js'
import { Button } from '../../components/button.js'
import { Table, type Column } from '../../components/table.js'
import { t } from '../../i18n/index.js'
import { cleanLine } from '../../markdown/clean.js'
import { formatCost, formatCount, formatDate, formatDuration } from '../../util/format.js'

const FILTERS = ['all', 'failed', 'degraded'] as const
type Filter = (typeof FILTERS)[number]

/** Recent runs, newest first, of every surface of this installation. */
export function RunListing(): JSX.Element {
  const [only, setOnly] = useState<Filter>('all')
  const [list, setList] = useState<RunList>()
  const [problem, setProblem] = useState<string>()
  const id = useId()
  const last = useRef(0)
  const load = async (before?: number): Promise<void> => {
    const turn = ++last.current // A slow reply must not take the place of what was asked for after it.
    const query = new URLSearchParams({
      ...(only !== 'all' && { only }),
      ...(before !== undefined && { before: String(before) }),
    })
    try {
      const next = await api.get<RunList>(`runs?${query}`)
      if (turn !== last.current) return
      setList((old) =>
        before === undefined || old === undefined ? next : { ...next, runs: [...old.runs, ...next.runs] },
      )
      setProblem(undefined)
    } catch (error) {
      if (turn === last.current) setProblem(messageOf(error))
    }
  }
  useEffect(() => void load(), [only])
  const older = list?.before
  return (
    <>
      {problem !== undefined && (
        <p class="banner banner-bad" role="alert">
          {problem}
        </p>
      )}
      {list?.off && <p class="banner">{t('runs.off')}</p>}
      {list && !list.off && !list.content && <p class="banner">{t('runs.noContent')}</p>}
      <div class="runs-tools">
        <div class="field runs-filter">
          <label htmlFor={id}>{t('runs.only')}</label>
          <select id={id} value={only} onChange={(event) => setOnly(event.currentTarget.value as Filter)}>
            {FILTERS.map((filter) => (
              <option key={filter} value={filter}>
                {t(`runs.only.${filter}`)}
              </option>
            ))}
          </select>
        </div>
        <Button icon="retry" onClick={() => void load()}>
          {t('runs.refresh')}
        </Button>
      </div>
      {list === undefined ? (
        problem === undefined && <p class="muted">{t('app.loading')}</p>
      ) : (
        <Table
          caption={t('runs.recent')}
          columns={columns()}
          rows={list.runs}
          keyOf={(run) => run.id}
          empty={t('runs.none')}
        />
      )}
      {older !== undefined && (
        <div>
          <Button onClick={() => void load(older)}>{t('runs.older')}</Button>
        </div>
      )}
    </>
  )
}

function columns(): Column<ListedRun>[] {
  return [
    {
      id: 'when',
      title: t('runs.when'),
      cell: (run) => (
        <a class="runs-when" href={link('runs', run.id)}>
          {formatDate(run.at)}
        </a>
      ),
    },
    {
      id: 'recipe',
      title: t('runs.recipe'),
      cell: (run) => (
        <>
          <b>{cleanLine(run.recipe)}</b>{' '}
          {run.simulated && <span class="tag tag-warning">{t('runs.simulated')}</span>}
          {run.question !== undefined && <p class="runs-question">{cleanLine(run.question)}</p>}
        </>
      ),
    },
    { id: 'outcome', title: t('runs.outcome'), cell: (run) => <Outcome run={run} /> },
    {
      id: 'duration',
      title: t('runs.duration'),
      numeric: true,
      cell: (run) => formatDuration(run.durationMs),
    },
    { id: 'calls', title: t('runs.calls'), numeric: true, cell: (run) => formatCount(run.calls) },
    { id: 'cost', title: t('runs.cost'), numeric: true, cell: (run) => formatCost(run.cost) },
  ]
}

/** How a run ended, in a word and a colour. */
export function Outcome({
  run,
}: {
  readonly run: Pick<ListedRun, 'outcome' | 'finishReason'> & { readonly degraded: number }
}): JSX.Element {
  const cut = run.outcome === 'finished' && run.finishReason === 'error'
  const tone = run.outcome === 'failed' || cut ? 'bad' : run.outcome === 'aborted' ? 'muted' : 'good'
  return (
    <span class="runs-outcome">
      <span class={`outcome outcome-${tone}`}>{t(`runs.outcome.${cut ? 'cut' : run.outcome}`)}</span>
      {run.degraded > 0 && <span class="tag tag-warning">{t('runs.degraded')}</span>}
    </span>
  )
}
