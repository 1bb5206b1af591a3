import type { CallRecord } from '../../core/call.js'
import type { Result } from '../../core/collect.js'
import type { KeyRange, Records } from '../../store/index.js'

/** An upstream's whole answer, with the calls it took. */
export interface FinishedCall {
  readonly result: Pick<
    Result,
    | 'model'
    | 'text'
    | 'reasoning'
    | 'refusal'
    | 'toolCalls'
    | 'logprobs'
    | 'finishReason'
    | 'usage'
    | 'cost'
    | 'id'
    | 'systemFingerprint'
  >
  /** Retries included, in order. */
  readonly calls: readonly CallRecord[]
}

/** Names one place in an item where a call is made: the item, its attempt, and what is asked of whom. */
export interface CallPlace {
  readonly item: string
  readonly attempt: number
  /** A hash of the model, its slot and the request. */
  readonly key: string
}

/**
 * Finished calls of items that are not settled yet. The same question may be asked several times within an item, by
 * samples of one model or by the second copy of a slow call, so each place holds a list, and each attempt at the item
 * takes from its front.
 */
export class CallJournal {
  readonly #records: Records<FinishedCall>
  /** How many calls of a place an attempt has taken or made. */
  readonly #taken = new Map<string, Map<string, number>>()

  constructor(records: Records<FinishedCall>) {
    this.#records = records
  }

  /** The next finished call of a place that this attempt has not had yet. */
  take(place: CallPlace): FinishedCall | undefined {
    const number = this.#count(place)
    const call = this.#records.get(recordKey(place, number))
    if (call) this.#setCount(place, number + 1)
    return call
  }

  /** Keeps a call that has just finished. It is kept when this returns. */
  add(place: CallPlace, call: FinishedCall): void {
    let number = this.#count(place)
    while (this.#records.get(recordKey(place, number)) !== undefined) number += 1
    this.#records.set(recordKey(place, number), call)
    this.#setCount(place, number + 1)
  }

  /** Forgets an item that is settled. */
  settle(item: string): void {
    for (const key of this.#keysOf(item)) this.#records.delete(key)
    this.#taken.delete(item)
  }

  /**
   * Forgets an item's calls that came to nothing, so that another attempt asks again: an empty answer stays empty
   * however often it is replayed.
   */
  dropUseless(item: string): void {
    for (const key of this.#keysOf(item)) {
      const result = this.#records.get(key)?.result
      if (!result || (result.text.trim() === '' && result.toolCalls.length === 0)) this.#records.delete(key)
    }
    this.#taken.delete(item)
  }

  /** US dollars spent on the calls kept here, of one item or of all, as far as their price is known. */
  spentUsd(item?: string): number {
    let sum = 0
    for (const { value } of this.#records.scan(item === undefined ? {} : rangeOf(item)))
      for (const { costUsd } of value.calls) sum += costUsd ?? 0
    return sum
  }

  #keysOf(item: string): string[] {
    return [...this.#records.scan(rangeOf(item))].map(({ key }) => key)
  }

  #count({ item, attempt, key }: CallPlace): number {
    return this.#taken.get(item)?.get(`${attempt}\n${key}`) ?? 0
  }

  #setCount({ item, attempt, key }: CallPlace, count: number): void {
    let counts = this.#taken.get(item)
    if (counts === undefined) this.#taken.set(item, (counts = new Map<string, number>()))
    const name = `${attempt}\n${key}`
    counts.set(name, Math.max(count, counts.get(name) ?? 0))
  }
}

/** All keys that begin with the item and a line feed. */
function rangeOf(item: string): KeyRange {
  return { from: `${item}\n`, before: `${item}\u000b` }
}

function recordKey({ item, key }: CallPlace, number: number): string {
  return `${item}\n${key}\n${number}`
}
