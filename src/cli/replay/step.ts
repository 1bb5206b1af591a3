import { createInterface } from 'node:readline'
import { MoaError } from '../../core/errors.js'
import type { ModelEvent } from '../../core/events.js'
import type { Tape } from '../../core/tape.js'
import type { Shell } from '../shell.js'
import { oneLine } from '../terminal/sanitize.js'
import { truncate } from '../terminal/width.js'
import { formatCost, formatDuration } from '../view/format.js'
import { stageResult } from '../view/stage-result.js'

type TimedEvent = readonly [number, ModelEvent]

/**
 * Shows a recorded run event by event: the next one on Enter, everything that is left when the input ends. Pieces of
 * text that follow one another are one step.
 *
 * @param options.json print events as they are, a line of JSON each
 * @throws {@link MoaError} what the recorded run ended with
 */
export async function stepThrough(
  tape: Tape,
  { shell, json }: { shell: Shell; json: boolean },
): Promise<void> {
  const { stdin, stdout, signal } = shell
  const reader = createInterface({ input: stdin, crlfDelay: Infinity })
  const stop = (): void => reader.close()
  signal.addEventListener('abort', stop, { once: true })
  const lines = reader[Symbol.asyncIterator]()
  if (stdin.isTTY) shell.note('Enter shows the next event, Ctrl-D all that is left.')
  let waiting = true
  try {
    for (const [index, [ms, event]] of joinPieces(tape.events).entries()) {
      if (index > 0 && waiting) waiting = (await lines.next()).done !== true
      signal.throwIfAborted()
      const text = json ? JSON.stringify(event) : describeEvent(ms, event, stdout.columns)
      await shell.write(`${text}\n`)
    }
  } finally {
    signal.removeEventListener('abort', stop)
    reader.close()
  }
  if (tape.error) throw new MoaError(tape.error.code, tape.error.message, tape.error)
}

/** Pieces of the same text that follow one another as one piece. */
function joinPieces(events: readonly TimedEvent[]): TimedEvent[] {
  const joined: TimedEvent[] = []
  for (const [ms, event] of events) {
    const before = joined.at(-1)
    if (before && 'text' in event && 'text' in before[1] && sameText(before[1], event))
      joined[joined.length - 1] = [before[0], { ...before[1], text: before[1].text + event.text }]
    else joined.push([ms, event])
  }
  return joined
}

function sameText(a: ModelEvent, b: ModelEvent): boolean {
  if (a.type === 'proposal-delta' && b.type === 'proposal-delta')
    return a.slot.stage === b.slot.stage && a.slot.index === b.slot.index
  return a.type === b.type && a.type.endsWith('-delta')
}

/** One line that fits the terminal: when, what, and the gist. */
function describeEvent(ms: number, event: ModelEvent, columns: number): string {
  const head = `${`${(ms / 1000).toFixed(3)} s`.padStart(10)}  ${event.type}`
  return truncate(`${head}  ${oneLine(gistOf(event))}`.trimEnd(), Math.max(20, columns))
}

function gistOf(event: ModelEvent): string {
  switch (event.type) {
    case 'run-start':
      return `${event.recipe} ${event.runId}`
    case 'stage-start':
      return `${event.stage + 1} ${event.kind}`
    case 'stage-end':
      return `${event.stage + 1} ${event.kind}: ${event.proposals} proposals in ${formatDuration(event.durationMs)}`
    case 'proposal-start':
      return event.slot.name
    case 'proposal-delta':
      return `${event.slot.name}: ${event.text}`
    case 'proposal-end':
      return `${event.proposal.slot.name}: ${event.proposal.text}`
    case 'proposal-failed':
      return `${event.slot.name}: ${event.error.message}`
    case 'proposal-dropped':
      return `${event.slot.name}: ${event.reason}`
    case 'review-end':
      return `${event.slot.name}: ${event.text}`
    case 'ranking-end':
    case 'vote-end':
    case 'gate-end':
      return stageResult(event)
    case 'degraded':
      return event.degradation.message
    case 'call-settled': {
      const { provider, model, attempt, outcome, durationMs } = event.call
      return `${provider}/${model} try ${attempt}: ${outcome} in ${formatDuration(durationMs)}`
    }
    case 'answer-start':
      return event.model
    case 'answer-delta':
    case 'reasoning-delta':
    case 'refusal-delta':
      return event.text
    case 'tool-call-delta':
      return `${event.name ?? ''} ${event.arguments}`
    case 'finish':
      return `${event.reason}, cost ${formatCost(event.cost)}`
  }
}
