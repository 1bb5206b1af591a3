import { MoaError } from '../core/index.js'
import { didYouMean } from '../util/index.js'
import type { Behaviour } from './behaviour.js'
import { PERSONALITIES } from './personalities/index.js'
import { readModifiers } from './read-modifiers.js'

/** A simulated model's name, taken apart: `<base>[+<modifier>[=<value>]]*`. */
export interface SimName {
  /** As it was written. */
  readonly text: string
  /** A personality or the generator of recorded answers. */
  readonly base: string
  readonly behaviour: Behaviour
}

/**
 * Takes a simulated model's name apart.
 *
 * @param generators names that recorded answers are known by, beside the personalities
 * @throws {@link MoaError} `model_not_found` for an unknown personality or modifier, with what was probably meant
 */
export function parseSimName(text: string, generators: Iterable<string> = []): SimName {
  const known = new Set([...PERSONALITIES.keys(), ...generators])
  const base = longestPrefix(text, known) ?? text.split('+')[0] ?? ''
  if (!known.has(base)) {
    const guess = didYouMean(base, known)
    throw new MoaError(
      'model_not_found',
      `There is no simulated model "${base}".${guess === '' ? ` Known: ${[...known].join(', ')}.` : guess}`,
      { param: 'model' },
    )
  }
  const modifiers = text === base ? [] : text.slice(base.length + 1).split('+')
  return { text, base, behaviour: readModifiers(modifiers, text) }
}

/** The longest known name a text begins with, because a generator's own name may hold a plus sign. */
function longestPrefix(text: string, known: ReadonlySet<string>): string | undefined {
  for (let end = text.length; end > 0; end = text.lastIndexOf('+', end - 1)) {
    if (known.has(text.slice(0, end))) return text.slice(0, end)
  }
  return undefined
}
