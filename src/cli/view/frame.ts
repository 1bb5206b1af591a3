import { fitLine, padLine, span, wrap, type Line, type Span, type Style } from '../terminal/style.js'
import { padEnd, padStart, textWidth, truncate, truncateStart } from '../terminal/width.js'
import { formatCount, formatSeconds } from './format.js'
import { stageName } from './stage-name.js'
import type { RunState, SlotPhase, SlotState, StageState } from './run-state.js'
import { oneLine } from '../terminal/sanitize.js'

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
/** How long each picture of the spinner stays. */
export const FRAME_MS = 80

const SYMBOLS: Record<Exclude<SlotPhase, 'asking' | 'writing'>, Span> = {
  waiting: span('·', { dim: true }),
  done: span('✓', { color: 'green' }),
  failed: span('✗', { color: 'red' }),
  dropped: span('–', { color: 'yellow' }),
}

export interface FrameSize {
  readonly columns: number
  readonly rows: number
}

/** Narrowest column in which a proposal is readable. */
const MIN_COLUMN = 30
/** Lines of text a column shows. */
const COLUMN_LINES = 6
const COLUMN_GAP = 3

export function spinner(now: number): string {
  return SPINNER[Math.floor(now / FRAME_MS) % SPINNER.length] as string
}

/** The heading of a stage. */
export function stageTitle(stages: readonly StageState[], index: number): Line {
  const [place = '', ...what] = stageName(
    stages.map(({ kind }) => kind),
    index,
  ).split(' · ')
  return [span(place, { bold: true }), span(what.map((word) => ` · ${word}`).join(''), { dim: true })]
}

/** Who is writing the answer, how much so far and since when. */
export function statusLine(state: RunState): Line {
  const { writer } = state
  if (writer === undefined) return []
  const now = state.now()
  const facts = [tokensOf(writer), secondsOf(writer, now)].filter((fact) => fact !== '').join('  ')
  return [symbolOf(writer, now), span(` ${writer.ref.name}  ${facts}`, { dim: true })]
}

/** One line for each slot; side by side with what they write when there is room. Fits the terminal. */
export function stageFrame(stage: StageState, now: number, size: FrameSize): Line[] {
  const slots = stage.slots.filter(({ phase, ref }) => stage.kind === 'propose' || shown(phase, ref.index))
  const busy = slots.some(({ phase }) => phase === 'asking' || phase === 'writing')
  const columnWidth = Math.floor((size.columns + COLUMN_GAP) / slots.length) - COLUMN_GAP
  const fits = columnWidth >= MIN_COLUMN && size.rows > COLUMN_LINES + 6
  if (busy && stage.kind === 'propose' && slots.length > 1 && fits) return columns(slots, now, columnWidth)
  const result = stage.result === undefined ? [] : wrap([span(`  ${stage.result}`)], size.columns)
  return [...(slots.length === 0 ? [] : rows(slots, now, size)), ...result]
}

/** Those who stand by are of interest only once they take over. */
const shown = (phase: SlotPhase, index: number): boolean => index === 0 || phase !== 'waiting'

function rows(slots: readonly SlotState[], now: number, { columns, rows: height }: FrameSize): Line[] {
  const room = Math.max(1, height - 4)
  const visible = slots.length > room ? slots.slice(0, room - 1) : slots
  const nameWidth = Math.min(
    Math.max(...slots.map(({ ref }) => textWidth(ref.name))),
    Math.max(10, Math.floor(columns * 0.4)),
  )
  const lines = visible.flatMap((slot) => slotRows(slot, now, { columns, nameWidth }))
  const hidden = slots.length - visible.length
  return hidden === 0 ? lines : [...lines, [span(`  … and ${hidden} more`, { dim: true })]]
}

/** Below this a preview is only noise. */
const MIN_PREVIEW = 16
/** Lines a reason may take below its slot. */
const REASON_LINES = 3
/** Terminals narrower than this get shorter figures. */
const COMPACT = 56

