import type { JSX } from 'preact'
import type { Vote } from './agreement.js'
import { say } from './texts.js'

const CHOICES = [
  ['better', 'voteBetter'],
  ['tie', 'voteTie'],
  ['worse', 'voteWorse'],
] as const

export interface VoteButtonsProps {
  readonly contestant: string
  readonly vote: Vote | undefined
  /** `undefined` takes the vote back. */
  readonly onVote: (vote: Vote | undefined) => void
}

/** What the viewer thinks of an answer. */
export function VoteButtons({ contestant, vote, onVote }: VoteButtonsProps): JSX.Element {
  return (
    <div class="votes" role="group" aria-label={`${say('yourVote')}: ${contestant}`}>
      {CHOICES.map(([choice, label]) => (
        <button
          key={choice}
          type="button"
          class="vote"
          aria-pressed={vote === choice}
          onClick={() => onVote(vote === choice ? undefined : choice)}
        >
          {say(label)}
        </button>
      ))}
    </div>
  )
}
