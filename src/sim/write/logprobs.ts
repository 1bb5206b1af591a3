import type { TokenLogprob } from '../../core/index.js'
import type { Random } from '../../util/index.js'

const ENCODER = new TextEncoder()

/** What a model might have said instead, when nothing better is known. */
const OTHERS = [
  ' the',
  ',',
  ' a',
  '.',
  ' and',
  ' of',
  '\n',
  ' to',
  ' is',
  ' in',
  ' that',
  '-',
  ' for',
  ':',
  ' it',
  ' as',
  ' on',
  ' with',
  ' be',
  ' or',
  ' this',
] as const

const withBytes = (token: string, logprob: number): { token: string; logprob: number; bytes: number[] } => ({
  token,
  logprob,
  bytes: [...ENCODER.encode(token)],
})

/** A plausible log-probability for a piece and the likeliest alternatives; most pieces are near certain. */
export function inventLogprob(piece: string, top: number, random: Random): TokenLogprob {
  const logprob = -0.005 - random.next() ** 4 * 2.5
  return describe(piece, logprob, { top, random })
}

/**
 * The log-probabilities of a choice between few tokens, such as a judge's verdict.
 *
 * @param choices the tokens with their probabilities, the one that was said among them
 */
export function choiceLogprob(
  piece: string,
  choices: readonly (readonly [string, number])[],
  options: { top: number; random: Random },
): TokenLogprob {
  const said = choices.find(([token]) => token === piece)
  const ranked = [...choices]
    .sort((a, b) => b[1] - a[1])
    .map(([token, probability]) => withBytes(token, Math.log(probability)))
  const rest = describe(piece, -8, options).topLogprobs.filter(
    (other) => !choices.some(([token]) => token === other.token),
  )
  const lowest = ranked.at(-1)?.logprob ?? 0
  const tail = rest.map((other, index) => ({ ...other, logprob: Math.min(lowest, -6) - 1 - index }))
  return {
    ...withBytes(piece, Math.log(said?.[1] ?? 0.5)),
    topLogprobs: [...ranked, ...tail].slice(0, options.top),
  }
}

function describe(
  piece: string,
  logprob: number,
  { top, random }: { top: number; random: Random },
): TokenLogprob {
  const own = withBytes(piece, logprob)
  if (top === 0) return { ...own, topLogprobs: [] }
  // What is left of the probability goes to the others, each taking about half of what is there.
  let left = 1 - Math.exp(logprob)
  const others = random
    .shuffle(OTHERS)
    .filter((token) => token !== piece)
    .slice(0, top - 1)
  const topLogprobs = others.map((token) => {
    const share = left * (0.4 + 0.2 * random.next())
    left -= share
    return withBytes(token, Math.log(share))
  })
  return { ...own, topLogprobs: [own, ...topLogprobs].sort((a, b) => b.logprob - a.logprob) }
}
