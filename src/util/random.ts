/** A seeded source of random numbers; the same seed gives the same sequence on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform integer in [0, bound). */
  below(bound: number): number
  /** Standard normal. */
  normal(): number
  pick<T>(items: readonly [T, ...T[]]): T
  pick<T>(items: readonly T[]): T | undefined
  /** A new array in random order. */
  shuffle<T>(items: readonly T[]): T[]
}

/** 32-bit hash of a text (FNV-1a over UTF-16 units, then an avalanche step). */
export function hash32(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/**
 * The sfc32 generator (Chris Doty-Humphrey's "Small Fast Counting", 32-bit), seeded with a number or a text.
 * For simulation and shuffling, not for secrets.
 */
export function seededRandom(seed: number | string): Random {
  const text = String(seed)
  let a = hash32(`a${text}`)
  let b = hash32(`b${text}`)
  let c = hash32(`c${text}`)
  let counter = 1
  const word = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    c |= 0
    return sum >>> 0
  }
  for (let round = 0; round < 12; round += 1) word()

  const next = (): number => word() / 0x1_0000_0000
  const below = (bound: number): number => Math.floor(next() * bound)
  let spare: number | undefined
  return {
    next,
    below,
    normal() {
      if (spare !== undefined) {
        const value = spare
        spare = undefined
        return value
      }
      // Box and Muller: two uniform numbers give two normal ones.
      const radius = Math.sqrt(-2 * Math.log(1 - next()))
      const angle = 2 * Math.PI * next()
      spare = radius * Math.sin(angle)
      return radius * Math.cos(angle)
    },
    pick<T>(items: readonly T[]): T {
      return items[below(items.length)] as T
    },
    shuffle<T>(items: readonly T[]): T[] {
      const result = [...items]
      for (let index = result.length - 1; index > 0; index -= 1) {
        const other = below(index + 1)
        const item = result[index] as T
        result[index] = result[other] as T
        result[other] = item
      }
      return result
    },
  }
}
