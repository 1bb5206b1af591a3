import type { GateEnd, RankingEnd, VoteEnd } from '../../core/index.js'
import { oneLine } from '../terminal/sanitize.js'

/** What a stage that weighs proposals came to, in one line. */
export function stageResult(event: RankingEnd | VoteEnd | GateEnd): string {
  switch (event.type) {
    case 'ranking-end': {
      const names = event.order.map(({ slot }) => slot.name)
      const left = names.length - event.kept
      return oneLine(
        `best first: ${names.slice(0, event.kept).join(', ')}${left === 0 ? '' : ` (${left} left out)`}`,
      )
    }
    case 'vote-end':
      return event.winner === null
        ? 'no two proposals give the same answer'
        : oneLine(`${event.votes} of ${event.answers.length} say: ${event.winner}`)
    case 'gate-end': {
      const agreement = `agreement ${event.agreement.toFixed(2)}, asked for ${event.threshold.toFixed(2)}`
      return `${agreement}: ${event.stopped ? 'that is enough' : 'on to the next stage'}`
    }
  }
}
