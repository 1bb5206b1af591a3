/** How good an answer looks to a simulated judge: longer and more structured is better, with less and less effect. */
export function qualityOf(text: string): number {
  const structure =
    (text.match(/^\s*(?:[-*+] |\d+[.)] |#+ |\|)/gm)?.length ?? 0) +
    (text.match(/\*\*[^*\n]+\*\*/g)?.length ?? 0)
  return 1.2 * Math.log1p(text.length / 200) + 0.12 * Math.min(10, structure)
}

/** From a difference in quality to a probability. */
export function sigmoid(difference: number): number {
  return 1 / (1 + Math.exp(-difference))
}
