import type { CallRecord } from '../../../../src/core/call.js'
import { callsOf, type RunTrace, type SlotTrace } from '../../../../src/core/run-trace.js'

/** A part of a bar; times are milliseconds since the run began. */
export interface Piece {
  readonly fromMs: number
  readonly toMs: number
  readonly look: 'stage' | 'waiting' | 'writing' | 'failed' | 'dropped' | 'inside'
}

/** One line of the timeline. */
export interface Row {
  readonly level: 'stage' | 'slot' | 'call'
  readonly name: string
  readonly stage?: number
  /** Of a stage; absent for the calls inside nested recipes. */
  readonly kind?: string
  readonly call?: CallRecord
  readonly outcome?: SlotTrace['outcome']
  readonly reason?: string
  readonly startMs?: number
  readonly durationMs?: number
  readonly pieces: readonly Piece[]
}

/** A run as lines: each stage, its slots, and the further calls that were made for a slot. */
export function rowsOf(trace: RunTrace): Row[] {
  const rows = trace.stages.flatMap((stage, index): Row[] => {
    const { startMs, kind } = stage
    const durationMs = startMs === undefined ? undefined : (stage.durationMs ?? trace.durationMs - startMs)
    const head: Row = {
      level: 'stage',
      name: kind,
      kind,
      stage: index,
      ...(startMs !== undefined && { startMs }),
      ...(durationMs !== undefined && { durationMs }),
      pieces:
        startMs === undefined ? [] : [{ fromMs: startMs, toMs: startMs + (durationMs ?? 0), look: 'stage' }],
    }
    const slots = stage.slots.flatMap((slot, place) =>
      startMs === undefined ? [] : slotRows(slot, callsOf(trace, { stage: index, index: place }), trace),
    )
    return [head, ...slots]
  })
  return [...rows, ...insideRows(trace)]
}

function slotRows(slot: SlotTrace, calls: readonly CallRecord[], trace: RunTrace): Row[] {
  const [first, ...others] = [...calls].sort((a, b) => a.startedAt - b.startedAt)
  const { name, outcome, reason, startMs, durationMs } = slot
  const why = reason !== undefined && { reason }
  if (first === undefined)
    return [
      {
        level: 'slot',
        name,
        outcome,
        ...why,
        ...(startMs !== undefined && { startMs }),
        ...(durationMs !== undefined && { durationMs }),
        pieces:
          startMs === undefined
            ? []
            : [{ fromMs: startMs, toMs: startMs + (durationMs ?? 0), look: 'inside' }],
      },
    ]
  return [
    { ...callRow(first, trace), level: 'slot', name, outcome, ...why },
    ...others.map((call) => callRow(call, trace)),
  ]
}

function callRow(call: CallRecord, trace: RunTrace): Row {
  const fromMs = Math.max(0, call.startedAt - trace.at)
  const toMs = fromMs + call.durationMs
  const writtenMs = fromMs + (call.firstTokenMs ?? 0)
  const look = call.outcome === 'completed' ? 'writing' : call.outcome === 'failed' ? 'failed' : 'dropped'
  return {
    level: 'call',
    name: call.slot?.name ?? `${call.provider}/${call.model}`,
    call,
    startMs: fromMs,
    durationMs: call.durationMs,
    pieces: [
      ...(writtenMs > fromMs ? [{ fromMs, toMs: writtenMs, look: 'waiting' as const }] : []),
      { fromMs: writtenMs, toMs, look },
    ],
  }
}

/** Calls of recipes that are slots of this one. */
function insideRows(trace: RunTrace): Row[] {
  const own = new Set(
    trace.stages.flatMap(({ slots }, stage) =>
      slots.flatMap((_, index) => callsOf(trace, { stage, index }).map(({ id }) => id)),
    ),
  )
  const inside = trace.calls.filter(({ id }) => !own.has(id)).sort((a, b) => a.startedAt - b.startedAt)
  if (inside.length === 0) return []
  return [{ level: 'stage', name: '', startMs: 0, pieces: [] }, ...inside.map((call) => callRow(call, trace))]
}
