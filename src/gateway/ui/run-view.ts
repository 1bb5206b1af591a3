import type {
  CallRecord,
  Cost,
  Degradation,
  FinishReason,
  GateEnd,
  ModelEvent,
  RankingEnd,
  SlotRef,
  Usage,
  VoteEnd,
} from '../../core/index.js'

export type SlotPhase = 'waiting' | 'asking' | 'writing' | 'done' | 'failed' | 'dropped'

/** One place of a running recipe, as pages show it. Times are milliseconds since the run began. */
export interface SlotView {
  readonly slot: SlotRef
  phase: SlotPhase
  /** What it has written so far. */
  text: string
  startedAt?: number
  /** From its start to its first text. */
  firstTextMs?: number
  durationMs?: number
  /** The model that answered, as its upstream names it. */
  model?: string
  usage?: Usage
  cost?: Cost
  finishReason?: FinishReason
  /** Why there is no proposal of it. */
  problem?: string
}

export interface StageView {
  readonly kind: string
  readonly slots: SlotView[]
  startedAt?: number
  durationMs?: number
  /** What a stage that weighs proposals came to. */
  outcome?: RankingEnd | VoteEnd | GateEnd
}

/** One answer and how it comes about: every event is folded in. Plain data, the same in the gateway, its files and pages. */
export interface RunView {
  runId?: string
  recipe?: string
  recipeHash?: string
  /** Empty for a single model. */
  stages: StageView[]
  /** The model that writes the answer, as its upstream names it. */
  model?: string
  text: string
  reasoning: string
  refusal: string
  /** Until the first piece of the answer. */
  firstTextMs?: number
  calls: CallRecord[]
  degraded: Degradation[]
  finish?: { readonly reason: FinishReason; readonly usage: Usage; readonly cost: Cost }
  /** When the last event came. */
  elapsedMs: number
}

export function emptyRunView(): RunView {
  return { stages: [], text: '', reasoning: '', refusal: '', calls: [], degraded: [], elapsedMs: 0 }
}

/**
 * Folds one event into a view.
 *
 * @param at milliseconds since the run began
 */
export function addToView(view: RunView, event: ModelEvent, at: number): void {
  view.elapsedMs = at
  switch (event.type) {
    case 'answer-delta':
      view.firstTextMs ??= at
      view.text += event.text
      break
    case 'reasoning-delta':
      view.reasoning += event.text
      break
    case 'refusal-delta':
      view.firstTextMs ??= at
      view.refusal += event.text
      break
    case 'answer-start':
      view.model = event.model
      break
    case 'tool-call-delta':
    case 'proposal-delta':
      growSlot(view, event, at)
      break
    case 'run-start':
      view.runId = event.runId
      view.recipe = event.recipe
      view.recipeHash = event.recipeHash
      view.stages = event.stages.map(({ kind, slots }) => ({
        kind,
        slots: slots.map((slot) => ({ slot, phase: 'waiting', text: '' })),
      }))
      break
    case 'call-settled':
      view.calls.push(event.call)
      settle(view, event.call)
      break
    case 'degraded':
      view.degraded.push(event.degradation)
      break
    case 'finish':
      view.finish = { reason: event.reason, usage: event.usage, cost: event.cost }
      break
    default:
      addProgress(view, event, at)
  }
}

type ProgressEvent = Exclude<
  ModelEvent,
  {
    type:
      | 'answer-delta'
      | 'reasoning-delta'
      | 'refusal-delta'
      | 'answer-start'
      | 'tool-call-delta'
      | 'proposal-delta'
      | 'run-start'
      | 'call-settled'
      | 'degraded'
      | 'finish'
  }
>

function addProgress(view: RunView, event: ProgressEvent, at: number): void {
  switch (event.type) {
    case 'stage-start': {
      const stage = view.stages[event.stage]
      if (stage === undefined) break
      stage.startedAt = at
      // Who proposes says so by itself; of the others the first is at work.
      if (stage.kind !== 'propose') begin(stage.slots[0], at)
      break
    }
    case 'stage-end': {
      const stage = view.stages[event.stage]
      if (stage) stage.durationMs = event.durationMs
      break
    }
    case 'proposal-start':
      begin(slotOf(view, event.slot), at)
      break
    case 'proposal-end': {
      const { slot, text, durationMs, model, usage, cost, finishReason } = event.proposal
      end(slotOf(view, slot), { phase: 'done', text, durationMs, model, usage, cost, finishReason })
      break
    }
    case 'proposal-failed':
      end(slotOf(view, event.slot), {
        phase: 'failed',
        durationMs: event.durationMs,
        problem: event.error.message,
      })
      break
    case 'proposal-dropped':
      end(slotOf(view, event.slot), {
        phase: 'dropped',
        durationMs: event.durationMs,
        problem: event.reason,
      })
      break
    case 'review-end':
      end(slotOf(view, event.slot), { phase: 'done', text: event.text })
      break
    case 'ranking-end':
    case 'vote-end':
    case 'gate-end': {
      const stage = view.stages[event.stage]
      if (stage) stage.outcome = event
      break
    }
  }
}

/** The slot of a reference, if the run has it. */
export function slotOf(view: RunView, { stage, index }: SlotRef): SlotView | undefined {
  return view.stages[stage]?.slots[index]
}

function begin(slot: SlotView | undefined, at: number): void {
  if (slot === undefined) return
  slot.phase = 'asking'
  slot.startedAt = at
}

function growSlot(
  view: RunView,
  event: Extract<ModelEvent, { type: 'proposal-delta' | 'tool-call-delta' }>,
  at: number,
): void {
  if (event.type === 'tool-call-delta') return
  const slot = slotOf(view, event.slot)
  if (slot === undefined) return
  slot.phase = 'writing'
  slot.firstTextMs ??= at - (slot.startedAt ?? at)
  slot.text += event.text
}

function end(slot: SlotView | undefined, ending: Partial<SlotView>): void {
  if (slot) Object.assign(slot, ending)
}

/** The call of a slot that proposes nothing is that slot's whole work. */
function settle(view: RunView, call: CallRecord): void {
  const stage = call.slot && view.stages[call.slot.stage]
  const slot = call.slot && slotOf(view, call.slot)
  if (!stage || !slot || stage.kind === 'propose') return
  const { outcome, usage, costUsd, durationMs, error } = call
  const priced: Partial<SlotView> = {
    durationMs,
    usage,
    cost: { usd: costUsd, unpricedCalls: costUsd === null ? 1 : 0 },
  }
  if (outcome === 'completed') end(slot, { ...priced, phase: 'done' })
  else end(slot, { ...priced, phase: 'failed', problem: error?.message ?? outcome })
}
