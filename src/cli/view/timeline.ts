import { callsOf, type RunTrace, type SlotTrace } from '../../core/run-trace.js'
import type { CallRecord } from '../../core/call.js'
import { oneLine } from '../terminal/sanitize.js'
import {
  fitLine,
  lineWidth,
  span,
  wrap,
  type Color,
  type Line,
  type Span,
  type Style,
} from '../terminal/style.js'
import { padEnd, padStart, textWidth, truncate } from '../terminal/width.js'
import { formatCost, formatCount, formatDuration } from './format.js'
import { stageName } from './stage-name.js'
import { stageResult } from './stage-result.js'
import { degradedLines } from './summary.js'

/** A run as a waterfall: stages, and below each its slots with every call, on one axis of time. Fits the terminal. */
export function timelineLines(trace: RunTrace, columns: number): Line[] {
  const axis = axisOf(trace, columns)
  return [
    ...headLines(trace, columns),
    [],
    rulerLine(axis),
    ...trace.stages.flatMap((_, stage) => stageLines(trace, stage, axis)),
    ...nestedLines(trace, axis),
    ...wrap([span('░ waiting  █ answered  × failed  ▒ called off', { dim: true })], columns),
    ...endLines(trace, columns),
  ].map((line) => fitLine(line, columns))
}

/** How time becomes cells. */
interface Axis {
  readonly columns: number
  readonly labelWidth: number
  readonly barWidth: number
  /** Milliseconds over the whole bar. */
  readonly scaleMs: number
  /** Cell of the deadline, if it is within the bar. */
  readonly deadlineCell: number | undefined
}

/** Width of the figures on the right. */
const TAIL = 9
const MIN_BAR = 8
const INDENT = '  '

function axisOf(trace: RunTrace, columns: number): Axis {
  const { durationMs, deadlineMs, stages, calls } = trace
  const kinds = stages.map(({ kind }) => kind)
  const labels = [
    ...stages.map((_, index) => stageName(kinds, index)),
    ...stages.flatMap(({ slots }) => slots.map(({ name }) => `${INDENT}✓ ${oneLine(name)}`)),
  ]
  const wanted = Math.max(...labels.map(textWidth), 12)
  const labelWidth = Math.max(6, Math.min(wanted, Math.floor(columns * 0.4), columns - TAIL - MIN_BAR - 2))
  const ends = calls.map((call) => call.startedAt - trace.at + call.durationMs)
  const lastMs = Math.max(durationMs, ...ends, 1)
  // A deadline far away would press everything into a corner.
  const scaleMs = deadlineMs !== undefined && deadlineMs <= 2 * lastMs ? Math.max(lastMs, deadlineMs) : lastMs
  const barWidth = Math.max(1, columns - labelWidth - TAIL - 2)
  const deadlineCell =
    deadlineMs === undefined || deadlineMs > scaleMs
      ? undefined
      : Math.min(barWidth - 1, Math.floor((deadlineMs / scaleMs) * barWidth))
  return { columns, labelWidth, barWidth, scaleMs, deadlineCell }
}

const OUTCOMES: Record<RunTrace['outcome'], { readonly word: string; readonly color: Color }> = {
  finished: { word: 'finished', color: 'green' },
  failed: { word: 'failed', color: 'red' },
  aborted: { word: 'aborted', color: 'yellow' },
}

function headLines(trace: RunTrace, columns: number): Line[] {
  const { word, color } = OUTCOMES[trace.outcome]
  const { usage, cost, calls, firstTokenMs, deadlineMs } = trace
  const facts = [
    `${word} after ${formatDuration(trace.durationMs)}`,
    ...(trace.finishReason === undefined || trace.finishReason === 'stop' ? [] : [trace.finishReason]),
    ...(firstTokenMs === undefined ? [] : [`first token after ${formatDuration(firstTokenMs)}`]),
    ...(deadlineMs === undefined ? [] : [`deadline ${formatDuration(deadlineMs)}`]),
  ]
  const bill = [
    calls.length === 1 ? '1 call' : `${formatCount(calls.length)} calls`,
    `${formatCount(usage.inputTokens)} tokens in, ${formatCount(usage.outputTokens)} out`,
    `cost ${formatCost(cost)}`,
  ]
  const when = new Date(trace.at).toISOString().slice(0, 19).replace('T', ' ')
  const simulated = trace.simulated === true ? ' · SIMULATED' : ''
  return [
    [span(oneLine(trace.recipe), { bold: true }), span(` · ${oneLine(trace.id)}`)],
    [span(`${when} UTC · ${oneLine(trace.source)}${simulated}`, { dim: true })],
    ...wrap([span(facts.join(' · '), { color })], columns),
    ...wrap([span(bill.join(' · '))], columns),
  ]
}

