import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { MoaError, toMoaError } from '../../core/index.js'
import type { Records, Store } from '../../store/index.js'
import type { Clock } from '../../util/index.js'
import type { KeyRecord } from '../access/key-store.js'
import type { KeyRing } from '../access/key-ring.js'
import type { Exchange, HeaderList } from '../http/exchange.js'

const LIFE_MS = 7 * 24 * 60 * 60 * 1000
const TOKEN = /^[A-Za-z0-9_-]{43}$/

interface StoredSession {
  readonly keyId: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

/** A browser that may use the interface. */
export interface Session {
  /** Absent while no keys are in use. */
  readonly key: KeyRecord | undefined
  /** Whose conversations it sees. */
  readonly owner: string
  /** Has to come back with every request that changes something. */
  readonly csrf: string
}

/**
 * Sessions of browsers. The cookie holds 256 random bits, the store only their hash. Without keys everybody is the same
 * owner, but the cookie still ties requests that change something to a page that could read its token.
 */
export class Sessions {
  readonly #records: Records<StoredSession>
  readonly #keys: KeyRing | undefined
  readonly #clock: Clock

  constructor(store: Store, { keys, clock }: { readonly keys: KeyRing | undefined; readonly clock: Clock }) {
    this.#records = store.records('ui-sessions')
    this.#keys = keys
    this.#clock = clock
  }

  /** Whether somebody has to sign in at all. */
  get keys(): boolean {
    return this.#keys !== undefined
  }

  /** The session of a request, if it has one that is good. */
  async find(exchange: Exchange): Promise<Session | undefined> {
    const token = tokenOf(exchange)
    if (token === undefined) return undefined
    const csrf = csrfOf(token)
    if (this.#keys === undefined) return { key: undefined, owner: 'local', csrf }
    const stored = this.#records.get(hashOf(token))
    if (stored === undefined || stored.expiresAt <= this.#clock.now()) return undefined
    try {
      const key = await this.#keys.alive(stored.keyId)
      return { key, owner: key.id, csrf }
    } catch (error) {
      // Revoked or expired since; anything else is a fault to be told.
      if (toMoaError(error).code === 'unauthorized') return undefined
      throw error
    }
  }

  /**
   * The session of a request.
   *
   * @throws {@link MoaError} `unauthorized` without one; `forbidden` when a request that changes something does not
   *   carry its token
   */
  async require(exchange: Exchange): Promise<Session> {
    const session = await this.find(exchange)
    if (session === undefined)
      throw new MoaError('unauthorized', 'Sign in first: this page has no session, or it has ended.')
    if (exchange.method !== 'GET' && exchange.method !== 'HEAD' && !hasToken(exchange, session.csrf))
      throw new MoaError(
        'forbidden',
        'The request does not carry the token of this session (x-moa-csrf); reload the page.',
      )
    return session
  }

  /** Begins a session without a key, where none are in use. */
  openFreely(exchange: Exchange): Session {
    const token = newToken()
    exchange.always.push(...cookie(exchange, token))
    return { key: undefined, owner: 'local', csrf: csrfOf(token) }
  }

  /**
   * Begins a session with a key.
   *
   * @throws {@link MoaError} `unauthorized` for a key that is wrong
   */
  async open(exchange: Exchange, key: string): Promise<Session> {
    if (this.#keys === undefined) return this.openFreely(exchange)
    const record = await this.#keys.verify(key)
    const token = newToken()
    this.#records.prune({ maxAgeMs: LIFE_MS })
    this.#records.set(hashOf(token), { keyId: record.id, expiresAt: this.#clock.now() + LIFE_MS })
    exchange.always.push(...cookie(exchange, token))
    return { key: record, owner: record.id, csrf: csrfOf(token) }
  }

  /** Ends the session of a request. */
  close(exchange: Exchange): void {
    const token = tokenOf(exchange)
    if (token !== undefined) this.#records.delete(hashOf(token))
    exchange.always.push(
      'set-cookie',
      `${cookieName(exchange)}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict`,
    )
  }
}

const newToken = (): string => randomBytes(32).toString('base64url')
const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')
const csrfOf = (token: string): string => createHash('sha256').update(`csrf:${token}`).digest('base64url')

function hasToken(exchange: Exchange, expected: string): boolean {
  const given = Buffer.from(exchange.header('x-moa-csrf') ?? '')
  const wanted = Buffer.from(expected)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

/** Browsers share cookies among all ports of a machine, so two gateways need two names. */
function cookieName(exchange: Exchange): string {
  const port = /:(\d{1,5})$/.exec(exchange.header('host') ?? '')?.[1]
  return port === undefined ? 'moa_session' : `moa_session_${port}`
}

function tokenOf(exchange: Exchange): string | undefined {
  const name = cookieName(exchange)
  for (const pair of (exchange.header('cookie') ?? '').split(';')) {
    const [key, value = ''] = pair.trim().split('=')
    if (key === name && TOKEN.test(value)) return value
  }
  return undefined
}

function cookie(exchange: Exchange, token: string): HeaderList {
  const secure = exchange.header('x-forwarded-proto') === 'https' ? '; Secure' : ''
  const age = LIFE_MS / 1000
  return [
    'set-cookie',
    `${cookieName(exchange)}=${token}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Strict${secure}`,
  ]
}
