import katex from 'katex'

/** A formula as MathML, which browsers draw by themselves; nothing when it can't be read. */
export function formulaMarkup(formula: string, display: boolean): string | undefined {
  try {
    return katex.renderToString(formula, {
      displayMode: display,
      output: 'mathml',
      throwOnError: true,
      trust: false,
      maxExpand: 200,
      maxSize: 20,
      strict: 'ignore',
    })
  } catch {
    return undefined // Not TeX, or not finished.
  }
}
