import type { PlanStageOf } from '../plan.js'
import type { Material } from '../prompt/material.js'
import type { StageInput } from '../recipe.js'
import type { Run } from '../run.js'

/** What a stage leaves behind: material for the next stage, or the finished answer, which ends the run. */
export type StageResult = Material | { readonly answered: true }

/**
 * A step of a recipe: from the material so far to new material or to the answer. It tells of its progress through
 * `run.outlet` and throws when the run can't go on. Adding a strategy means adding one of these, never a case in
 * the executor.
 */
export type StageRunner<Kind extends StageInput['kind']> = (
  run: Run,
  stage: PlanStageOf<Kind>,
  material: Material,
) => Promise<StageResult>
