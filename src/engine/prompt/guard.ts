/** Stands beside a proposal that repeats itself, so that its length does not pass for substance. */
export const GUARD_NOTE = '(caution: most of this text repeats itself)'

/** Shorter texts repeat themselves by nature. */
const MIN_WORDS = 60
/** Words in a compared run. */
const RUN = 6

/**
 * Whether a text mostly repeats itself, as models do that got stuck: more than half of its runs of six words have
 * occurred before.
 */
export function isRepetitive(text: string): boolean {
  const words = text.split(/\s+/)
  if (words.length < MIN_WORDS) return false
  const seen = new Set<string>()
  let repeated = 0
  const runs = words.length - RUN + 1
  for (let start = 0; start < runs; start += 1) {
    const run = words.slice(start, start + RUN).join(' ')
    if (seen.has(run)) repeated += 1
    else seen.add(run)
  }
  return repeated > runs / 2
}
