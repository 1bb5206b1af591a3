import { MoaError } from '../../core/errors.js'
import type { RedisClient } from '../../gateway/index.js'
import { warn } from '../notices.js'
import type { Shell } from '../shell.js'

const CONNECT_MS = 2_000
/** A request waits for Redis no longer than this; then it is counted here. */
const COMMAND_MS = 1_000
/** Longest pause before it is tried to connect again. */
const MOST_RETRY_MS = 5_000

/** A connection to Redis that comes back by itself. */
export interface RedisLink {
  readonly client: RedisClient
  close(): void
}

/**
 * Connects to the Redis of the configuration. One that is not there may come later, so that is a warning; one that does
 * not let us in is a mistake.
 *
 * @param address `redis://…` or `rediss://…`; its password is never shown
 * @throws {@link MoaError} `config_invalid` when Redis refuses the password or the database
 */
export async function openRedis(address: string, shell: Shell): Promise<RedisLink> {
  // Loaded only for those who share limits.
  const { Redis } = await import('ioredis')
  if (!URL.canParse(address))
    throw new MoaError('config_invalid', 'gateway.redis: expected an address such as redis://127.0.0.1:6379.')
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
  shell.signal.addEventListener('abort', close, { once: true })
  // Why it failed is told to the listener; the promise only says that it did.
  await client.connect().catch(() => {})
  shell.signal.removeEventListener('abort', close)
  if (problem === undefined) return { client, close }
  const { host = '', port } = client.options
  const { name, message } = problem
  if (name === 'ReplyError') {
    close()
    throw new MoaError(
      'config_invalid',
      `gateway.redis: Redis at ${host}:${port} refused the connection (${message}); check user, password and database number.`,
    )
  }
  warn(
    shell,
    `Redis at ${host}:${port} can't be reached (${message}): rate limits count in this process alone until it can.`,
  )
  return { client, close }
}
