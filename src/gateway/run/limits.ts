import { MoaError, type ChatRequest, type RunLimits } from '../../core/index.js'
import type { Target } from '../catalog.js'
import type { MoaOptions } from './moa-field.js'

/**
 * The request as the target gets it, with what the `moa` object says about seed, time and money. A request may ask for
 * less than its recipe allows, never for more.
 *
 * @throws {@link MoaError} `invalid_request` for more; `budget` when a single model would cost more than was allowed
 */
export function withLimits(
  request: ChatRequest,
  { options, target }: { options: MoaOptions; target: Target },
): ChatRequest {
  const { seed, deadlineMs, maxLatencyMs, budgetUsd } = options
  if ([seed, deadlineMs, maxLatencyMs, budgetUsd].every((field) => field === undefined)) return request
  atMost({ param: 'moa.deadline_ms', wanted: deadlineMs, allowed: target.limits?.deadlineMs })
  atMost({ param: 'moa.max_latency_ms', wanted: maxLatencyMs, allowed: target.limits?.maxLatencyMs })
  atMost({ param: 'moa.budget_usd', wanted: budgetUsd, allowed: target.limits?.maxCostUsd })
  if (budgetUsd !== undefined && target.kind === 'model') checkPrice(target.estimateUsd(request), budgetUsd)
  const limits: RunLimits = {
    ...(deadlineMs !== undefined && { deadlineMs }),
    ...(maxLatencyMs !== undefined && { maxLatencyMs }),
    ...(budgetUsd !== undefined && { maxCostUsd: budgetUsd }),
  }
  return {
    ...request,
    ...(seed !== undefined && { seed }),
    ...(Object.keys(limits).length > 0 && { limits }),
  }
}

/** The request with the least of its own budget, its recipe's and what its key has left. */
export function withBudget(request: ChatRequest, target: Target, leftUsd: number | undefined): ChatRequest {
  if (leftUsd === undefined || target.kind === 'model') return request
  const maxCostUsd = Math.min(leftUsd, request.limits?.maxCostUsd ?? target.limits?.maxCostUsd ?? Infinity)
  return { ...request, limits: { ...request.limits, maxCostUsd } }
}

function atMost({
  param,
  wanted,
  allowed,
}: {
  param: string
  wanted: number | undefined
  allowed: number | undefined
}): void {
  if (wanted !== undefined && allowed !== undefined && wanted > allowed)
    throw new MoaError('invalid_request', `${param}: the recipe allows at most ${allowed}, got ${wanted}.`, {
      param,
    })
}

function checkPrice(estimate: number | null, budgetUsd: number): void {
  if (estimate === null)
    throw new MoaError(
      'budget',
      'A budget was given, but the price of this model is unknown; whoever runs the gateway can state it under "prices".',
      { param: 'moa.budget_usd' },
    )
  if (estimate > budgetUsd)
    throw new MoaError(
      'budget',
      `This request may cost $${estimate.toPrecision(2)}, over its budget of $${budgetUsd}.`,
      {
        param: 'moa.budget_usd',
      },
    )
}
