import type { Proposal } from '../../core/index.js'

/** What the stages of a run hand on. */
export interface Material {
  /** Best first once they are ranked; before that in slot order. */
  readonly proposals: readonly Proposal[]
  /** A rank stage has put the best first. */
  readonly ranked?: boolean
  /** A critic's review of the proposals, if there is one. */
  readonly review?: string
}

export const NO_MATERIAL: Material = { proposals: [] }
