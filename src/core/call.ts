import type { ErrorInfo } from './errors.js'
import type { FinishReason } from './events.js'
import type { Usage } from './usage.js'

/**
 * How a call ended. `completed`: the upstream finished its answer, whatever the finish reason. `failed`: it did
 * not. `aborted`: we hung up (dropped straggler, lost hedge, cancelled request, deadline); the upstream may
 * still bill it.
 */
export type CallOutcome = 'completed' | 'failed' | 'aborted'

/** One request to an upstream, retries counted one by one: a line of the ledger. */
export interface CallRecord {
  /** Unique within the process. */
  readonly id: string
  readonly provider: string
  /** The model's name at the provider. */
  readonly model: string
  /** 1 for the first try, 2 for the first retry, … */
  readonly attempt: number
  readonly outcome: CallOutcome
  readonly finishReason?: FinishReason
  readonly error?: ErrorInfo
  readonly usage: Usage
  /**
   * `reported`: the upstream's own numbers. `estimated`: counted from the text sent and received, because the
   * call ended before the upstream reported. `none`: nothing reached the model.
   */
  readonly usageSource: 'reported' | 'estimated' | 'none'
  /** US dollars; `null` when the price is unknown. */
  readonly costUsd: number | null
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  /** From sending to the first answer token; absent when none came or the answer was not streamed. */
  readonly firstTokenMs?: number
  /** From sending to the end. */
  readonly durationMs: number
  /** The upstream's request id. */
  readonly requestId?: string
  /** Set on the second copy of a slow call. */
  readonly hedge?: true
  /** Set when the answer came from a store of ours and no upstream was asked now. */
  readonly replayedFrom?: 'journal' | 'cache' | 'recording'
  /** Where in a mixture the call was made; absent outside one. */
  readonly slot?: SlotRef
}

/** Names one place of a running recipe. */
export interface SlotRef {
  /** Index of the stage in the plan, from 0. */
  readonly stage: number
  /** Index of the slot in its stage, from 0, samples counted one by one. */
  readonly index: number
  /** What people see: the slot's name, or its model. */
  readonly name: string
  /** `provider/model`, or a recipe's name. */
  readonly model: string
}
