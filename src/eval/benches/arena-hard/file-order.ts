import { compareCodePoints } from '../../../util/code-points.js'

/**
 * Judgments in the order in which the published scripts come to read them when a folder is listed by name: one
 * file for each model, lines in their own order. The order decides which battles a seeded resample draws.
 */
export function inFileOrder<T extends { readonly model: string }>(judgments: readonly T[]): T[] {
  const files = new Map<string, T[]>()
  for (const judgment of judgments) {
    const name = `${judgment.model.replaceAll('/', '__')}.jsonl`
    const file = files.get(name)
    if (file === undefined) files.set(name, [judgment])
    else file.push(judgment)
  }
  return [...files].sort(([a], [b]) => compareCodePoints(a, b)).flatMap(([, file]) => file)
}
