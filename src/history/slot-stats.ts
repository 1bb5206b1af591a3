import { callsOf, type CallRecord, type RunTrace, type SlotTrace } from '../core/index.js'

/** How one slot of a recipe has done over many runs. */
export interface SlotStats {
  readonly recipe: string
  /** From 0. */
  readonly stage: number
  readonly kind: string
  readonly slot: string
  readonly model: string
  /** Runs that came to its stage. */
  readonly runs: number
  /** Share of the runs it was asked in that its answer went into; `null` when it was never asked. */
  readonly share: number | null
  readonly failed: number
  readonly dropped: number
  /** Milliseconds to its whole answer, over the runs it made it into; `null` when there is none. */
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
  /** Every call made for it; retries, hedges and dropped ones included. */
  readonly calls: number
  readonly inputTokens: number
  readonly outputTokens: number
  /** US dollars of the priced calls; `null` when none has a price. */
  readonly costUsd: number | null
  readonly unpricedCalls: number
}

interface Tally {
  readonly place: Pick<SlotStats, 'recipe' | 'stage' | 'kind' | 'slot' | 'model'>
  readonly outcomes: SlotTrace[]
  readonly calls: CallRecord[]
}

/** Figures for each slot of each recipe, in the order of stages and slots. Calls inside nested recipes are left out. */
export function slotStats(traces: Iterable<RunTrace>): SlotStats[] {
  const tallies = new Map<string, Tally>()
  for (const trace of traces) {
    for (const [stage, { kind, startMs, slots }] of trace.stages.entries()) {
      // What was never reached says nothing about its slots.
      if (startMs === undefined) continue
      for (const [index, slot] of slots.entries()) {
        const { recipe } = trace
        const key = JSON.stringify([recipe, stage, index, slot.name, slot.model])
        let tally = tallies.get(key)
        if (tally === undefined) {
          const place = { recipe, stage, kind, slot: slot.name, model: slot.model }
          tallies.set(key, (tally = { place, outcomes: [], calls: [] }))
        }
        tally.outcomes.push(slot)
        tally.calls.push(...callsOf(trace, { stage, index }))
      }
    }
  }
  return [...tallies].sort(([, a], [, b]) => compare(a, b)).map(([, tally]) => statsOf(tally))
}

function compare({ place: a }: Tally, { place: b }: Tally): number {
  if (a.recipe !== b.recipe) return a.recipe < b.recipe ? -1 : 1
  return a.stage - b.stage
}

function statsOf({ place, outcomes, calls }: Tally): SlotStats {
  const count = (wanted: SlotTrace['outcome']): number =>
    outcomes.filter(({ outcome }) => outcome === wanted).length
  const asked = outcomes.length - count('idle')
  const times = outcomes
    .flatMap(({ outcome, durationMs }) =>
      outcome === 'used' && durationMs !== undefined ? [durationMs] : [],
    )
    .sort((a, b) => a - b)
  const paid = calls.filter(
    ({ usageSource, replayedFrom }) => usageSource !== 'none' && replayedFrom === undefined,
  )
  const priced = paid.flatMap(({ costUsd }) => (costUsd === null ? [] : [costUsd]))
  return {
    ...place,
    runs: outcomes.length,
    share: asked === 0 ? null : count('used') / asked,
    failed: count('failed'),
    dropped: count('dropped'),
    p50Ms: percentile(times, 0.5),
    p95Ms: percentile(times, 0.95),
    p99Ms: percentile(times, 0.99),
    calls: calls.length,
    inputTokens: paid.reduce((sum, { usage }) => sum + usage.inputTokens, 0),
    outputTokens: paid.reduce((sum, { usage }) => sum + usage.outputTokens, 0),
    costUsd: priced.length === 0 ? null : priced.reduce((sum, usd) => sum + usd, 0),
    unpricedCalls: paid.length - priced.length,
  }
}

/** The smallest value that at least this share of all does not exceed (nearest rank). */
function percentile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null
}
