import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { CallRecord } from '../../../../src/core/call.js'
import type { RunTrace } from '../../../../src/core/run-trace.js'
import { Table, type Column, type Sorting } from '../../components/table.js'
import { t } from '../../i18n/index.js'
import { cleanLine } from '../../markdown/clean.js'
import { formatCost, formatCount, formatDuration } from '../../util/format.js'

const TONES = { completed: 'good', failed: 'bad', aborted: 'warning' } as const
const WORDS = { completed: 'used', failed: 'failed', aborted: 'dropped' } as const

/** Every call with its price, retries and second copies one by one. */
export function Ledger({ trace }: { readonly trace: Pick<RunTrace, 'calls' | 'at'> }): JSX.Element {
  const [sorting, sort] = useState<Sorting>({ column: 'start', descending: false })
  const columns: Column<CallRecord>[] = [
    {
      id: 'start',
      title: t('runs.when'),
      sortable: true,
      numeric: true,
      cell: (call) => formatDuration(Math.max(0, call.startedAt - trace.at)),
    },
    { id: 'slot', title: t('runs.slot'), cell: (call) => slotOf(call) },
    {
      id: 'model',
      title: t('runs.model'),
      cell: (call) => <code>{cleanLine(`${call.provider}/${call.model}`)}</code>,
    },
    {
      id: 'outcome',
      title: t('runs.outcome'),
      cell: (call) => (
        <>
          <span class={`outcome outcome-${TONES[call.outcome]}`}>
            {call.outcome === 'completed'
              ? t('runs.outcome.finished')
              : t(`runs.slot.${WORDS[call.outcome]}`)}
          </span>
          {call.hedge && <span class="tag">{t('runs.hedge')}</span>}
          {call.attempt > 1 && <span class="tag">{t('runs.try', { count: call.attempt })}</span>}
          {call.replayedFrom && <span class="tag">{t('runs.replayed', { from: call.replayedFrom })}</span>}
          {call.error && <p class="timeline-reason">{cleanLine(call.error.message)}</p>}
        </>
      ),
    },
    {
      id: 'first',
      title: t('runs.firstToken'),
      numeric: true,
      cell: ({ firstTokenMs }) => (firstTokenMs === undefined ? '–' : formatDuration(firstTokenMs)),
    },
    {
      id: 'duration',
      title: t('runs.duration'),
      numeric: true,
      sortable: true,
      cell: (call) => formatDuration(call.durationMs),
    },
    {
      id: 'tokens',
      title: t('runs.tokens'),
      numeric: true,
      cell: ({ usage, usageSource }) =>
        `${usageSource === 'estimated' ? '~' : ''}${formatCount(usage.inputTokens)} / ${formatCount(usage.outputTokens)}`,
    },
    {
      id: 'cost',
      title: t('runs.cost'),
      numeric: true,
      sortable: true,
      cell: ({ costUsd }) => formatCost({ usd: costUsd, unpricedCalls: costUsd === null ? 1 : 0 }),
    },
  ]
  const measure = (call: CallRecord): number =>
    ({ start: call.startedAt, duration: call.durationMs, cost: call.costUsd ?? -1 })[sorting.column] ?? 0
  const rows = [...trace.calls].sort((a, b) => (measure(a) - measure(b)) * (sorting.descending ? -1 : 1))
  return (
    <Table
      caption={t('runs.ledger')}
      columns={columns}
      rows={rows}
      keyOf={({ id }) => id}
      sorting={sorting}
      onSort={sort}
    />
  )
}

function slotOf({ slot }: CallRecord): string {
  return slot === undefined ? '–' : `${slot.stage + 1}.${slot.index + 1} ${cleanLine(slot.name)}`
}
