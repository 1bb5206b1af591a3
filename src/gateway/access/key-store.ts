import { createSecret } from './secret.js'

/** What a key allows; an absent field allows everything. */
export interface KeyLimits {
  /** Names of recipes and models; a `*` at the end stands for any rest. */
  readonly models?: readonly string[]
  readonly requestsPerMinute?: number
  readonly tokensPerMinute?: number
  /** Answers at a time, in one process. */
  readonly concurrentRuns?: number
  /** US dollars in a day of UTC. */
  readonly dailyBudgetUsd?: number
  /** US dollars in a month of UTC. */
  readonly monthlyBudgetUsd?: number
}

/** A key as it is kept: never the key itself. */
export interface KeyRecord extends KeyLimits {
  /** Also the visible part of the key. */
  readonly id: string
  /** Whom it was made for. */
  readonly name: string
  /** SHA-256 of the whole key, in hexadecimal. */
  readonly hash: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly expiresAt?: number
  readonly revokedAt?: number
}

/** Where keys are kept. Several processes may share one. */
export interface KeyStore {
  get(id: string): Promise<KeyRecord | undefined>
  list(): Promise<readonly KeyRecord[]>
  /** Adds a record, or replaces the one with its id. */
  put(record: KeyRecord): Promise<void>
}

/** Makes a key and keeps its record. The key itself is in the result and nowhere else. */
export async function createKey(
  store: KeyStore,
  options: {
    readonly name: string
    readonly limits?: KeyLimits
    readonly expiresAt?: number
    readonly now: number
  },
): Promise<{ readonly key: string; readonly record: KeyRecord }> {
  const { id, key, hash } = createSecret()
  const { name, limits, expiresAt, now } = options
  const record = { id, name, hash, createdAt: now, ...(expiresAt !== undefined && { expiresAt }), ...limits }
  await store.put(record)
  return { key, record }
}

/** Keys of this process alone. */
export function memoryKeyStore(records: readonly KeyRecord[] = []): KeyStore {
  const kept = new Map(records.map((record) => [record.id, record]))
  return {
    get: (id) => Promise.resolve(kept.get(id)),
    list: () => Promise.resolve([...kept.values()]),
    put(record) {
      kept.set(record.id, record)
      return Promise.resolve()
    },
  }
}
