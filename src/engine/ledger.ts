import { NO_COST, NO_USAGE, addCost, addUsage, costOfCall } from '../core/index.js'
import type { CallRecord, Cost, SlotRef, Usage } from '../core/index.js'

export interface Totals {
  readonly usage: Usage
  readonly cost: Cost
}

/** Every call of one run, added once when it has ended. */
export class Ledger {
  readonly #calls: CallRecord[] = []
  readonly #onCall: ((call: CallRecord) => void) | undefined

  constructor(onCall: ((call: CallRecord) => void) | undefined) {
    this.#onCall = onCall
  }

  get calls(): readonly CallRecord[] {
    return this.#calls
  }

  /** Settles a call made for a slot. A call of a nested recipe keeps the slot it was made for there. */
  settle(call: CallRecord, slot: SlotRef): void {
    const entry = call.slot === undefined ? { slot, ...call } : call
    this.#calls.push(entry)
    this.#onCall?.(entry)
  }

  totals(): Totals {
    return totalsOf(this.#calls)
  }
}

/** Sums of some calls: the whole bill, failed and aborted ones included. */
export function totalsOf(calls: readonly CallRecord[]): Totals {
  let usage = NO_USAGE
  let cost: Cost = NO_COST
  for (const call of calls) {
    usage = addUsage(usage, call.usage)
    cost = addCost(cost, costOfCall(call))
  }
  return { usage, cost }
}
