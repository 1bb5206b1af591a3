import { isObject, type Json } from '../../../python/json.js'
import { unreadable, type ParsedValue, type Reply, type ReplyParser } from './reply-parser.js'

export interface LogprobOptions {
  /** The token that names the first output. Default "m". */
  readonly numerator?: string
  /** The tokens that share the probability. Default "m" and "M". */
  readonly denominators?: readonly string[]
  /** Gives 1 or 2 instead of a number between. Default false. */
  readonly binarize?: boolean
  /** "batch": one verdict per token of the reply; a number: one verdict, from that token (-1: the last). */
  readonly index?: 'batch' | number
}

/**
 * Reads the probability of naming the first output off the top tokens' log probabilities: 2 - p. A name that is not
 * among the top tokens has probability 0; when none is, the verdict is missing. A token listed twice counts as listed
 * last.
 */
export function logprobParser(options: LogprobOptions = {}): ReplyParser {
  const { numerator = 'm', denominators = ['m', 'M'], binarize = false, index = 'batch' } = options
  const names = new Set([numerator, ...denominators])
  const verdict = (position: Json): ParsedValue => {
    const logprobs = namedLogprobs(position, names)
    if (logprobs.size === 0) return null
    const of = (name: string): number => logprobs.get(name) ?? -Infinity
    if (!binarize) return 2 - Math.exp(of(numerator) - logSumExp(denominators.map(of)))
    return [...names].every((name) => name === numerator || of(numerator) > of(name)) ? 1 : 2
  }
  return (reply) => {
    const positions = contentOf(reply)
    if (index === 'batch') return positions.map(verdict)
    const position = positions.at(index)
    if (position === undefined) throw unreadable(`log probabilities of token ${index}`)
    return [verdict(position)]
  }
}

function contentOf(reply: Reply): readonly Json[] {
  const choice: unknown = reply
  const logprobs = isObject(choice) ? choice['logprobs'] : undefined
  const content = isObject(logprobs) ? logprobs['content'] : undefined
  if (!Array.isArray(content) || content.length === 0) {
    throw unreadable(
      'log probabilities (logprobs.content); ask a judge whose provider returns them, with logprobs and top_logprobs set',
    )
  }
  return content as readonly Json[]
}

function namedLogprobs(position: Json, names: ReadonlySet<string>): ReadonlyMap<string, number> {
  const top = isObject(position) ? position['top_logprobs'] : undefined
  if (!Array.isArray(top)) throw unreadable('top_logprobs at each token')
  const found = new Map<string, number>()
  for (const entry of top as readonly Json[]) {
    const token = isObject(entry) ? entry['token'] : undefined
    const logprob = isObject(entry) ? entry['logprob'] : undefined
    if (typeof token !== 'string' || typeof logprob !== 'number') {
      throw unreadable('a token and its logprob in each entry of top_logprobs')
    }
    if (names.has(token)) found.set(token, logprob)
  }
  return found
}

/** log Σ exp(value), safe for very negative values. */
function logSumExp(values: readonly number[]): number {
  const largest = Math.max(...values)
  if (largest === -Infinity) return -Infinity
  return largest + Math.log(values.reduce((total, value) => total + Math.exp(value - largest), 0))
}
