import type { JSX } from 'preact'
import type { ProviderStatus, StatusDocument } from '../../../../src/cli/ui/status/types.js'
import { Table, type Column } from '../../components/table.js'
import { t } from '../../i18n/index.js'
import { cleanLine } from '../../markdown/clean.js'
import { formatCost, formatCount, formatDuration } from '../../util/format.js'

interface Now {
  readonly now: StatusDocument
}

/** A word with a coloured dot; the word says it too. */
function Dot({
  tone,
  children,
}: {
  readonly tone: 'good' | 'bad' | 'warning' | 'muted'
  readonly children: string
}): JSX.Element {
  return <span class={`dot dot-${tone}`}>{children}</span>
}

/** Who waits for an answer, the one who waits longest first. */
export function LiveRuns({ now }: Now): JSX.Element {
  type Run = StatusDocument['runs']['live'][number]
  const columns: Column<Run>[] = [
    { id: 'model', title: t('status.model'), cell: ({ model }) => cleanLine(model) },
    ...(now.keys ? [{ id: 'key', title: t('status.key'), cell: ({ key = '' }: Run) => cleanLine(key) }] : []),
    {
      id: 'since',
      title: t('status.since'),
      numeric: true,
      cell: ({ startedAt }) => formatDuration(Math.max(0, now.now - startedAt)),
    },
  ]
  const rows = now.runs.live.map((run, index) => ({ ...run, index }))
  return (
    <Table
      caption={t('status.live')}
      columns={columns}
      rows={rows}
      keyOf={({ index }: Run & { index?: number }) => String(index)}
      empty={t('status.noLive')}
    />
  )
}

export function Providers({ now }: Now): JSX.Element {
  const columns: Column<ProviderStatus>[] = [
    { id: 'name', title: t('status.provider'), cell: ({ name }) => <b>{name}</b> },
    { id: 'state', title: t('status.state'), cell: (provider) => <Reach provider={provider} /> },
    { id: 'models', title: t('status.models'), numeric: true, cell: ({ reach }) => reach?.models ?? '–' },
    {
      id: 'latency',
      title: t('status.latency'),
      numeric: true,
      cell: ({ reach }) => (reach?.ok ? formatDuration(reach.latencyMs) : '–'),
    },
    { id: 'host', title: t('status.server'), cell: ({ host }) => <code>{host}</code> },
    { id: 'key', title: t('status.keyFrom'), cell: ({ keyFrom }) => keyFrom ?? t('status.noKey') },
    { id: 'limits', title: t('status.limits'), cell: limitsOf },
  ]
  return (
    <Table
      caption={t('status.providers')}
      columns={columns}
      rows={now.providers}
      keyOf={({ name }) => name}
      empty={t('status.noProviders')}
    />
  )
}

function Reach({ provider: { reach } }: { readonly provider: ProviderStatus }): JSX.Element {
  if (reach === undefined) return <Dot tone="muted">{t('status.unknown')}</Dot>
  if (reach.ok) return <Dot tone="good">{t('status.reachable')}</Dot>
  return (
    <>
      <Dot tone="bad">{t('status.unreachable')}</Dot>
      <p class="status-why">{cleanLine(reach.message ?? '')}</p>
    </>
  )
}

function limitsOf({ limits }: ProviderStatus): string {
  const { concurrency, requestsPerMinute, tokensPerMinute } = limits
  const words = [
    ...(concurrency === undefined ? [] : [t('status.concurrency', { count: formatCount(concurrency) })]),
    ...(requestsPerMinute === undefined
      ? []
      : [t('status.perMinute', { count: formatCount(requestsPerMinute) })]),
    ...(tokensPerMinute === undefined
      ? []
      : [t('status.tokensPerMinute', { count: formatCount(tokensPerMinute) })]),
  ]
  return words.length === 0 ? t('status.noLimits') : words.join(', ')
}

