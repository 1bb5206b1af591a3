/** Dollars per 1000 tokens by part of the judge's name; the first that fits counts (AlpacaEval's own table). */
const RATES: readonly (readonly [part: string, dollars: number])[] = [
  ['gpt-4o-mini-2024-07-18', 0.00015],
  ['gpt-4-turbo', 0.01],
  ['gpt-4-1106', 0.01],
  ['gpt-4', 0.03],
  ['gpt-3.5-turbo', 0.002],
  ['text-davinci-003', 0.02],
]

const CLAUDE_PER_TOKEN = 8e-6
const CHARACTERS_PER_TOKEN = 4

/**
 * Dollars per example of a judge's call, as AlpacaEval reckons them; NaN for a judge it has no rate for.
 *
 * @param usage.totalTokens prompt and completion together.
 * @param usage.characters of prompt and completion together, which the first Claude models were paid by.
 * @param usage.prompts in the request. Default 1.
 * @param usage.batchSize examples per prompt. Default 1.
 */
export function pricePerExample(
  judge: string,
  usage: { totalTokens: number; characters?: number; prompts?: number; batchSize?: number },
): number {
  const { totalTokens, characters = NaN, prompts = 1, batchSize = 1 } = usage
  const examples = prompts * batchSize
  if (judge.includes('claude-v1') || judge.includes('claude-2')) {
    return ((characters / CHARACTERS_PER_TOKEN) * CLAUDE_PER_TOKEN) / examples
  }
  const rate = RATES.find(([part]) => judge.includes(part))?.[1] ?? NaN
  return ((totalTokens / 1000) * rate) / examples
}
