import type { CallRecord, Degradation, Finish, ModelEvent, SlotRef } from '../../core/index.js'
import { oneLine } from '../terminal/sanitize.js'
import { stageResult } from './stage-result.js'

export type SlotPhase = 'waiting' | 'asking' | 'writing' | 'done' | 'failed' | 'dropped'

/** One place of a running recipe, as people see it. */
export interface SlotState {
  readonly ref: SlotRef
  phase: SlotPhase
  startedAt: number
  /** Set when it has ended. */
  durationMs: number | undefined
  /** Answer tokens: estimated while it writes, the provider's figure once there is one. */
  tokens: number
  estimated: boolean
  /** What it has written, if that is shown. */
  text: string
  /** Why it failed or was dropped. */
  problem: string | undefined
}

export interface StageState {
  readonly kind: string
  readonly slots: SlotState[]
  /** What a stage that weighs proposals came to. */
  result?: string
}

/** Letters and signs of a token, on average over languages; only for the moving figure while a model writes. */
const CHARACTERS_PER_TOKEN = 4

/** What a run looks like so far: every event is folded in, nothing is drawn here. */
export class RunState {
  readonly now: () => number
  readonly startedAt: number
  recipe: string | undefined
  stages: StageState[]
  /** The stage at work, or the last one. */
  stage = 0
  /** The slot that writes the answer. */
  writer: SlotState | undefined
  answering = false
  readonly calls: CallRecord[] = []
  readonly degraded: Degradation[] = []
  finish: Finish | undefined

  /**
   * @param model what is asked: a recipe tells of its own places later, a single model is the only one
   * @param now milliseconds, of any origin
   */
  constructor(model: string, now: () => number) {
    this.now = now
    this.startedAt = now()
    this.stages = [{ kind: 'synthesize', slots: [freshSlot({ stage: 0, index: 0, name: model, model })] }]
    this.#write(0)
  }

  get elapsedMs(): number {
    return this.now() - this.startedAt
  }

  add(event: ModelEvent): void {
    switch (event.type) {
      case 'run-start':
        this.recipe = event.recipe
        this.stages = event.stages.map(({ kind, slots }) => ({ kind, slots: slots.map(freshSlot) }))
        this.writer = undefined
        break
      case 'stage-start':
        this.stage = event.stage
        if (event.kind === 'synthesize') this.#write(0)
        // Judges and critics tell of nothing but their calls; the first of them is at work.
        else if (event.kind !== 'propose') this.#begin(this.stages[event.stage]?.slots[0])
        break
      case 'proposal-start':
        this.#begin(this.#slot(event.slot))
        break
      case 'proposal-delta':
        this.#grow(this.#slot(event.slot), event.text)
        break
      case 'proposal-end': {
        const slot = this.#slot(event.proposal.slot)
        this.#end(slot, { phase: 'done', durationMs: event.proposal.durationMs })
        if (slot) slot.text = event.proposal.text
        this.#count(slot, event.proposal.usage.outputTokens)
        break
      }
      case 'proposal-failed':
        this.#end(this.#slot(event.slot), {
          phase: 'failed',
          durationMs: event.durationMs,
          problem: event.error.message,
        })
        break
      case 'proposal-dropped':
        this.#end(this.#slot(event.slot), {
          phase: 'dropped',
          durationMs: event.durationMs,
          problem: event.reason,
        })
        break
      case 'answer-start':
      case 'answer-delta':
      case 'refusal-delta':
      case 'reasoning-delta':
      case 'tool-call-delta':
        this.#answer(event)
        break
      case 'degraded':
        this.degraded.push(event.degradation)
        if (event.degradation.code === 'aggregator-fallback') this.#fallBack(event.degradation)
        break
      case 'call-settled':
        this.calls.push(event.call)
        this.#settle(event.call)
        break
      case 'ranking-end':
      case 'vote-end':
      case 'gate-end': {
        const stage = this.stages[event.stage]
        if (stage) stage.result = stageResult(event)
        break
      }
      case 'finish':
        this.finish = event
        if (this.writer) {
          this.#end(this.writer, { phase: 'done', durationMs: this.now() - this.writer.startedAt })
          const tokens = this.calls.findLast(({ outcome }) => outcome === 'completed')?.usage.outputTokens
          this.#count(this.writer, tokens ?? event.usage.outputTokens)
        }
        break
      case 'review-end':
      case 'stage-end':
        break
    }
  }

  /** The run was stopped: nobody works any more. */
  stop(): void {
    for (const { slots } of this.stages)
      for (const slot of slots)
        if (slot.phase === 'asking' || slot.phase === 'writing')
          this.#end(slot, { phase: 'dropped', durationMs: this.now() - slot.startedAt, problem: 'stopped' })
  }

  #slot(ref: SlotRef): SlotState | undefined {
    return this.stages[ref.stage]?.slots[ref.index]
  }

  /** A call of a judge or critic is its slot's whole work. */
  #settle({ slot: ref, outcome, usage, durationMs, error }: CallRecord): void {
    const stage = ref && this.stages[ref.stage]
    if (!ref || !stage || stage.kind === 'propose' || stage.kind === 'synthesize') return
    const slot = stage.slots[ref.index]
    if (outcome === 'completed') this.#end(slot, { phase: 'done', durationMs })
    else this.#end(slot, { phase: 'failed', durationMs, problem: error?.message ?? outcome })
    this.#count(slot, usage.outputTokens)
  }

  #begin(slot: SlotState | undefined): void {
    if (slot === undefined) return
    slot.phase = 'asking'
    slot.startedAt = this.now()
  }

  #grow(slot: SlotState | undefined, text: string): void {
    if (slot === undefined) return
    slot.phase = 'writing'
    slot.text += text
    slot.tokens = Math.ceil(slot.text.length / CHARACTERS_PER_TOKEN)
  }

  #count(slot: SlotState | undefined, tokens: number): void {
    if (slot === undefined || tokens === 0) return
    slot.tokens = tokens
    slot.estimated = false
  }

  #end(
    slot: SlotState | undefined,
    end: { readonly phase: SlotPhase; readonly durationMs: number; readonly problem?: string },
  ): void {
    if (slot === undefined) return
    slot.phase = end.phase
    slot.durationMs = end.durationMs
    slot.problem = end.problem === undefined ? undefined : oneLine(end.problem)
  }

  #write(index: number): void {
    this.writer = this.stages[this.stage]?.slots[index]
    this.#begin(this.writer)
  }

  #answer(event: Extract<ModelEvent, { type: `${string}-delta` | 'answer-start' }>): void {
    if (event.type === 'answer-start') return
    this.answering ||= event.type !== 'reasoning-delta'
    if ('text' in event) this.#grow(this.writer, event.text)
  }

  #fallBack({ slot, message }: Degradation): void {
    if (this.writer === undefined) return
    const durationMs = this.now() - this.writer.startedAt
    this.#end(this.writer, { phase: 'failed', durationMs, problem: message })
    // The slot named is the one that failed, or the proposal that is the answer now.
    if (slot?.stage === this.stage) this.#write(slot.index + 1)
  }
}

function freshSlot(ref: SlotRef): SlotState {
  return {
    ref: { ...ref, name: oneLine(ref.name) },
    phase: 'waiting',
    startedAt: 0,
    durationMs: undefined,
    tokens: 0,
    estimated: true,
    text: '',
    problem: undefined,
  }
}
