import type { JSX } from 'preact'
import type { CallRecord } from '../../../../src/core/call.js'
import type { RunTrace } from '../../../../src/core/run-trace.js'
import { t } from '../../i18n/index.js'
import { cleanLine } from '../../markdown/clean.js'
import { formatDuration } from '../../util/format.js'
import { rowsOf, type Piece, type Row } from './waterfall.js'

/** What happened when: stages, slots, calls, retries and second copies as bars on one axis. */
export function Timeline({ trace }: { readonly trace: RunTrace }): JSX.Element {
  const rows = rowsOf(trace)
  const scaleMs = Math.max(1, trace.durationMs, trace.deadlineMs ?? 0)
  const ticks = ticksOf(scaleMs)
  return (
    <div class="timeline-frame" tabIndex={0} role="region" aria-label={t('runs.timeline')}>
      <table class="timeline">
        <caption class="visually-hidden">{t('runs.timeline')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('runs.row')}</th>
            <th scope="col" class="timeline-axis">
              <svg aria-hidden="true" width="100%" height="16">
                {ticks.map((ms) => (
                  <text key={ms} x={percent(ms, scaleMs)} y={12} text-anchor={ms === 0 ? 'start' : 'middle'}>
                    {formatDuration(ms)}
                  </text>
                ))}
              </svg>
            </th>
            <th scope="col" class="numeric">
              {t('runs.duration')}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <TimelineRow key={index} row={row} scale={{ scaleMs, ticks, deadlineMs: trace.deadlineMs }} />
          ))}
        </tbody>
      </table>
      <p class="timeline-key" aria-hidden="true">
        <span class="key-waiting" /> {t('runs.waiting')} <span class="key-writing" /> {t('runs.writing')}
        <span class="key-failed" /> {t('runs.slot.failed')} <span class="key-dropped" />{' '}
        {t('runs.slot.dropped')}
        {trace.deadlineMs !== undefined && (
          <>
            <span class="key-deadline" /> {t('runs.deadline')}
          </>
        )}
      </p>
    </div>
  )
}

interface Scale {
  readonly scaleMs: number
  readonly ticks: readonly number[]
  readonly deadlineMs: number | undefined
}

function TimelineRow({ row, scale }: { readonly row: Row; readonly scale: Scale }): JSX.Element {
  const { scaleMs, ticks, deadlineMs } = scale
  return (
    <tr class={`timeline-${row.level}`}>
      <th scope="row">
        <span class="timeline-name">{nameOf(row)}</span>{' '}
        {row.outcome && (
          <span class={`outcome outcome-${toneOf(row.outcome)}`}>{t(`runs.slot.${row.outcome}`)}</span>
        )}
        {row.reason !== undefined && <p class="timeline-reason">{cleanLine(row.reason)}</p>}
      </th>
      <td class="timeline-axis">
        {row.startMs === undefined ? (
          <span class="muted">{t('runs.notRun')}</span>
        ) : (
          <span class="visually-hidden">{t('runs.startedAfter', { time: formatDuration(row.startMs) })}</span>
        )}
        <svg aria-hidden="true" width="100%" height="18">
          {ticks.map((ms) => (
            <line
              key={ms}
              class="timeline-grid"
              x1={percent(ms, scaleMs)}
              x2={percent(ms, scaleMs)}
              y1="0"
              y2="18"
            />
          ))}
          {row.pieces.map((piece, index) => (
            <Bar key={index} piece={piece} scaleMs={scaleMs} />
          ))}
          {deadlineMs !== undefined && (
            <line
              class="timeline-deadline"
              x1={percent(deadlineMs, scaleMs)}
              x2={percent(deadlineMs, scaleMs)}
              y1="0"
              y2="18"
            />
          )}
        </svg>
      </td>
      <td class="numeric">{row.durationMs === undefined ? '–' : formatDuration(row.durationMs)}</td>
    </tr>
  )
}

function Bar({ piece, scaleMs }: { readonly piece: Piece; readonly scaleMs: number }): JSX.Element {
  const { fromMs, toMs, look } = piece
  const thin = look === 'stage'
  return (
    <rect
      class={`bar bar-${look}`}
      x={percent(fromMs, scaleMs)}
      width={`${Math.max(0.35, ((toMs - fromMs) / scaleMs) * 100)}%`}
      y={thin ? 7 : 3}
      height={thin ? 4 : 12}
      rx={2}
    />
  )
}

function nameOf(row: Row): string {
  switch (row.level) {
    case 'stage':
      return row.kind === undefined
        ? t('runs.inside')
        : t('runs.stage', { index: (row.stage ?? 0) + 1, kind: kindName(row.kind) })
    case 'slot':
      return cleanLine(row.name)
    case 'call':
      return row.call?.hedge ? t('runs.hedge') : callName(row)
  }
}

const callName = ({
  call,
  name,
}: {
  readonly call?: CallRecord | undefined
  readonly name: string
}): string => (call && call.attempt > 1 ? t('runs.try', { count: call.attempt }) : cleanLine(name))

const KINDS = ['propose', 'rank', 'vote', 'gate', 'critique', 'synthesize', 'pick'] as const

export function kindName(kind: string): string {
  const known = KINDS.find((name) => name === kind)
  return known ? t(`recipes.kind.${known}`) : kind
}

function toneOf(outcome: NonNullable<Row['outcome']>): string {
  return { used: 'good', failed: 'bad', dropped: 'warning', idle: 'muted' }[outcome]
}

const percent = (ms: number, scaleMs: number): string => `${Math.min(100, (ms / scaleMs) * 100).toFixed(3)}%`

/** Four or so round times. */
function ticksOf(scaleMs: number): number[] {
  const rough = scaleMs / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough
  return Array.from({ length: Math.floor(scaleMs / step) + 1 }, (_, index) => index * step).filter(
    (ms) => ms < scaleMs * 0.96,
  )
}
