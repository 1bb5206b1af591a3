import { MoaError } from '../../../core/errors.js'
import { startPageOrder, type UiRequest } from '../../../gateway/index.js'
import type { RunLine } from '../../../record/index.js'
import { array, bad, object, optionalString, string } from '../../../wire/check.js'
import { again, type Again, type Changes } from '../../replay/again.js'
import type { Workspace } from '../../workspace/open.js'
import type { UiContext } from '../context.js'
import type { RunTexts } from './run-texts.js'
import type { AgainAnswer } from './types.js'

/**
 * Answers a run's question anew from the same proposals; no proposer is asked. It is a run like any other: it needs
 * admission, counts against the key, and is kept.
 *
 * @throws {@link MoaError} `not_found` when its proposals are not kept; `usage`, `recipe_invalid`; `budget`,
 *   `rate_limited`, `overloaded`; whatever fails while it answers
 */
export async function answerAgain(
  { context, texts }: { readonly context: UiContext; readonly texts: RunTexts },
  request: UiRequest,
): Promise<AgainAnswer> {
  const changes = changesOf(await request.body())
  const kept = texts.recording(request.params['id'] ?? '')
  if (kept === undefined)
    throw new MoaError(
      'not_found',
      'What this run asked and answered is not kept, so there are no proposals to go on with.',
    )
  const workspace = context.workspace()
  const made = await again({ ...kept, workspace, free: true }, { ...changes, fresh: true })
  return ask(request, { made, changes, workspace, run: kept.run })
}

interface Asked {
  readonly made: Again
  readonly changes: Changes
  readonly workspace: Workspace
  readonly run: RunLine
}

async function ask(request: UiRequest, { made, changes, workspace, run }: Asked): Promise<AgainAnswer> {
  const { plan, estimateUsd } = made
  const simulated = workspace.simulated(plan)
  const model = workspace.history?.observe(made.model, { source: 'gateway', simulated }) ?? made.model
  const { aggregator, mode } = changes
  let text = ''
  const running = startPageOrder(
    request,
    {
      name: run.recipe.replace(/\*$/, ''),
      changes: { ...(aggregator !== undefined && { aggregator }), ...(mode !== undefined && { mode }) },
      target: { model, kind: 'recipe', simulated, estimateUsd },
      request: run.request,
    },
    {
      answer(event) {
        if (event.type === 'answer-delta' || event.type === 'refusal-delta') text += event.text
      },
    },
  )
  request.visit.exchange.onGone(() => running.stop())
  const { error, account, durationMs } = await running.done
  if (error !== undefined) throw error
  return {
    ...(account.run && { id: account.run.runId }),
    aggregator: plan.stages.at(-1)?.slots[0]?.ref.model ?? '',
    mode: plan.mode,
    text,
    durationMs,
    usage: account.usage,
    cost: account.cost,
    calls: account.calls.filter(({ replayedFrom }) => replayedFrom === undefined),
    degraded: account.degraded,
  }
}

function changesOf(body: unknown): Changes {
  const fields = object(body, 'body')
  const aggregator = optionalString(fields['aggregator'], 'aggregator')
  const mode = optionalString(fields['mode'], 'mode')
  if (mode !== undefined && mode !== 'native' && mode !== 'together')
    throw bad('mode', 'expected "native" or "together".')
  const without = array(fields['without'] ?? [], 'without').map((name) => string(name, 'without'))
  return {
    ...(aggregator !== undefined && { aggregator }),
    ...(mode !== undefined && { mode }),
    ...(without.length > 0 && { without }),
  }
}
