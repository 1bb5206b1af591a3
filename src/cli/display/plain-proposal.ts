import type { Proposal } from '../../core/events.js'
import { oneLine, sanitize } from '../terminal/sanitize.js'

/** A proposal under its author's name, as it was written. */
export function plainProposal({ slot, text }: Proposal): string[] {
  return ['', `── ${oneLine(slot.name)}, layer ${slot.stage + 1} ──`, ...sanitize(text).split('\n'), '']
}