function slotRows(
  slot: SlotState,
  now: number,
  { columns, nameWidth }: { columns: number; nameWidth: number },
): Line[] {
  const compact = columns < COMPACT
  const [tokenWidth, timeWidth] = compact ? [8, 8] : [12, 10]
  const line: Span[] = [
    symbolOf(slot, now),
    span(' '),
    span(padEnd(truncate(slot.ref.name, nameWidth), nameWidth), { bold: slot.phase === 'writing' }),
    span(padStart(compact ? tokensOf(slot).replace(' tok', '') : tokensOf(slot), tokenWidth)),
    span(padStart(secondsOf(slot, now), timeWidth), { dim: true }),
  ]
  const left = columns - nameWidth - 4 - tokenWidth - timeWidth
  const { problem } = slot
  if (problem !== undefined) {
    const style: Style = { color: 'red' }
    if (textWidth(problem) > left) return [fitLine(line, columns), ...reasonLines(problem, columns)]
    line.push(span('  '), span(problem, style))
  } else if (slot.phase === 'writing' && left >= MIN_PREVIEW) {
    line.push(span('  '), span(truncateStart(tail(slot.text, left), left), { dim: true }))
  }
  return [fitLine(line, columns)]
}

/** A reason that is too long for its line, below it. */
function reasonLines(problem: string, columns: number): Line[] {
  const lines = wrap([span(problem, { color: 'red' })], columns - 4).map((line) => [span('    '), ...line])
  const cut = lines[REASON_LINES]
  return cut === undefined
    ? lines
    : [...lines.slice(0, REASON_LINES - 1), [...(lines[REASON_LINES - 1] as Line), span(' …')]].map((line) =>
        fitLine(line, columns),
      )
}

function columns(slots: readonly SlotState[], now: number, width: number): Line[] {
  const blocks = slots.map((slot) => column(slot, now, width))
  const gap = span(' │ ', { dim: true })
  return Array.from({ length: COLUMN_LINES + 1 }, (_, row) =>
    blocks.flatMap((block, index) => {
      const line = block[row] ?? []
      // Nothing is filled up on the right: a window that gets narrower would break the empty rest into lines.
      return [...(index > 0 ? [gap] : []), ...(index === blocks.length - 1 ? line : padLine(line, width))]
    }),
  )
}

function column(slot: SlotState, now: number, width: number): Line[] {
  const facts = [tokensOf(slot), secondsOf(slot, now)].filter((fact) => fact !== '').join(' ')
  const nameWidth = Math.max(6, width - 3 - textWidth(facts))
  const head: Line = [
    symbolOf(slot, now),
    span(' '),
    span(padEnd(truncate(slot.ref.name, nameWidth), nameWidth), { bold: true }),
    span(' '),
    span(facts, { dim: true }),
  ]
  const style: Style = slot.problem === undefined ? { dim: true } : { color: 'red' }
  // Cells are at most twice as many as characters, and lines break early; the rest is above the column anyway.
  const text = oneLine(slot.problem ?? tail(slot.text, width * (COLUMN_LINES + 2)))
  const lines = wrap([span(text, style)], width)
  return [head, ...(slot.problem === undefined ? lines.slice(-COLUMN_LINES) : lines.slice(0, COLUMN_LINES))]
}

/** The end of a text without the marks of Markdown that would only be noise here. */
const tail = (text: string, width: number): string =>
  oneLine(text.slice(-width * 2).replace(/\*\*|^#+ |^```\w*$/gm, ''))

function symbolOf({ phase }: SlotState, now: number): Span {
  if (phase === 'asking' || phase === 'writing') return span(spinner(now), { color: 'cyan' })
  return SYMBOLS[phase]
}

function tokensOf({ tokens, estimated, phase }: SlotState): string {
  if (tokens === 0) return phase === 'asking' ? 'asked' : ''
  return `${estimated && phase === 'writing' ? '~' : ''}${formatCount(tokens)} tok`
}

function secondsOf({ phase, startedAt, durationMs }: SlotState, now: number): string {
  if (phase === 'waiting') return ''
  return formatSeconds(durationMs ?? now - startedAt)
}
