import { MoaError } from '../core/index.js'
import { didYouMean } from '../util/index.js'
import type { Behaviour } from './behaviour.js'
import { MODIFIERS, type BehaviourDraft, type Modifier, type ModifierValue } from './modifiers.js'

/**
 * Reads modifiers, `name` or `name=value` each.
 *
 * @param of the whole name they were found in, for error messages
 * @throws {@link MoaError} `model_not_found` for an unknown modifier, a missing or an impossible value, and for a
 *   fault that could never strike because the one before it always does
 */
export function readModifiers(modifiers: readonly string[], of: string): Behaviour {
  const draft: BehaviourDraft = { faults: [] }
  for (const modifier of modifiers) {
    const [name, text] = split(modifier)
    const known = MODIFIERS[name]
    if (known === undefined)
      throw refused(of, `has no modifier "${name}".${didYouMean(name, Object.keys(MODIFIERS))}`)
    known.apply(draft, readValue({ name, text, known, of }))
  }
  const endless = draft.faults.findIndex((rule) => rule.calls === undefined && rule.probability === undefined)
  if (endless !== -1 && endless < draft.faults.length - 1)
    throw refused(
      of,
      'has two faults that always strike; give the first one a number of calls, as in "429=2".',
    )
  return draft
}

function split(modifier: string): [string, string | undefined] {
  const at = modifier.indexOf('=')
  return at === -1 ? [modifier, undefined] : [modifier.slice(0, at), modifier.slice(at + 1)]
}

const RANGES: Record<
  Exclude<ModifierValue, 'none'>,
  { min: number; max: number; whole: boolean; what: string }
> = {
  count: { min: 1, max: 1e9, whole: true, what: 'a number of calls, at least 1' },
  position: { min: 0, max: 1e9, whole: true, what: 'a number of pieces, at least 0' },
  milliseconds: { min: 0, max: 1e9, whole: false, what: 'milliseconds, at least 0' },
  tokens: { min: 1, max: 200_000, whole: true, what: 'a number of tokens, at least 1' },
  probability: { min: 0, max: 1, whole: false, what: 'a share from 0 to 1' },
}

function readValue(found: {
  name: string
  text: string | undefined
  known: Modifier
  of: string
}): number | undefined {
  const { name, text, known, of } = found
  if (known.value === 'none') {
    if (text !== undefined) throw refused(of, `gives "${name}" a value; it takes none.`)
    return undefined
  }
  const range = RANGES[known.value]
  if (text === undefined) {
    if (known.optional === true) return undefined
    throw refused(
      of,
      `needs a value for "${name}": ${range.what}, as in "${name}=${range.max === 1 ? 0.1 : 5}".`,
    )
  }
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= range.min && value <= range.max) || (range.whole && !Number.isInteger(value)))
    throw refused(of, `gives "${name}" the value "${text}"; expected ${range.what}.`)
  return value
}

function refused(of: string, message: string): MoaError {
  return new MoaError('model_not_found', `Simulated model "${of}" ${message}`, { param: 'model' })
}
