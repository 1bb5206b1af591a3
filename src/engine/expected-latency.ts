import type { LatencyBook } from './latency.js'
import type { Plan, PlanStage } from './plan.js'

/**
 * How long a run is likely to take at least, from the median of its models' recent calls: every stage that asks models
 * takes as long as the one it waits for. Models that are not known yet count as nothing.
 *
 * @returns milliseconds; `undefined` while no model of the plan is known
 */
export function expectedLatency(plan: Plan, latency: LatencyBook): number | undefined {
  let total: number | undefined
  for (const stage of plan.stages) {
    const ms = stageLatency(stage, latency)
    if (ms !== undefined) total = (total ?? 0) + ms
  }
  return total
}

function stageLatency(stage: PlanStage, latency: LatencyBook): number | undefined {
  const medians = stage.slots.map(({ slot }) => latency.percentile(slot.model, 50))
  // Of a chain only the first is asked, unless it fails.
  if (stage.kind !== 'propose') return medians[0]
  if (medians.every((ms) => ms === undefined)) return undefined
  const ascending = medians.map((ms) => ms ?? 0).sort((a, b) => a - b)
  return ascending[stage.policy.quorum - 1]
}
