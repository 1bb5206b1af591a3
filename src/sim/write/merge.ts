import type { Random } from '../../util/index.js'
import type { Personality } from '../personalities/index.js'
import type { PromptView } from '../prompt/view.js'
import { list, titled } from './blocks.js'
import { composeAnswer } from './compose.js'
import { proposalFingerprint } from '../prompt/proposals.js'

/** Sentences taken from each proposal. */
const SENTENCES_EACH = 3

/** What an aggregator was given beside the question. */
export interface Merging {
  readonly proposals: readonly string[]
  /** A reviewer's notes on them. */
  readonly review: string | undefined
}

interface Writer {
  readonly view: PromptView
  readonly personality: Personality
  readonly random: Random
}

/**
 * An aggregator's answer: names every proposal it was given by its fingerprint, so that a reader (or a test) can
 * tell which of them arrived, then a synthesis made of their sentences.
 */
export function mergeProposals({ proposals, review }: Merging, writer: Writer): string {
  const { view, personality, random } = writer
  const chinese = view.language === 'chinese'
  const count = proposals.length
  const merged = chinese
    ? `综合${count}个回答：`
    : `Merged from ${count} ${count === 1 ? 'proposal' : 'proposals'}:`
  const pools = proposals.map((proposal) => random.shuffle(sentencesOf(proposal)).slice(0, SENTENCES_EACH))
  const paragraphs: string[] = []
  for (let round = 0; round < SENTENCES_EACH; round += 1) {
    const sentences = pools.flatMap((pool) => pool[round] ?? [])
    if (sentences.length > 0) paragraphs.push(sentences.join(chinese ? '' : ' '))
  }
  const own = composeAnswer(view, personality, random).split('\n\n')
  return [
    merged,
    list(proposals.map(proposalFingerprint), '-'),
    ...(review === undefined ? [] : [`Reviewed: ${proposalFingerprint(review)}`]),
    titled(chinese ? '综合' : 'Synthesis', paragraphs[0] ?? own[0] ?? '', personality),
    ...paragraphs.slice(1),
    own.at(-1) ?? '',
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

const FINDINGS = [
  'holds up, though one claim has no support',
  'answers the question, but leaves out an important case',
  'is clear and correct as far as it goes',
  'repeats itself and says little that is new',
  'contradicts the others on one point and is probably wrong there',
] as const

/** A critic's answer: a line on every proposal, by number and fingerprint. */
export function reviewProposals(proposals: readonly string[], { random }: Writer): string {
  const findings = random.shuffle(FINDINGS)
  const lines = proposals.map(
    (proposal, index) =>
      `Proposal ${index + 1}, ${proposalFingerprint(proposal)}, ${findings[index % findings.length]}.`,
  )
  return [...lines, 'All of them pass over what happens in unusual cases.'].join('\n')
}

/** Whole sentences of running text; headings, lists, tables and code are left out unless there is nothing else. */
function sentencesOf(text: string): string[] {
  const prose = text
    .replace(/```[\s\S]*?(```|$)/g, '')
    .split('\n')
    .filter((line) => !/^\s*([#>|+*-]|\d+[.)]|\*\*[^*]+\*\*$|Merged from )/.test(line))
    .join(' ')
  const found =
    prose.match(/[^.!?\u3002\uff01\uff1f\s][^.!?\u3002\uff01\uff1f]*[.!?\u3002\uff01\uff1f]+/g) ?? []
  if (found.length > 0) return found.map((sentence) => sentence.trim())
  const rest = text.replace(/\s+/g, ' ').trim()
  return rest === '' ? [] : [[...rest].slice(0, 120).join('')]
}
