import { signal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import type { StatusDocument } from '../../../../src/cli/ui/status/types.js'
import { api, messageOf } from '../../api/client.js'
import { Button } from '../../components/button.js'
import '../../components/fields.css'
import { t } from '../../i18n/index.js'
import { formatCount, formatDate, formatDuration } from '../../util/format.js'
import { Breakers, LiveRuns, Providers, Spend } from './tables.js'
import './status.css'

/** How often the gateway is asked while somebody looks. */
const EVERY_MS = 2_000
const MIB = 1024 * 1024

const status = signal<StatusDocument | undefined>(undefined)
const problem = signal<string | undefined>(undefined)

/** How the gateway is doing, brought up to date every other second while the page is seen. */
export function Page(): JSX.Element {
  useEffect(watch, [])
  const now = status.value
  return (
    <div class="page status">
      <h1>{t('page.status')}</h1>
      {problem.value !== undefined && (
        <p class="banner banner-bad" role="alert">
          {now ? t('status.stale', { time: formatDate(now.now) }) : problem.value}
        </p>
      )}
      {now === undefined ? (
        problem.value === undefined && <p class="muted">{t('app.loading')}</p>
      ) : (
        <>
          <Summary now={now} />
          {!now.everybody && <p class="banner">{t('status.own')}</p>}
          <section class="status-part">
            <h2>{t('status.live')}</h2>
            <LiveRuns now={now} />
          </section>
          <section class="status-part">
            <header>
              <h2>{t('status.providers')}</h2>
              <Button
                kind="quiet"
                icon="retry"
                disabled={now.probing}
                onClick={() => void load('POST', new AbortController().signal)}
              >
                {now.probing ? t('status.probing') : t('status.probe')}
              </Button>
            </header>
            <Providers now={now} />
          </section>
          <section class="status-part">
            <h2>{t('status.breakers')}</h2>
            <Breakers now={now} />
          </section>
          <section class="status-part">
            <h2>{t('status.spend', { day: now.spend.day })}</h2>
            <Spend now={now} />
          </section>
          <Warnings now={now} />
        </>
      )}
    </div>
  )
}

function Summary({ now }: { readonly now: StatusDocument }): JSX.Element {
  const facts: readonly (readonly [string, string])[] = [
    [
      t('status.live'),
      t('status.liveOf', { count: formatCount(now.runs.count), most: formatCount(now.runs.most) }),
    ],
    [t('status.up'), spanOf(now.now - now.startedAt)],
    [t('status.memory'), `${formatCount(Math.round(now.memoryBytes / MIB))} MiB`],
    [t('status.version'), now.version],
  ]
  return (
    <dl class="facts status-facts" aria-label={t('status.now')}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function Warnings({ now: { warnings } }: { readonly now: StatusDocument }): JSX.Element | null {
  if (warnings.length === 0) return null
  return (
    <section class="status-part">
      <h2>{t('status.warnings')}</h2>
      <ul>
        {warnings.map((warning) => (
          <li key={warning}>{warning}</li>
        ))}
      </ul>
    </section>
  )
}

/** Days and hours, without what nobody counts. */
function spanOf(ms: number): string {
  const hours = Math.floor(ms / 3_600_000)
  if (hours < 1) return formatDuration(Math.max(0, Math.round(ms / 1000) * 1000))
  const minutes = Math.floor((ms % 3_600_000) / 60_000)
  return hours < 48 ? `${hours} h ${minutes} m` : `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** Asks again and again; a page that is hidden waits. */
function watch(): () => void {
  const leaving = new AbortController()
  const { signal } = leaving
  let timer: ReturnType<typeof setTimeout> | undefined
  const next = async (): Promise<void> => {
    if (document.visibilityState === 'visible') await load('GET', signal)
    if (!signal.aborted) timer = setTimeout(() => void next(), EVERY_MS)
  }
  void next()
  return () => {
    leaving.abort()
    clearTimeout(timer)
  }
}

async function load(method: 'GET' | 'POST', signal: AbortSignal): Promise<void> {
  try {
    status.value =
      method === 'GET'
        ? await api.get<StatusDocument>('status', { signal })
        : await api.post<StatusDocument>('status/probe', {}, { signal })
    problem.value = undefined
  } catch (error) {
    if (!signal.aborted) problem.value = messageOf(error)
  }
}
