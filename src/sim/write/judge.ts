import type { ChatRequest } from '../../core/index.js'
import type { Random } from '../../util/index.js'
import type { Hint } from './schema.js'

/** A judge's answer. */
export interface Verdict {
  readonly text: string
  /** The tokens it chose between with their probabilities, when the verdict is one token. */
  readonly choices?: readonly (readonly [string, number])[]
  /** Fills structured answers with the verdict. */
  readonly hint: Hint
}

export function judge(_request: ChatRequest, _random: Random): Verdict | undefined {
  return undefined
}
