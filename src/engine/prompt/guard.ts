/** Stands beside a proposal that repeats itself, so that its length does not pass for substance. */
export const REPETITION_NOTE = '(caution: most of this text repeats itself)'

/** Stands beside a proposal that says something else than all others, which may be right or planted. */
export const OUTLIER_NOTE = '(caution: differs strongly from the other proposals)'

/** Shorter texts repeat themselves by nature. */
const MIN_CHARACTERS = 600
/** Words in a compared run. */
const RUN = 6
/** Multiplier of the rolling hash, and its power that takes the oldest word of a run out again (modulo 2^32). */
const BASE = 0x01000193
const OLDEST = power(BASE, RUN)

/**
 * Whether a text mostly repeats itself, as models do that got stuck: more than half of its runs of six words have
 * occurred before.
 */
export function isRepetitive(text: string): boolean {
  if (text.length < MIN_CHARACTERS) return false
  const words = wordHashes(text)
  const runs = words.length - RUN + 1
  const seen = new Set<number>()
  let hash = 0
  for (let index = 0; index < words.length; index += 1) {
    hash = (Math.imul(hash, BASE) + (words[index] as number)) | 0
    if (index >= RUN) hash = (hash - Math.imul(words[index - RUN] as number, OLDEST)) | 0
    if (index >= RUN - 1) seen.add(hash)
  }
  return runs > 0 && seen.size < runs / 2
}

/** A number for each word, white space apart. */
function wordHashes(text: string): number[] {
  const hashes: number[] = []
  let hash = 0
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    if (unit > 32 && unit !== 0x3000) hash = (Math.imul(hash, 31) + unit) | 0
    else if (hash !== 0) {
      hashes.push(hash)
      hash = 0
    }
  }
  if (hash !== 0) hashes.push(hash)
  return hashes
}

function power(base: number, exponent: number): number {
  let result = 1
  for (let step = 0; step < exponent; step += 1) result = Math.imul(result, base)
  return result
}
