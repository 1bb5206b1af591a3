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

/** Two observers as one. */
export function bothObservers(first: RunObserver, second: RunObserver): RunObserver {
  return {
    event(event) {
      first.event(event)
      second.event(event)
    },
    answer(event) {
      first.answer?.(event)
      second.answer?.(event)
    },
    call(call) {
      first.call(call)
      second.call(call)
    },
    end(outcome) {
      first.end(outcome)
      second.end(outcome)
    },
  }
}
