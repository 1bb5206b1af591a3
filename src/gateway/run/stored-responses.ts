import { MoaError } from '../../core/index.js'
import type { Clock } from '../../util/index.js'
import type { GatewaySettings } from '../settings.js'

type Fields = Readonly<Record<string, unknown>>

/** What a request asks, with everything it refers to. */
export interface Recalled {
  readonly body: unknown
  /** Items of the answers before this one, oldest first. */
  readonly earlier: readonly unknown[]
  /** The answer this one follows. */
  readonly previous: string | undefined
}

interface Entry {
  readonly who: string
  readonly response: Fields
  /** What was asked; without what the answer before it holds. */
  readonly input: readonly unknown[]
  readonly previous: string | undefined
  /** Characters, as JSON. */
  readonly size: number
  expiresAt: number
}

/**
 * Answers in the Responses format, kept in memory so that later requests can refer to them: by `previous_response_id`, or
 * to single items by `item_reference`. Bounded in time, from the last use on, and in size; the oldest go first.
 */
export class StoredResponses {
  readonly #settings: Pick<GatewaySettings, 'storeMs' | 'storeChars'>
  readonly #clock: Clock
  /** By id, those used last at the end. */
  readonly #entries = new Map<string, Entry>()
  #size = 0

  constructor(settings: Pick<GatewaySettings, 'storeMs' | 'storeChars'>, clock: Clock) {
    this.#settings = settings
    this.#clock = clock
  }

  /** Characters of all that is kept, as JSON. */
  get size(): number {
    return this.#size
  }

  get enabled(): boolean {
    return this.#settings.storeMs > 0
  }

  /**
   * Finds what a request refers to. What is wrong with the rest of it is left for its reader to tell.
   *
   * @param who keeps callers apart
   * @throws {@link MoaError} `not_found` for an answer or item that is not kept
   */
  recall(body: unknown, who: string): Recalled {
    if (!this.enabled || typeof body !== 'object' || body === null) return asItCame(body)
    const { previous_response_id: previous, input } = body as Fields
    const full = Array.isArray(input)
      ? input.map((item: unknown, index) => this.#resolved(item, { who, param: `input[${index}]` }))
      : input
    if (typeof previous !== 'string') return asItCame({ ...body, input: full })
    const earlier = this.#conversation(previous, who)
    return { body: { ...body, input: full, previous_response_id: null }, earlier, previous }
  }

  /** Keeps a finished answer. */
  keep(response: Fields, { asked, who }: { readonly asked: Recalled; readonly who: string }): void {
    const { input } = asked.body as Fields
    const items = Array.isArray(input) ? (input as unknown[]) : [{ role: 'user', content: input }]
    const size = JSON.stringify(items).length + JSON.stringify(response).length
    this.#entries.set(String(response['id']), {
      who,
      response,
      input: items,
      previous: asked.previous,
      size,
      expiresAt: this.#expiry(),
    })
    this.#size += size
    this.#forget()
  }

  /** An answer by its id. */
  get(id: string, who: string): Fields | undefined {
    return this.#use(id, who)?.response
  }

  /** @returns whether there was such an answer */
  delete(id: string, who: string): boolean {
    const entry = this.#use(id, who)
    if (entry !== undefined) this.#drop(id, entry)
    return entry !== undefined
  }

  #resolved(item: unknown, { who, param }: { who: string; param: string }): unknown {
    const { type, id } = (item ?? {}) as Fields
    // Thinking of earlier turns is left out, kept or not.
    if (type !== 'item_reference' || typeof id !== 'string' || id.startsWith('rs_')) return item
    const found = this.#outputOf(this.#use(`resp_${id.split('_')[1] ?? ''}`, who)).find(
      (output) => output['id'] === id,
    )
    if (found === undefined) throw this.#missing(id, param)
    return found
  }

  /** Everything up to and including an answer. */
  #conversation(last: string, who: string): unknown[] {
    const turns: unknown[][] = []
    for (let id: string | undefined = last; id !== undefined;) {
      const entry = this.#use(id, who)
      if (entry === undefined) throw this.#missing(id, 'previous_response_id')
      turns.push([...entry.input, ...this.#outputOf(entry)])
      id = entry.previous
    }
    return turns.toReversed().flat()
  }

  #outputOf(entry: Entry | undefined): readonly Fields[] {
    return (entry?.response['output'] ?? []) as readonly Fields[]
  }

  #missing(id: string, param: string): MoaError {
    return new MoaError(
      'not_found',
      `${param}: "${id.slice(0, 80)}" is not kept here (answers are, in memory, for ${Math.round(this.#settings.storeMs / 1000)} s ` +
        'after their last use, and not with store: false); send the whole conversation as input.',
      { param },
    )
  }

  #use(id: string, who: string): Entry | undefined {
    this.#forget()
    const entry = this.#entries.get(id)
    if (entry?.who !== who) return undefined
    entry.expiresAt = this.#expiry()
    this.#entries.delete(id)
    this.#entries.set(id, entry)
    return entry
  }

  #expiry(): number {
    return this.#clock.now() + this.#settings.storeMs
  }

  /** Answers that are too old, or too many. */
  #forget(): void {
    const now = this.#clock.now()
    for (const [id, entry] of this.#entries) {
      if (entry.expiresAt > now && this.#size <= this.#settings.storeChars) break
      this.#drop(id, entry)
    }
  }

  #drop(id: string, { size }: Entry): void {
    this.#entries.delete(id)
    this.#size -= size
  }
}

const asItCame = (body: unknown): Recalled => ({ body, earlier: [], previous: undefined })
