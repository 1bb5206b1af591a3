import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { MoaError } from '../../core/errors.js'
import type { Settings } from '../../config/settings.js'
import {
  memoryKeyStore,
  memorySpendStore,
  redisKeyStore,
  redisSpendStore,
  type GatewayLog,
  type KeyRecord,
  type KeyStore,
  type SpendStore,
} from '../../gateway/index.js'
import type { Records, Store } from '../../store/index.js'
import type { RedisLink } from '../redis.js'

/** Keys of gateways and what they have spent, where several processes may use them at a time. */
export interface KeyPlace {
  /** The file's path, or where Redis is. */
  readonly name: string
  readonly keys: KeyStore
  readonly spend: SpendStore
  /**
   * Books what is left to be booked. A Redis stays open: it is its owner's.
   *
   * @returns US dollars that could not be booked
   */
  close(): Promise<number>
}

/** The keys are in the Redis of the configuration: it says so, and no flag names a file. */
export function keysAreInRedis(settings: Settings, named: string | undefined): boolean {
  return named === undefined && settings.gateway.keysIn === 'redis'
}

/** Where the file with the keys is: as a flag says, as the configuration says, or in the data folder. */
export function keyFilePath(settings: Settings, named: string | undefined): string {
  return named ?? settings.gateway.keysFile ?? join(settings.dataFolder, 'gateway.db')
}

/**
 * Opens the file with the keys for a gateway.
 *
 * @returns nothing when no key was ever made and no file is named: the gateway then asks for none
 * @throws {@link MoaError} `file_unreadable` for a named file that is not there
 */
export async function findKeyFile(
  settings: Settings,
  named: string | undefined,
): Promise<KeyPlace | undefined> {
  const path = keyFilePath(settings, named)
  const isNamed = named !== undefined || settings.gateway.keysFile !== undefined
  if (!existsSync(path)) {
    if (!isNamed) return undefined
    throw new MoaError(
      'file_unreadable',
      `There is no file with keys at ${path}; \`moa keys create NAME --keys ${path}\` makes it.`,
    )
  }
  const file = await openKeyFile(path)
  if (isNamed || (await file.keys.list()).length > 0) return file
  await file.close()
  return undefined
}

/**
 * Opens the file, which is made when it is not there.
 *
 * @throws {@link MoaError} `file_unreadable`, `data_invalid`
 */
export async function openKeyFile(path: string): Promise<KeyPlace> {
  // SQLite is loaded only for those who use keys.
  const { openSqliteStore } = await import('../../store/index.js')
  const store = openSqliteStore(path)
  return {
    name: path,
    keys: fileKeys(store.records<KeyRecord>('gateway-keys')),
    spend: fileSpend(store),
    close: async () => {
      store.close()
      return Promise.resolve(0)
    },
  }
}

/** A file that is not there, and stays so. */
export const noKeys = (path: string): KeyPlace => ({
  name: path,
  keys: memoryKeyStore(),
  spend: memorySpendStore(),
  close: () => Promise.resolve(0),
})

function fileKeys(records: Records<KeyRecord>): KeyStore {
  return {
    get: async (id) => Promise.resolve(records.get(id)),
    list: async () => Promise.resolve([...records.scan()].map(({ value }) => value)),
    put: async (record) => Promise.resolve(records.set(record.id, record)),
  }
}

function fileSpend(store: Store): SpendStore {
  const sums = store.records<number>('gateway-spend')
  const key = (id: string, period: string): string => `${id} ${period}`
  return {
    spent: async (id, period) => Promise.resolve(sums.get(key(id, period)) ?? 0),
    add: async (id, usd, periods) =>
      Promise.resolve(
        store.transaction(() => {
          for (const period of periods) sums.set(key(id, period), (sums.get(key(id, period)) ?? 0) + usd)
        }),
      ),
  }
}

/** Keys in Redis. */
export function keysInRedis({ client, place }: RedisLink, log?: GatewayLog): KeyPlace {
  const spend = redisSpendStore(client, log && { log })
  return { name: `Redis at ${place}`, keys: redisKeyStore(client), spend, close: () => spend.close() }
}

/**
 * Why a Redis may lose keys and budgets: it throws out what has not been used for long once its memory is full.
 *
 * @returns nothing when it doesn't, or doesn't say
 */
export async function evictionWarning({ client, place }: RedisLink): Promise<string | undefined> {
  const memory = await client.info('memory').catch(() => '')
  const policy = /^maxmemory_policy:(allkeys-\S+)/m.exec(memory)?.[1]
  return policy === undefined
    ? undefined
    : `Redis at ${place} may throw out keys and what they have spent (maxmemory-policy ${policy}); set it to noeviction or to a policy for volatile keys.`
}