function rulerLine({ labelWidth, barWidth, scaleMs, deadlineCell }: Axis): Line {
  const end = formatDuration(scaleMs)
  const ruler = deadlineCell === undefined ? '' : ' ┊ deadline'
  const room = Math.max(0, barWidth - 1 - textWidth(end))
  return [span(`${padEnd('', labelWidth)} 0${padEnd(truncate(ruler, room), room)}${end}`, { dim: true })]
}

function stageLines(trace: RunTrace, index: number, axis: Axis): Line[] {
  const stage = trace.stages[index]
  if (!stage) return []
  const { startMs, slots, kind, result } = stage
  const title = stageName(
    trace.stages.map((each) => each.kind),
    index,
  )
  if (startMs === undefined)
    return [row({ label: [span(title, { dim: true })], bar: [], tail: 'not run' }, axis)]
  const endMs = stage.durationMs === undefined ? trace.durationMs : startMs + stage.durationMs
  const piece: Piece = { from: startMs, to: endMs, fill: '─', style: { dim: true }, ends: ['├', '┤'] }
  const head = row(
    {
      label: [span(title, { bold: true })],
      bar: bar([piece], axis),
      tail: formatDuration(endMs - startMs),
    },
    axis,
  )
  const shown = [...slots.entries()].filter(([, { outcome }]) => kind === 'propose' || outcome !== 'idle')
  const weighed = result === undefined ? [] : wrap([span(`${INDENT}${stageResult(result)}`)], axis.columns)
  return [
    head,
    ...shown.flatMap(([slot, state]) =>
      slotLines(state, callsOf(trace, { stage: index, index: slot }), { trace, axis }),
    ),
    ...weighed,
  ]
}

const SLOT_MARKS: Record<SlotTrace['outcome'], Span> = {
  used: span('✓', { color: 'green' }),
  failed: span('✗', { color: 'red' }),
  dropped: span('–', { color: 'yellow' }),
  idle: span('·', { dim: true }),
}

function slotLines(
  slot: SlotTrace,
  calls: readonly CallRecord[],
  { trace, axis }: { trace: RunTrace; axis: Axis },
): Line[] {
  const label: Line = [span(INDENT), SLOT_MARKS[slot.outcome], span(` ${oneLine(slot.name)}`)]
  const reason = reasonLines(slot.reason, axis)
  const inOrder = [...calls].sort((a, b) => a.startedAt - b.startedAt)
  const [first, ...others] = inOrder
  if (first === undefined) {
    const { startMs, durationMs = 0, outcome } = slot
    if (startMs === undefined)
      return [row({ label, bar: [], tail: outcome === 'idle' ? 'not asked' : '' }, axis)]
    // Nobody upstream was asked, or a recipe answered; its calls are listed below.
    const piece: Piece = { from: startMs, to: startMs + durationMs, fill: '─', style: { dim: true } }
    return [row({ label, bar: bar([piece], axis), tail: formatDuration(durationMs) }, axis), ...reason]
  }
  const more = others.map((call) => {
    const name = call.hedge === true ? 'second copy' : call.attempt > 1 ? `try ${call.attempt}` : 'again'
    return callRow([span(`${INDENT}${INDENT}${name}`, { dim: true })], call, { trace, axis })
  })
  return [callRow(label, first, { trace, axis }), ...more, ...reason]
}

