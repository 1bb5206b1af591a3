import { sha512 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { Mt19937 } from './mt19937.js'

/**
 * The generator Python's `random.Random(text)` starts with: the text's UTF-8 bytes and their SHA-512, read as one
 * big-endian number, whose 32-bit words seed the Mersenne Twister, least significant first.
 */
export function textSeeded(text: string): Mt19937 {
  const encoded = utf8ToBytes(text)
  const bytes = concatBytes(encoded, sha512(encoded))
  const words: number[] = []
  for (let end = bytes.length; end > 0; end -= 4) {
    let word = 0
    for (let index = Math.max(0, end - 4); index < end; index += 1)
      word = word * 256 + (bytes[index] as number)
    words.push(word)
  }
  while (words.length > 1 && words.at(-1) === 0) words.pop()
  return new Mt19937(words)
}

/** One of the options, all equally likely, fixed by the seed text (Python's `Random(text).choices(options)[0]`). */
export function textChoice<T>(seedText: string, options: readonly T[]): T {
  if (options.length === 0) throw new RangeError('textChoice: expected at least one option, got none')
  return options[Math.floor(textSeeded(seedText).uniform() * options.length)] as T
}

/** An option and how likely it is, relative to the others. */
export interface WeightedOption<T> {
  readonly option: T
  readonly weight: number
}

/** One of the weighted options, fixed by the seed text (Python's `Random(text).choices(options, weights)[0]`). */
export function weightedTextChoice<T>(seedText: string, options: readonly WeightedOption<T>[]): T {
  const last = options.at(-1)
  if (last === undefined) throw new RangeError('weightedTextChoice: expected at least one option, got none')
  let total = 0
  const bounds = options.map(({ weight }) => (total += weight))
  const point = textSeeded(seedText).uniform() * total
  const index = bounds.findIndex((bound) => bound > point)
  return (options[index] ?? last).option
}

/**
 * Row numbers 0 to n-1 in the order NumPy's `RandomState(seed).shuffle` leaves them in.
 *
 * @param seed a 32-bit number, plainly initialised.
 */
export function shuffledOrder(rows: number, seed: number): number[] {
  const random = new Mt19937(seed)
  const order = Array.from({ length: rows }, (_, index) => index)
  for (let last = rows - 1; last > 0; last -= 1) {
    const other = random.masked(last)
    const held = order[last] as number
    order[last] = order[other] as number
    order[other] = held
  }
  return order
}
