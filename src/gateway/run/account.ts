import {
  Collector,
  NO_COST,
  NO_USAGE,
  addCost,
  addUsage,
  costOf,
  type CallRecord,
  type Cost,
  type Degradation,
  type Finish,
  type ModelEvent,
  type RunStart,
  type SlotRef,
  type Usage,
} from '../../core/index.js'
import { encodeUsage } from '../../wire/index.js'
import type { UsageScope } from '../settings.js'

/** `dropped`: still working when its stage ended. */
export type ProposalOutcome = 'used' | 'failed' | 'dropped'

/** What is known of one run: who was called, what it cost, in which way it fell short, and, on demand, everything. */
export class Account {
  readonly calls: CallRecord[] = []
  /** Every slot that proposed, and whether its proposal made it into the run. */
  readonly proposals: { readonly slot: string; readonly outcome: ProposalOutcome }[] = []
  run: RunStart | undefined
  finish: Finish | undefined
  readonly #degraded: Degradation[] = []
  readonly #collector: Collector | undefined
  /** How long each stage took, by its index; kept for a trace only. */
  readonly #stageMs: Map<number, number> | undefined
  #lastStage: { readonly stage: number; readonly startedAt: number } | undefined
  readonly #simulated: boolean

  /**
   * @param options.trace keep proposals and timings too
   * @param options.simulated no answer of this run is a real one
   */
  constructor({ trace, simulated }: { readonly trace: boolean; readonly simulated: boolean }) {
    this.#collector = trace ? new Collector() : undefined
    this.#stageMs = trace ? new Map() : undefined
    this.#simulated = simulated
  }

  /** Notes an event; those of the answer itself only change what a trace says. */
  note(event: ModelEvent): void {
    switch (event.type) {
      case 'run-start':
        this.run = event
        break
      case 'stage-start':
        this.#lastStage = { stage: event.stage, startedAt: performance.now() }
        break
      case 'stage-end':
        this.#stageMs?.set(event.stage, event.durationMs)
        this.#lastStage = undefined
        break
      case 'degraded':
        this.#degraded.push(event.degradation)
        break
      case 'finish':
        this.finish = event
        this.#endLastStage()
        break
      case 'proposal-end':
        this.#noteProposal(event.proposal.slot, 'used')
        this.#collector?.add(event)
        break
      case 'proposal-failed':
      case 'proposal-dropped':
        this.#noteProposal(event.slot, event.type === 'proposal-failed' ? 'failed' : 'dropped')
        this.#collector?.add(event)
        break
      default:
    }
  }

  /** The stage that writes the answer ends with it, and no event of its own says so. */
  #endLastStage(): void {
    if (this.#lastStage === undefined) return
    const { stage, startedAt } = this.#lastStage
    this.#stageMs?.set(stage, performance.now() - startedAt)
  }

  #noteProposal({ name }: SlotRef, outcome: ProposalOutcome): void {
    this.proposals.push({ slot: name, outcome })
  }

  /** In which ways the answer is not what the recipe asked for. */
  get degraded(): readonly Degradation[] {
    return this.finish?.degraded ?? this.#degraded
  }

  /** Sum over every call, also of a run that did not finish. */
  get usage(): Usage {
    return this.finish?.usage ?? this.calls.map(({ usage }) => usage).reduce(addUsage, NO_USAGE)
  }

  get cost(): Cost {
    return this.finish?.cost ?? this.calls.map(({ costUsd }) => costOf(costUsd)).reduce(addCost, NO_COST)
  }

  /** The tokens that `usage` counts. */
  usageOf(scope: UsageScope): Usage {
    return scope === 'run' ? this.usage : (this.#answerCall()?.usage ?? this.usage)
  }

  /** The call that wrote the answer: the last one that was completed in the last stage that calls anybody. */
  #answerCall(): CallRecord | undefined {
    if (this.run === undefined) return this.calls.at(-1)
    const completed = this.calls.filter(({ outcome }) => outcome === 'completed')
    const last = Math.max(...completed.map(({ slot }) => slot?.stage ?? 0))
    return completed.findLast(({ slot }) => slot?.stage === last)
  }

  /** The `moa` field of a reply. */
  report(scope: UsageScope): Readonly<Record<string, unknown>> {
    const { run, cost, degraded } = this
    const report: Record<string, unknown> = run
      ? { run_id: run.runId, recipe: run.recipe, recipe_hash: run.recipeHash }
      : {}
    if (this.#simulated) report['simulated'] = true
    report['calls'] = this.calls.length
    report['usage_scope'] = scope
    if (scope === 'answer') report['run_usage'] = encodeUsage(this.usage)
    report['cost'] = { usd: cost.usd, unpriced_calls: cost.unpricedCalls }
    report['degraded'] = degraded.map(({ code, message, slot }) => ({ code, message, ...(slot && { slot }) }))
    if (this.#collector) report['trace'] = this.#trace(this.#collector)
    return report
  }

  #trace(collector: Collector): Readonly<Record<string, unknown>> {
    const { proposals, failures } = collector.partial('stop')
    return {
      stages: (this.run?.stages ?? []).map(({ kind, slots }, index) => ({
        kind,
        slots: slots.map(({ name, model }) => ({ name, model })),
        duration_ms: this.#stageMs?.get(index) ?? null,
      })),
      proposals: proposals.map(({ slot, text, finishReason, model, usage, cost, durationMs }) => ({
        slot,
        model,
        text,
        finish_reason: finishReason,
        usage: encodeUsage(usage),
        cost_usd: cost.usd,
        duration_ms: durationMs,
      })),
      failures: failures.map(({ slot, error, dropped }) => ({
        slot,
        ...(error && { error: { code: error.code, message: error.message } }),
        ...(dropped !== undefined && { dropped }),
      })),
      calls: this.calls.map(traceCall),
    }
  }
}

function traceCall(call: CallRecord): Readonly<Record<string, unknown>> {
  const { slot, provider, model, attempt, outcome, error, usage, usageSource, costUsd } = call
  return {
    ...(slot && { slot }),
    provider,
    model,
    attempt,
    ...(call.hedge && { hedge: true }),
    ...(call.replayedFrom !== undefined && { replayed_from: call.replayedFrom }),
    outcome,
    ...(call.finishReason && { finish_reason: call.finishReason }),
    ...(error && { error: { code: error.code, message: error.message } }),
    usage: encodeUsage(usage),
    usage_source: usageSource,
    cost_usd: costUsd,
    started_at: new Date(call.startedAt).toISOString(),
    ...(call.firstTokenMs !== undefined && { first_token_ms: call.firstTokenMs }),
    duration_ms: call.durationMs,
    ...(call.requestId !== undefined && { upstream_request_id: call.requestId }),
  }
}
