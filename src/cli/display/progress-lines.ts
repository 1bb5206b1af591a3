import type { ModelEvent } from '../../core/events.js'
import { formatCount, formatSeconds } from '../view/format.js'
import { oneLine } from '../terminal/sanitize.js'
import { stageName } from '../view/stage-name.js'
import { stageResult } from '../view/stage-result.js'
import { plainProposal } from './plain-proposal.js'

/** Progress as plain lines, for logs and terminals that can't move the cursor. */
export class ProgressLines {
  readonly #note: (line: string) => void
  readonly #showProposals: boolean
  #kinds: readonly string[] = []

  constructor(note: (line: string) => void, showProposals: boolean) {
    this.#note = note
    this.#showProposals = showProposals
  }

  add(event: ModelEvent): void {
    switch (event.type) {
      case 'run-start':
        this.#kinds = event.stages.map(({ kind }) => kind)
        break
      case 'stage-start':
        this.#note(stageName(this.#kinds, event.stage))
        break
      case 'proposal-end': {
        const { slot, usage, durationMs } = event.proposal
        this.#note(
          `  ${oneLine(slot.name)}: ${formatCount(usage.outputTokens)} tokens in ${formatSeconds(durationMs)}`,
        )
        if (this.#showProposals) for (const line of plainProposal(event.proposal)) this.#note(line)
        break
      }
      case 'proposal-failed':
        this.#note(`  ${oneLine(event.slot.name)}: failed, ${oneLine(event.error.message)}`)
        break
      case 'proposal-dropped':
        this.#note(`  ${oneLine(event.slot.name)}: dropped, ${oneLine(event.reason)}`)
        break
      case 'ranking-end':
      case 'vote-end':
      case 'gate-end':
        this.#note(`  ${stageResult(event)}`)
        break
      default:
        break
    }
  }
}
