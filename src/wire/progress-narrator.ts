import type { ModelEvent, SlotRef, StageSummary } from '../core/index.js'

/**
 * Tells a mixture's progress in words, for clients that show it as thinking: one line for each step.
 *
 * @param withProposals also the text of every proposal
 */
export class ProgressNarrator {
  readonly #withProposals: boolean
  #stages: readonly StageSummary[] = []

  constructor(withProposals: boolean) {
    this.#withProposals = withProposals
  }

  /** What to say about an event; empty for those that need no words. */
  tell(event: ModelEvent): string {
    switch (event.type) {
      case 'run-start':
        this.#stages = event.stages
        return ''
      case 'stage-start':
        return this.#stageStart(event.stage)
      case 'proposal-end': {
        const { slot, durationMs, text } = event.proposal
        const line = `- ${slot.name} answered (${seconds(durationMs)}).\n`
        return this.#withProposals ? `${line}\n${text}\n\n` : line
      }
      case 'proposal-failed':
        return `- ${event.slot.name} failed (${seconds(event.durationMs)}): ${event.error.message}\n`
      case 'proposal-dropped':
        return `- ${event.slot.name} was left out (${seconds(event.durationMs)}): ${event.reason}\n`
      case 'ranking-end':
        return `Best first: ${listed(event.order.map(({ slot }) => slot))}.\n`
      case 'vote-end':
        return event.winner === null
          ? 'No answer could be agreed on.\n'
          : `${event.votes} of ${event.answers.length} agree.\n`
      case 'gate-end':
        if (event.stopped) return 'The proposals agree; no further layer is needed.\n'
        return event.agreement < event.threshold
          ? 'The proposals differ; going on.\n'
          : 'The proposals agree; the answer is still to be written.\n'
      case 'review-end':
        return `${event.slot.name} has reviewed the proposals.\n`
      case 'degraded':
        // Proposers that failed have had their line.
        return event.degradation.code === 'proposer-failed' || event.degradation.code === 'proposer-dropped'
          ? ''
          : `${event.degradation.message}\n`
      default:
        return ''
    }
  }

  #stageStart(index: number): string {
    const stage = this.#stages[index]
    if (stage === undefined) return ''
    const layer = `Layer ${index + 1} of ${this.#stages.length}`
    switch (stage.kind) {
      case 'propose':
        return `${layer}: asking ${listed(stage.slots)}.\n`
      case 'synthesize':
        return `${layer}: ${stage.slots[0]?.name ?? 'the aggregator'} writes the answer.\n`
      case 'rank':
        return `${layer}: ranking the proposals.\n`
      case 'critique':
        return `${layer}: reviewing the proposals.\n`
      default:
        return ''
    }
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

function listed(slots: readonly SlotRef[]): string {
  const names = slots.map(({ name }) => name)
  return names.length < 2
    ? (names[0] ?? 'nobody')
    : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`
}
