import { answerWith, lastResort, nothingUsable } from '../answer.js'
import type { StageRunner } from './stage.js'

/** Answers with the best proposal word for word. */
export const pick: StageRunner<'pick'> = (run, _stage, material) => {
  const proposal = lastResort(material)
  if (proposal === undefined) throw nothingUsable(run, undefined)
  answerWith(run, proposal)
  return Promise.resolve({ answered: true })
}
