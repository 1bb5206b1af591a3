import { MoaError } from '../../core/index.js'
import type { Clock } from '../../util/index.js'
import type { Exchange } from '../http/exchange.js'
import type { KeyRecord, KeyStore } from './key-store.js'
import { idOfKey, matches } from './secret.js'

/** How long a record is used before the store is asked again: the longest a revoked key goes on working. */
const FRESH_MS = 1_000
/**
 * How long a key that was right goes on working while the store can't be asked: long enough for a restart of it. Nobody
 * can revoke a key in a store that is gone.
 */
const OUTAGE_MS = 5 * 60_000
/** How long a store that failed is left alone, so that not every request waits for it. */
const REST_MS = 2_000
/** Keys remembered at a time. */
const MOST = 10_000

interface Remembered {
  readonly record: KeyRecord
  readonly key: string
  readonly at: number
}

/** Checks keys. A key that was right a moment ago is recognised without asking the store. */
export class KeyRing {
  readonly #store: KeyStore
  readonly #clock: Clock
  readonly #known = new Map<string, Remembered>()
  #restsUntil = 0

  constructor(store: KeyStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /**
   * Whose key came with a request, as `Authorization: Bearer` or `x-api-key`.
   *
   * @throws {@link MoaError} `unauthorized`, which says no more about a wrong key than that it is wrong; `overloaded` when
   *   it can't be looked up now
   */
  check(exchange: Exchange): KeyRecord | Promise<KeyRecord> {
    const key = keyOf(exchange)
    if (key === undefined)
      throw new MoaError(
        'unauthorized',
        'No API key was sent; expected "Authorization: Bearer moa_…" or "x-api-key: moa_…".',
      )
    return this.verify(key)
  }

  /**
   * Whose key this is.
   *
   * @throws {@link MoaError} `unauthorized`; `overloaded` when it can't be looked up now
   */
  verify(key: string): KeyRecord | Promise<KeyRecord> {
    const id = idOfKey(key)
    if (id === undefined) throw wrongKey()
    const known = this.#known.get(id)
    if (known?.key === key && this.#clock.now() - known.at < FRESH_MS)
      return alive(known.record, this.#clock.now())
    return this.#lookUp(id, key)
  }

  /**
   * The record of a key that was right before.
   *
   * @throws {@link MoaError} `unauthorized` when it was revoked or has expired since; `overloaded` when it can't be looked up
   *   now
   */
  async alive(id: string): Promise<KeyRecord> {
    const known = this.#known.get(id)
    const record = await this.#ask(id)
    if (record === 'out of reach') return this.#remembered(known)
    if (record === undefined) throw wrongKey()
    if (known) this.#remember({ ...known, record })
    return alive(record, this.#clock.now())
  }

  /** Whether a key that was right still is. */
  async stillValid(id: string): Promise<boolean> {
    const record = await this.#store.get(id)
    try {
      return record !== undefined && alive(record, this.#clock.now()) === record
    } catch {
      return false // Revoked or expired.
    }
  }

  async #lookUp(id: string, key: string): Promise<KeyRecord> {
    const record = await this.#ask(id)
    if (record === 'out of reach') {
      const known = this.#known.get(id)
      return this.#remembered(known?.key === key ? known : undefined)
    }
    if (record === undefined || !matches(key, record.hash)) throw wrongKey()
    alive(record, this.#clock.now())
    this.#remember({ record, key })
    return record
  }

  #remember({ record, key }: Omit<Remembered, 'at'>): void {
    this.#known.delete(record.id)
    if (this.#known.size >= MOST) this.#known.delete(this.#known.keys().next().value as string)
    this.#known.set(record.id, { record, key, at: this.#clock.now() })
  }

  async #ask(id: string): Promise<KeyRecord | undefined | 'out of reach'> {
    if (this.#clock.now() < this.#restsUntil) return 'out of reach'
    try {
      return await this.#store.get(id)
    } catch {
      this.#restsUntil = this.#clock.now() + REST_MS
      return 'out of reach'
    }
  }

  /** What the store had a short while ago. */
  #remembered(known: Remembered | undefined): KeyRecord {
    const now = this.#clock.now()
    if (known && now - known.at < OUTAGE_MS) return alive(known.record, now)
    throw new MoaError('overloaded', 'Keys can’t be looked up right now; ask again in a moment.', {
      retryable: true,
      retryAfterMs: REST_MS,
    })
  }
}

function alive(record: KeyRecord, now: number): KeyRecord {
  if (record.revokedAt !== undefined)
    throw new MoaError('unauthorized', 'The API key was revoked; ask for another one.')
  if (record.expiresAt !== undefined && record.expiresAt <= now)
    throw new MoaError('unauthorized', 'The API key has expired; ask for another one.')
  return record
}

const wrongKey = (): MoaError =>
  new MoaError('unauthorized', 'The API key is not one of this gateway; check that it was copied in full.')

function keyOf(exchange: Exchange): string | undefined {
  const bearer = /^Bearer\s+(\S+)\s*$/i.exec(exchange.header('authorization') ?? '')?.[1]
  return bearer ?? exchange.header('x-api-key')
}
