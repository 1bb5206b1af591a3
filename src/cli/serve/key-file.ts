import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { MoaError } from '../../core/errors.js'
import type { Settings } from '../../config/settings.js'
import type { KeyRecord, KeyStore, SpendStore } from '../../gateway/index.js'
import type { Records, Store } from '../../store/index.js'

/** Keys of the gateway and what they have spent, in one SQLite file that several processes may use at a time. */
export interface KeyFile {
  readonly path: string
  readonly keys: KeyStore
  readonly spend: SpendStore
  /** Revoked ones included. */
  readonly count: number
  close(): void
}

/** Where the keys are: as a flag says, as the configuration says, or in the data folder. */
export function keyFilePath(settings: Settings, named: string | undefined): string {
  return named ?? settings.gateway.keysFile ?? join(settings.dataFolder, 'gateway.db')
}

/**
 * Opens the keys for a gateway.
 *
 * @returns nothing when no key was ever made and no file is named: the gateway then asks for none
 * @throws {@link MoaError} `file_unreadable` for a named file that is not there
 */
export async function findKeyFile(
  settings: Settings,
  named: string | undefined,
): Promise<KeyFile | undefined> {
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
  if (isNamed || file.count > 0) return file
  file.close()
  return undefined
}

/**
 * Opens the file, which is made when it is not there.
 *
 * @throws {@link MoaError} `file_unreadable`, `data_invalid`
 */
export async function openKeyFile(path: string): Promise<KeyFile> {
  // SQLite is loaded only for those who use keys.
  const { openSqliteStore } = await import('../../store/index.js')
  const store = openSqliteStore(path)
  const records = store.records<KeyRecord>('gateway-keys')
  return {
    path,
    keys: keyStore(records),
    spend: spendStore(store),
    get count() {
      return records.size().count
    },
    close: () => store.close(),
  }
}

function keyStore(records: Records<KeyRecord>): KeyStore {
  return {
    get: async (id) => Promise.resolve(records.get(id)),
    list: async () => Promise.resolve([...records.scan()].map(({ value }) => value)),
    put: async (record) => Promise.resolve(records.set(record.id, record)),
  }
}

function spendStore(store: Store): SpendStore {
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
