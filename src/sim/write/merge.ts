import type { Random } from '../../util/index.js'
import type { Personality } from '../personalities/index.js'
import type { PromptView } from '../prompt/view.js'
import { list, titled } from './blocks.js'
import { composeAnswer } from './compose.js'
import { proposalFingerprint } from '../prompt/proposals.js'

/** Sentences taken from each proposal. */
const SENTENCES_EACH = 3

/**
 * An aggregator's answer: names every proposal it was given by its fingerprint, so that a reader (or a test) can
 * tell which of them arrived, then a synthesis made of their sentences.
 */
export function mergeProposals(
  proposals: readonly string[],
  writer: { view: PromptView; personality: Personality; random: Random },
): string {
  const { view, personality, random } = writer
  const chinese = view.language === 'chinese'
  const count = proposals.length
  const merged = chinese
    ? `综合${count}个回答:`
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
    titled(chinese ? '综合' : 'Synthesis', paragraphs[0] ?? own[0] ?? '', personality),
    ...paragraphs.slice(1),
    own.at(-1) ?? '',
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

/** Whole sentences of running text; headings, lists, tables and code are left out unless there is nothing else. */
function sentencesOf(text: string): string[] {
  const prose = text
    .replace(/```[\s\S]*?(```|$)/g, '')
    .split('\n')
    .filter((line) => !/^\s*([#>|+*-]|\d+[.)]|\*\*[^*]+\*\*$|Merged from )/.test(line))
    .join(' ')
  const found = prose.match(/[^.!?。!?\s][^.!?。!?]*[.!?。!?]+/g) ?? []
  if (found.length > 0) return found.map((sentence) => sentence.trim())
  const rest = text.replace(/\s+/g, ' ').trim()
  return rest === '' ? [] : [[...rest].slice(0, 120).join('')]
}
