const WORDS: Readonly<Record<string, string>> = {
  propose: 'proposals',
  rank: 'ranking',
  vote: 'vote',
  gate: 'agreement',
  critique: 'critique',
  synthesize: 'answer',
  pick: 'best proposal',
}

const isLayer = (kind: string): boolean => kind === 'propose' || kind === 'synthesize'

/**
 * What a stage is called. Where a recipe only proposes and synthesizes, its stages are the layers of the paper, the
 * aggregator's included; other recipes have stages.
 */
export function stageName(kinds: readonly string[], index: number): string {
  const word = WORDS[kinds[index] ?? ''] ?? kinds[index] ?? ''
  if (kinds.length === 1) return word
  return `${kinds.every(isLayer) ? 'layer' : 'stage'} ${index + 1} of ${kinds.length} · ${word}`
}
