import { NOTES } from '../notes.js'
import type { Json } from '../../../python/json.js'
import type { ProblemLog, ProblemPlace } from '../../../problems.js'

/**
 * A preference as a number: 1 to 2, 0 for equal, NaN for missing. What is neither is noted and becomes NaN; -1 is how
 * failed calls are stored.
 */
export function preferenceNumber(value: Json, options: { place: ProblemPlace; log: ProblemLog }): number {
  const { place, log } = options
  if (value === null || value === -1 || (typeof value === 'number' && Number.isNaN(value))) {
    log.add(...NOTES.missingPreference, place)
    return NaN
  }
  if (typeof value !== 'number') {
    log.add(...NOTES.preferenceNoNumber, place)
    return NaN
  }
  if (value === 0 || (value >= 1 && value <= 2)) return value
  log.add(...NOTES.preferenceOutOfRange, place)
  return NaN
}
