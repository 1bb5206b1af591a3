import type { CallRecord, ModelEvent } from '../../core/index.js'
import type { RunOutcome } from './run.js'

/** Watches one run. */
export interface RunObserver {
  /** Everything but the pieces of the answer. */
  event(event: ModelEvent): void
  /** A piece of the answer. */
  answer?(event: ModelEvent): void
  call(call: CallRecord): void
  end(outcome: RunOutcome): void
}