/** Breakers that have something to tell; those of servers that never failed are left out. */
export function Breakers({ now }: Now): JSX.Element {
  type Breaker = StatusDocument['breakers'][number]
  const tones = { closed: 'good', open: 'bad', 'half-open': 'warning' } as const
  const columns: Column<Breaker>[] = [
    {
      id: 'upstream',
      title: t('status.upstream'),
      cell: ({ upstream }) => <code>{cleanLine(upstream)}</code>,
    },
    {
      id: 'state',
      title: t('status.state'),
      cell: ({ state }) => <Dot tone={tones[state]}>{t(`status.breaker.${state}`)}</Dot>,
    },
    {
      id: 'failures',
      title: t('status.failures'),
      numeric: true,
      cell: ({ failures }) => formatCount(failures),
    },
    {
      id: 'probe',
      title: t('status.probeIn'),
      numeric: true,
      cell: ({ state, probeInMs }) => (state === 'open' ? formatDuration(probeInMs) : '–'),
    },
    {
      id: 'error',
      title: t('status.lastError'),
      cell: ({ lastError }) => cleanLine(lastError?.message ?? '–'),
    },
  ]
  const rows = now.breakers.filter(({ state, failures }) => state !== 'closed' || failures > 0)
  return (
    <Table
      caption={t('status.breakers')}
      columns={columns}
      rows={rows}
      keyOf={({ upstream }) => upstream}
      empty={t('status.noBreakers')}
    />
  )
}

/** What answers have cost since midnight UTC. */
export function Spend({ now }: Now): JSX.Element {
  type Line = StatusDocument['spend']['lines'][number]
  const { lines } = now.spend
  const total = lines.reduce<Line>(
    (sum, line) => ({
      ...sum,
      runs: sum.runs + line.runs,
      failed: sum.failed + line.failed,
      calls: sum.calls + line.calls,
      inputTokens: sum.inputTokens + line.inputTokens,
      outputTokens: sum.outputTokens + line.outputTokens,
      usd: sum.usd + line.usd,
      unpricedCalls: sum.unpricedCalls + line.unpricedCalls,
    }),
    {
      model: '',
      keyId: '',
      key: '',
      runs: 0,
      failed: 0,
      calls: 0,
      inputTokens: 0,
      outputTokens: 0,
      usd: 0,
      unpricedCalls: 0,
    },
  )
  const columns: Column<Line>[] = [
    {
      id: 'model',
      title: t('status.model'),
      cell: (line) => (line === total ? <b>{t('status.total')}</b> : cleanLine(line.model)),
    },
    ...(now.keys ? [{ id: 'key', title: t('status.key'), cell: ({ key }: Line) => cleanLine(key) }] : []),
    { id: 'runs', title: t('status.runs'), numeric: true, cell: ({ runs }) => formatCount(runs) },
    { id: 'failed', title: t('status.failed'), numeric: true, cell: ({ failed }) => formatCount(failed) },
    { id: 'calls', title: t('status.calls'), numeric: true, cell: ({ calls }) => formatCount(calls) },
    {
      id: 'tokens',
      title: t('status.tokens'),
      numeric: true,
      cell: ({ inputTokens, outputTokens }) => `${formatCount(inputTokens)} / ${formatCount(outputTokens)}`,
    },
    { id: 'cost', title: t('status.cost'), numeric: true, cell: costOf },
  ]
  return (
    <Table
      caption={t('status.spend', { day: now.spend.day })}
      columns={columns}
      rows={lines.length > 1 ? [...lines, total] : lines}
      keyOf={(line) => (line === total ? '' : `${line.keyId} ${line.model}`)}
      empty={t('status.noSpend')}
    />
  )
}

function costOf({ usd, calls, unpricedCalls }: StatusDocument['spend']['lines'][number]): string {
  return formatCost({ usd: unpricedCalls === calls && calls > 0 ? null : usd, unpricedCalls })
}
