import type { Redis } from 'ioredis'
import { MoaError, errorInfo } from '../core/errors.js'

const CONNECT_MS = 2_000
/** Nobody waits for Redis longer than this. */
const COMMAND_MS = 1_000
/** Longest pause before it is tried to connect again. */
const MOST_RETRY_MS = 5_000

/** A connection to Redis that comes back by itself. */
export interface RedisLink {
  readonly client: Redis
  /** Host and port, for people. */
  readonly place: string
  /** Why it is not there yet. */
  readonly problem?: string
  close(): void
}

/**
 * Connects to a Redis of the configuration. One that is not there may come later, which is up to the caller; one that does
 * not let us in is a mistake.
 *
 * @param address `redis://…` or `rediss://…`; its password is never shown
 * @param options.setting where it is named, for the message
 * @throws {@link MoaError} `config_invalid` when Redis refuses the password or the database
 * @throws the signal's reason
 */
export async function connectRedis(
  address: string,
  { setting, signal }: { readonly setting: string; readonly signal?: AbortSignal },
): Promise<RedisLink> {
  // Loaded only for those who share something.
  const { Redis } = await import('ioredis')
  if (!URL.canParse(address))
    throw new MoaError('config_invalid', `${setting}: expected an address such as redis://127.0.0.1:6379.`)
  const client = new Redis(address, {
    lazyConnect: true,
    enableOfflineQueue: false,
    connectTimeout: CONNECT_MS,
    commandTimeout: COMMAND_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 200, MOST_RETRY_MS),
  })
  const close = (): void => client.disconnect()
  let problem: Error | undefined
  client.on('error', (error: Error) => (problem = error))
  signal?.addEventListener('abort', close, { once: true })
  // Why it failed is told to the listener; the promise only says that it did.
  await client.connect().catch(() => {})
  signal?.removeEventListener('abort', close)
  signal?.throwIfAborted()
  const { host = '', port } = client.options
  const place = `${host}:${port}`
  if (problem?.name === 'ReplyError') {
    close()
    throw new MoaError(
      'config_invalid',
      `${setting}: Redis at ${place} refused the connection (${problem.message}); check user, password and database number.`,
    )
  }
  return { client, place, close, ...(problem && { problem: problem.message }) }
}

/** The error of one that has to be there. */
export const redisAway = ({ place, problem = 'no answer' }: RedisLink): MoaError =>
  new MoaError('unreachable', `Redis at ${place} can't be reached (${problem}); is it running?`)

/** What was found out about a Redis of the configuration. */
export interface RedisFinding {
  /** Where it is named: `gateway.redis`. */
  readonly setting: string
  readonly ok: boolean
  /** Host and port, or what is wrong. */
  readonly message: string
}

/**
 * Whether a Redis of the configuration lets us in.
 *
 * @throws the signal's reason
 */
export async function probeRedis(
  address: string,
  { setting, signal }: { readonly setting: string; readonly signal: AbortSignal },
): Promise<RedisFinding> {
  try {
    const link = await connectRedis(address, { setting, signal })
    link.close()
    const ok = link.problem === undefined
    return { setting, ok, message: ok ? link.place : redisAway(link).message }
  } catch (error) {
    signal.throwIfAborted()
    return { setting, ok: false, message: errorInfo(error).message.replace(`${setting}: `, '') }
  }
}
