import { mean, standardError } from '../../../stats/index.js'
import type { Ballot } from './ballot.js'
import { agreementOf, estimateVotes, type Agreement } from './estimate.js'
import type { Gold } from './gold.js'

/** Agreement averaged over several lists of votes. */
export interface AgreementReport {
  readonly score: number
  readonly error: number
  /** Mean of the lists' standard errors over pairs. */
  readonly sem_samples: number
  /** Pairs that took part. */
  readonly counts: number
  /** Standard error over lists; null for a single one. */
  readonly sem_annotators: number | null
}

function average(parts: readonly Agreement[], counts: number): AgreementReport {
  const scores = parts.map((part) => part.score)
  return {
    score: mean(scores),
    error: mean(parts.map((part) => part.error)),
    sem_samples: mean(parts.map((part) => part.standardError)),
    counts,
    sem_annotators: scores.length > 1 ? standardError(scores) : null,
  }
}

const votesOn = (ballot: Ballot, place: number): number[] =>
  ballot.votes.map((votes) => votes[place] as number)

const castVotes = (ballot: Ballot, place: number): number =>
  votesOn(ballot, place).filter((vote) => !Number.isNaN(vote)).length

/** Each seed's votes against the estimate of all four human votes; averaged over seeds. */
export function agreementWithHumans(ballot: Ballot, gold: Gold): AgreementReport {
  const targets = gold.pairs.map((pair) => estimateVotes(pair.votes))
  const counts = targets.filter((_, place) => castVotes(ballot, place) > 0).length
  return average(
    ballot.votes.map((votes) => agreementOf([...votes], targets)),
    counts,
  )
}

/** The estimate of the judge's votes against that of the human votes: its error is the bias. */
export function biasOf(ballot: Ballot, gold: Gold): AgreementReport {
  const estimates = gold.pairs.map((_, place) => estimateVotes(votesOn(ballot, place)))
  const targets = gold.pairs.map((pair) => estimateVotes(pair.votes))
  return average([agreementOf(estimates, targets)], estimates.length)
}

/**
 * Each vote against the estimate of the judge's other votes on the pair, where at most one is missing: the error is the
 * variance; for people, the score is their agreement. Null for a single seed.
 */
export function varianceOf(ballot: Ballot): AgreementReport | null {
  const lists = ballot.votes.length
  if (lists < 2) return null
  const places = [...ballot.first.keys()].filter((place) => castVotes(ballot, place) >= lists - 1)
  const parts = ballot.votes.map((votes, left) => {
    const others = places.map((place) => estimateVotes(votesOn(ballot, place).toSpliced(left, 1)))
    return agreementOf(
      places.map((place) => votes[place] as number),
      others,
    )
  })
  return average(parts, places.length)
}
