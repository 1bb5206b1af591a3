import type { Proposal } from '../../core/index.js'

/** What the stages of a run hand on. */
export interface Material {
  /** Best first once they are ranked; before that in slot order. */
  readonly proposals: readonly Proposal[]
  /** A rank stage has put the best first. */
  readonly ranked?: boolean
  /** A critic's review of the proposals, if there is one. */
  readonly review?: string
  /** Where what was made of the proposals is kept for the next slot of the same stage, which mostly gets the same. */
  readonly kept?: Kept
}

/** What was made of the proposals for the slot before. */
export interface Kept {
  /** Of a request without one. */
  seed?: string
  note?: Note
  /** Indices of proposals that stand far from the others. */
  suspects?: ReadonlySet<number>
}

/** What a model is shown of the proposals when nothing has to be shortened. */
export interface Note {
  /** Everything that decides what the note says, proposals apart. */
  readonly for: string
  readonly order: readonly number[]
  readonly text: string
  /** The proposals without their reasoning, in the order shown. */
  readonly cleaned: readonly string[]
  readonly key: string
}

export const NO_MATERIAL: Material = { proposals: [] }
