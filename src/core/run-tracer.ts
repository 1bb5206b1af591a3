import type { CallRecord, SlotRef } from './call.js'
import { errorInfo, isAbort } from './errors.js'
import type { Degradation, Finish, ModelEvent } from './events.js'
import type { ChatRequest } from './request.js'
import { TRACE_VERSION, callsOf, type RunTrace, type SlotTrace, type StageTrace } from './run-trace.js'
import { NO_COST, NO_USAGE, addCost, addUsage, costOfCall } from './usage.js'
import type { StreamEnd } from './watched.js'

export interface RunTracerOptions {
  readonly id: string
  readonly recipe: string
  readonly source: string
  readonly request: ChatRequest
  readonly simulated?: boolean
  /** Keep what was asked and answered. Default false. */
  readonly content?: boolean
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

type Draft<T> = { -readonly [Key in keyof T]: T[Key] }
type StageDraft = Draft<Omit<StageTrace, 'slots'>> & { readonly slots: Draft<SlotTrace>[] }

/** Folds the events and calls of one run into a {@link RunTrace}. Cheap for each piece of an answer. */
export class RunTracer {
  readonly #options: RunTracerOptions
  readonly #startedAt: number
  readonly #calls: CallRecord[] = []
  readonly #degraded: Degradation[] = []
  readonly #proposals: { stage: number; slot: number; text: string }[] = []
  #stages: StageDraft[]
  #recipeHash: string | undefined
  #firstTokenMs: number | undefined
  #answer = ''
  #finish: Finish | undefined

  /** The run begins now. */
  constructor(options: RunTracerOptions) {
    this.#options = options
    this.#startedAt = options.now()
    const { recipe } = options
    const slots: Draft<SlotTrace>[] = [{ name: recipe, model: recipe, outcome: 'idle' }]
    this.#stages = [{ kind: 'synthesize', startMs: 0, slots }]
  }

  /** Notes an upstream call that has ended; every call is told here, whether or not it is among the events. */
  call(call: CallRecord): void {
    this.#calls.push(call)
  }

  event(event: ModelEvent): void {
    switch (event.type) {
      case 'answer-delta':
      case 'refusal-delta':
        this.#firstTokenMs ??= this.#now()
        if (this.#options.content === true) this.#answer += event.text
        break
      case 'reasoning-delta':
      case 'tool-call-delta':
        this.#firstTokenMs ??= this.#now()
        break
      case 'run-start':
        this.#recipeHash = event.recipeHash
        this.#stages = event.stages.map(({ kind, slots }) => ({
          kind,
          slots: slots.map(({ name, model }) => ({ name, model, outcome: 'idle' })),
        }))
        break
      case 'stage-start':
        this.#stage(event.stage, { startMs: this.#now() })
        break
      case 'stage-end':
        this.#stage(event.stage, { durationMs: event.durationMs })
        break
      case 'ranking-end':
      case 'vote-end':
      case 'gate-end':
        this.#stage(event.stage, { result: event })
        break
      case 'proposal-start':
        this.#slot(event.slot, { startMs: this.#now() })
        break
      case 'proposal-end': {
        const { slot, durationMs, text } = event.proposal
        this.#slot(slot, { outcome: 'used', durationMs })
        if (this.#options.content === true)
          this.#proposals.push({ stage: slot.stage, slot: slot.index, text })
        break
      }
      case 'proposal-failed': {
        const { slot, durationMs, error } = event
        this.#slot(slot, { outcome: 'failed', durationMs, reason: error.message })
        break
      }
      case 'proposal-dropped': {
        const { slot, durationMs, reason } = event
        this.#slot(slot, { outcome: 'dropped', durationMs, reason })
        break
      }
      case 'degraded':
        this.#degraded.push(event.degradation)
        break
      case 'finish':
        this.#finish = event
        break
      case 'answer-start':
      case 'proposal-delta':
      case 'review-end':
      case 'call-settled':
        break
    }
  }

  /** The run is over. */
  end(end: StreamEnd): RunTrace {
    const { id, recipe, source, request, simulated, content } = this.#options
    const finish = this.#finish
    const deadlineMs = request.limits?.deadlineMs
    const outcome = outcomeOf(end)
    this.#settleSlots(outcome)
    return {
      version: TRACE_VERSION,
      id,
      at: this.#startedAt,
      durationMs: this.#now(),
      source,
      recipe,
      ...this.#soFar(),
      ...(simulated === true && { simulated }),
      outcome,
      ...(finish && { finishReason: finish.reason }),
      ...(end.how === 'failed' && { error: errorInfo(end.error) }),
      ...(this.#firstTokenMs !== undefined && { firstTokenMs: this.#firstTokenMs }),
      ...(deadlineMs !== undefined && { deadlineMs }),
      ...this.#totals(),
      degraded: finish?.degraded ?? this.#degraded,
      ...(content === true && {
        content: { messages: request.messages, answer: this.#answer, proposals: this.#proposals },
      }),
    }
  }

  #now(): number {
    return this.#options.now() - this.#startedAt
  }

  #stage(index: number, change: Partial<StageDraft>): void {
    const stage = this.#stages[index]
    if (stage) Object.assign(stage, change)
  }

  #slot(ref: SlotRef, change: Partial<SlotTrace>): void {
    const slot = this.#stages[ref.stage]?.slots[ref.index]
    if (slot) Object.assign(slot, change)
  }

  /** What only calls tell: how aggregators, judges and critics fared, and when work began that was told of later. */
  #settleSlots(outcome: RunTrace['outcome']): void {
    const single = this.#recipeHash === undefined
    for (const [index, stage] of this.#stages.entries()) {
      for (const [place, slot] of stage.slots.entries()) {
        const calls = callsOf(this.#soFar(), { stage: index, index: place })
        const beginnings = calls.map(({ startedAt }) => startedAt - this.#startedAt)
        for (const begun of [stage, slot])
          if (begun.startMs !== undefined) begun.startMs = Math.min(begun.startMs, ...beginnings)
        if (stage.kind === 'propose') continue
        const last = calls.at(-1)
        if (last === undefined) {
          if (single && outcome === 'finished') slot.outcome = 'used'
          continue
        }
        const startedAt = Math.min(...calls.map((call) => call.startedAt))
        slot.outcome =
          last.outcome === 'completed' ? 'used' : last.outcome === 'failed' ? 'failed' : 'dropped'
        slot.startMs = startedAt - this.#startedAt
        slot.durationMs = last.startedAt + last.durationMs - startedAt
        if (last.error) slot.reason = last.error.message
      }
    }
  }

  #soFar(): Pick<RunTrace, 'recipeHash' | 'stages' | 'calls'> {
    const recipeHash = this.#recipeHash
    return { stages: this.#stages, calls: this.#calls, ...(recipeHash !== undefined && { recipeHash }) }
  }

  /** Also of a run that did not finish. */
  #totals(): Pick<RunTrace, 'usage' | 'cost'> {
    if (this.#finish) return { usage: this.#finish.usage, cost: this.#finish.cost }
    return {
      usage: this.#calls.map(({ usage }) => usage).reduce(addUsage, NO_USAGE),
      cost: this.#calls.map(costOfCall).reduce(addCost, NO_COST),
    }
  }
}

function outcomeOf(end: StreamEnd): RunTrace['outcome'] {
  switch (end.how) {
    case 'finished':
      return 'finished'
    case 'left':
      return 'aborted'
    case 'failed':
      return isAbort(end.error) ? 'aborted' : 'failed'
  }
}
