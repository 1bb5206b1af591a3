import { ChunkEncoder, type ResponseIdentity } from '../../wire/index.js'
import type { Answer } from '../answer.js'

/** Where the fields that differ between two responses with the same answer end. */
const IDENTITY_END = '"choices":'

const NOBODY: ResponseIdentity = { id: '', created: 0, model: '' }

/**
 * The stream events of an answer, encoded once but for what stands at the head of each: the response's own id and time.
 * Sending an answer again then costs little more than joining texts.
 */
export class EncodedAnswer {
  /** Each event from its choices on. */
  readonly #tails: readonly string[]

  private constructor(answer: Answer, includeUsage: boolean) {
    const encoder = new ChunkEncoder(NOBODY, { includeUsage })
    const start = headOf(encoder).length
    this.#tails = answer.units.map((unit) => encoder.event(unit).slice(start))
  }

  static of(answer: Answer, options: { includeUsage: boolean }): EncodedAnswer {
    const cache = options.includeUsage ? WITH_USAGE : WITHOUT_USAGE
    const known = cache.get(answer)
    if (known !== undefined) return known
    const encoded = new EncodedAnswer(answer, options.includeUsage)
    cache.set(answer, encoded)
    return encoded
  }

  /** The events of the units `from` (included) to `to` (left out). */
  events(head: string, from: number, to: number): string {
    return from >= to ? '' : head + this.#tails.slice(from, to).join(head)
  }
}

const WITH_USAGE = new WeakMap<Answer, EncodedAnswer>()
const WITHOUT_USAGE = new WeakMap<Answer, EncodedAnswer>()

/** What every event of a response begins with. */
export function headOf(encoder: ChunkEncoder): string {
  const role = encoder.begin()
  return role.slice(0, role.indexOf(IDENTITY_END) + IDENTITY_END.length)
}
