import { agreement } from '../agreement.js'
import { answerWith } from '../answer.js'
import { writerOnly } from '../writer-only.js'
import type { StageRunner } from './stage.js'

/**
 * Stops the run with the most central proposal when the proposals agree; else lets it go on, as it does when the request
 * asks for what no proposal can be: an answer in a format, or one that calls tools.
 */
export const gate: StageRunner<'gate'> = (run, stage, material) => {
  const { score, central, measure } = agreement(material.proposals)
  const proposal = material.proposals[central]
  // One proposal agrees with itself, which says nothing.
  const agreed = material.proposals.length > 1 && score >= stage.threshold && proposal !== undefined
  const stopped =
    agreed && (run.plan.stages.at(-1)?.kind !== 'synthesize' || writerOnly(run.request) === undefined)
  run.outlet.send({
    type: 'gate-end',
    stage: stage.index,
    agreement: score,
    threshold: stage.threshold,
    measure,
    stopped,
  })
  if (!stopped) return Promise.resolve(material)
  answerWith(run, proposal)
  return Promise.resolve({ answered: true })
}
