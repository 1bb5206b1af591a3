import { createHash } from 'node:crypto'
import { MoaError } from '../../core/index.js'
import type { Clock } from '../../util/index.js'
import type { Exchange } from '../http/exchange.js'
import type { GatewaySettings } from '../settings.js'
import { cacheWish } from './cache-wish.js'
import { SharedReply } from './shared-reply.js'

/** Characters of one reply that are kept. */
const MOST_OF_ONE = 8 * 1024 * 1024
/** Characters of all complete replies that are kept; the oldest go first. */
const MOST_OF_ALL = 64 * 1024 * 1024
const LONGEST_KEY = 255

interface Entry {
  readonly reply: SharedReply
  readonly fingerprint: string
  /** Came with a key of the client's own, so that it can be asked for again. */
  readonly keyed: boolean
  /** When a complete reply is forgotten; absent while it is on its way. */
  expiresAt?: number
}

/** What becomes of a request that may share a reply. */
export type Share =
  /** Another request asks the same; its reply answers this one too. */
  | { readonly joined: true }
  /**
   * This request is the first: its run writes to `reply`, and says in the end whether others may have it. Without a
   * reply it shares nothing.
   */
  | { readonly joined: false; readonly reply?: SharedReply; readonly settle?: (ok: boolean) => void }

/** Replies that several requests share: those with the same `Idempotency-Key`, and identical ones in flight. */
export class SharedReplies {
  readonly #settings: Pick<GatewaySettings, 'coalesce' | 'idempotencyMs' | 'abandonMs'>
  readonly #clock: Clock
  /** In the order of completion, as far as they are complete. */
  readonly #entries = new Map<string, Entry>()
  #kept = 0

  constructor(settings: Pick<GatewaySettings, 'coalesce' | 'idempotencyMs' | 'abandonMs'>, clock: Clock) {
    this.#settings = settings
    this.#clock = clock
  }

  /**
   * Finds the reply a request may share, or begins one.
   *
   * @param who keeps callers apart
   * @throws {@link MoaError} `invalid_request` for a key that came with another body before
   */
  share(exchange: Exchange, who: string, body: Uint8Array): Share {
    const key = exchange.header('idempotency-key')
    // Who wants an answer of their own must not get somebody else's.
    if (key === undefined && (!this.#settings.coalesce || cacheWish(exchange) !== undefined))
      return { joined: false }
    if (key !== undefined && key.length > LONGEST_KEY)
      throw new MoaError('invalid_request', `Idempotency-Key: expected at most ${LONGEST_KEY} characters.`)
    this.#forget()
    const fingerprint = createHash('sha256').update(exchange.path).update('\0').update(body).digest('base64')
    const name = JSON.stringify(key === undefined ? [who, fingerprint] : [who, 'key', key])
    const entry = this.#entries.get(name)
    if (entry !== undefined) {
      if (entry.fingerprint !== fingerprint)
        throw new MoaError(
          'invalid_request',
          'Idempotency-Key: this key came with another request before; use a new one for each request.',
        )
      if (entry.reply.joinable) {
        exchange.always.push('x-moa-replayed', 'true')
        entry.reply.join(exchange)
        return { joined: true }
      }
    }
    const reply = new SharedReply({
      limit: MOST_OF_ONE,
      abandonAfter: (callback) => this.#clock.after(this.#settings.abandonMs, callback),
    })
    const created = { reply, fingerprint, keyed: key !== undefined }
    this.#entries.set(name, created)
    reply.join(exchange)
    return { joined: false, reply, settle: (ok) => this.#settle(name, created, ok) }
  }

  /** Keeps a complete reply for those who ask again, if it is worth it: failures are to be tried anew. */
  #settle(name: string, entry: Entry, ok: boolean): void {
    if (this.#entries.get(name) !== entry) return
    this.#entries.delete(name)
    if (!ok || !entry.keyed || !entry.reply.joinable || this.#settings.idempotencyMs <= 0) return
    this.#entries.set(name, { ...entry, expiresAt: this.#clock.now() + this.#settings.idempotencyMs })
    this.#kept += entry.reply.size
    this.#forget()
  }

  /** Complete replies that are too old, or too many. */
  #forget(): void {
    const now = this.#clock.now()
    for (const [name, { reply, expiresAt }] of this.#entries) {
      if (expiresAt === undefined) continue
      if (expiresAt > now && this.#kept <= MOST_OF_ALL) break
      this.#entries.delete(name)
      this.#kept -= reply.size
    }
  }
}
