import type { Proposal } from '../../core/index.js'
import type { PlanStage } from '../plan.js'
import type { Run } from '../run.js'

/** What a stage leaves behind: proposals for the next stage, or the finished answer, which ends the run. */
export type StageResult = { readonly proposals: readonly Proposal[] } | { readonly answered: true }

/**
 * A step of a recipe: from the proposals so far to new proposals or to the answer. It tells of its progress through
 * `run.outlet` and throws when the run can't go on. Adding a strategy means adding one of these, never a case in
 * the executor.
 */
export type StageRunner = (run: Run, stage: PlanStage, proposals: readonly Proposal[]) => Promise<StageResult>
