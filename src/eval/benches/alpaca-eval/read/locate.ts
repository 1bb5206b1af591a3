import { NOTES } from '../notes.js'
import type { ProblemLog } from '../../../problems.js'
import type { AnnotationSet } from '../types.js'

/**
 * Finds each row's place in the evaluation set by its instruction. Sets that know their places keep them; sets without
 * texts stay as they are.
 *
 * @param options.instructions the evaluation set in order, as the baseline's outputs have it.
 */
export function locateInstructions(
  set: AnnotationSet,
  options: { instructions: readonly string[]; log: ProblemLog },
): AnnotationSet {
  const { instructions, log } = options
  let { index } = set
  if (index === null && set.instructions !== null) {
    const places = new Map<string, number>()
    instructions.forEach((instruction, place) => {
      if (!places.has(instruction)) places.set(instruction, place)
    })
    index = Int32Array.from(set.instructions, (instruction) => places.get(instruction) ?? -1)
  }
  if (index === null) return set
  const found = new Set<number>(index)
  index.forEach((place, row) => {
    if (place < 0 || place >= instructions.length)
      log.add(...NOTES.unknownInstruction, { source: set.model, row })
  })
  instructions.forEach((_, place) => {
    if (!found.has(place))
      log.add(...NOTES.missingInstruction, { source: set.model, id: `instruction ${place}` })
  })
  return { ...set, index }
}
