import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** `moa_<id>_<secret>`: the id finds the record, the secret is 256 random bits. */
const SHAPE = /^moa_([A-Za-z0-9]{12})_([A-Za-z0-9_-]{43})$/
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

export interface NewSecret {
  readonly id: string
  /** The whole key, shown once and kept nowhere. */
  readonly key: string
  readonly hash: string
}

export function createSecret(): NewSecret {
  const id = [...randomBytes(12)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('')
  const key = `moa_${id}_${randomBytes(32).toString('base64url')}`
  return { id, key, hash: hashKey(key) }
}

/**
 * SHA-256 in hexadecimal. Slow hashes protect passwords because people choose them; nobody can try 2^256 random
 * secrets however quick the hash, and a slow one would let strangers keep the server busy with wrong keys.
 */
export function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}

/** The id in a key that has the right shape. */
export function idOfKey(key: string): string | undefined {
  return SHAPE.exec(key)?.[1]
}

/** Whether a key has this hash; takes the same time wherever they differ. */
export function matches(key: string, hash: string): boolean {
  const expected = Buffer.from(hash, 'hex')
  const actual = createHash('sha256').update(key).digest()
  return expected.length === actual.length && timingSafeEqual(actual, expected)
}

/** What people may see of a key. */
export const shownKey = (id: string): string => `moa_${id}_…`