function callRow(label: Line, call: CallRecord, { trace, axis }: { trace: RunTrace; axis: Axis }): Line {
  const from = call.startedAt - trace.at
  const to = from + call.durationMs
  const written = call.firstTokenMs === undefined ? from : from + call.firstTokenMs
  const color: Color = call.outcome === 'completed' ? 'green' : call.outcome === 'failed' ? 'red' : 'yellow'
  const fill = call.outcome === 'completed' ? '█' : call.outcome === 'failed' ? '×' : '▒'
  const waiting: Piece = { from, to: written, fill: '░', style: { dim: true } }
  const pieces = [...(written > from ? [waiting] : []), { from: written, to, fill, style: { color } }]
  return row({ label, bar: bar(pieces, axis), tail: formatDuration(call.durationMs) }, axis)
}

/** Calls of recipes that are slots of this one. */
function nestedLines(trace: RunTrace, axis: Axis): Line[] {
  const own = new Set(
    trace.stages.flatMap(({ slots }, stage) =>
      slots.flatMap((_, index) => callsOf(trace, { stage, index }).map(({ id }) => id)),
    ),
  )
  const inside = trace.calls.filter(({ id }) => !own.has(id))
  if (inside.length === 0) return []
  const lines = [...inside]
    .sort((a, b) => a.startedAt - b.startedAt)
    .map((call) => {
      const mark =
        SLOT_MARKS[call.outcome === 'completed' ? 'used' : call.outcome === 'failed' ? 'failed' : 'dropped']
      const name = oneLine(call.slot?.name ?? `${call.provider}/${call.model}`)
      return callRow([span(INDENT), mark, span(` ${name}`)], call, { trace, axis })
    })
  return [[span('inside recipes', { bold: true })], ...lines]
}

/** Lines a reason may take. */
const REASON_LINES = 2

function reasonLines(reason: string | undefined, { columns }: Axis): Line[] {
  if (reason === undefined) return []
  const indent = INDENT.repeat(2)
  const lines = wrap([span(oneLine(reason), { dim: true })], Math.max(1, columns - indent.length))
  const shown = lines.slice(0, REASON_LINES).map((line): Line => [span(indent), ...line])
  return lines.length > REASON_LINES ? [...shown.slice(0, -1), [...(shown.at(-1) ?? []), span(' …')]] : shown
}

function endLines({ degraded, error, content }: RunTrace, columns: number): Line[] {
  const failure =
    error === undefined ? [] : wrap([span(`✗ ${oneLine(error.message)}`, { color: 'red' })], columns)
  const told = [...degradedLines(degraded, columns), ...failure]
  const texts =
    content === undefined
      ? []
      : [[], [span('answer', { bold: true })], ...wrap([span(content.answer)], columns)]
  return [...(told.length > 0 ? [[], ...told] : []), ...texts]
}

function row({ label, bar: cells, tail }: { label: Line; bar: Line; tail: string }, axis: Axis): Line {
  const { labelWidth, barWidth } = axis
  const name = fitLine(label, labelWidth)
  const gap = padEnd('', labelWidth - lineWidth(name) + 1)
  const rest = padEnd('', barWidth - lineWidth(cells))
  return [...name, span(gap), ...cells, span(rest), span(padStart(tail, TAIL + 1), { dim: true })]
}

/** A part of a bar. */
interface Piece {
  /** Milliseconds from the run's beginning. */
  readonly from: number
  readonly to: number
  readonly fill: string
  readonly style: Style
  /** First and last cell, where there is room for both. */
  readonly ends?: readonly [string, string]
}

/** Pieces on the axis; each takes at least one cell. */
function bar(pieces: readonly Piece[], { barWidth, scaleMs, deadlineCell }: Axis): Line {
  const cells: Span[] = Array.from({ length: barWidth }, (_, cell) =>
    cell === deadlineCell ? span('┊', { dim: true }) : span(' '),
  )
  for (const { from, to, fill, style, ends } of pieces) {
    const start = Math.min(barWidth - 1, Math.max(0, Math.floor((from / scaleMs) * barWidth)))
    const end = Math.min(barWidth, Math.max(start + 1, Math.round((to / scaleMs) * barWidth)))
    for (let cell = start; cell < end; cell += 1) cells[cell] = span(fill, style)
    if (ends && end - start > 1) {
      cells[start] = span(ends[0], style)
      cells[end - 1] = span(ends[1], style)
    }
  }
  return cells
}
