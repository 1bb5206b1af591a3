import { NOTES } from '../notes.js'
import { shuffledOrder, textChoice, weightedTextChoice } from '../../../stats/index.js'
import type { ProblemLog } from '../../../problems.js'
import type { ModelOutput, ModelOutputs } from '../types.js'
import type { Pair } from '../read/votes.js'

/** A pair to be judged, under the official names: `output_1` is the baseline's. */
export interface OutputPair extends Pair {
  readonly generator_1: string
  readonly generator_2: string
  /** `dataset` and `datasplit`, with suffixes _1 and _2 where both files have them and differ. */
  readonly extra: Readonly<Record<string, string>>
}

const EXTRAS = ['dataset', 'datasplit'] as const

/**
 * Joins a model's outputs to the baseline's by instruction, in the baseline's order, exact copies once. What has no
 * counterpart is noted.
 */
export function joinOutputs(
  baseline: ModelOutputs,
  model: ModelOutputs,
  options: { log: ProblemLog },
): readonly OutputPair[] {
  const byInstruction = new Map<string, ModelOutput[]>()
  for (const output of model.outputs) {
    const same = byInstruction.get(output.instruction)
    if (same) same.push(output)
    else byInstruction.set(output.instruction, [output])
  }
  const joined: [ModelOutput, ModelOutput][] = []
  const known = new Set<string>()
  for (const first of baseline.outputs) {
    known.add(first.instruction)
    const matches = byInstruction.get(first.instruction) ?? []
    if (matches.length === 0)
      options.log.add(...NOTES.missingInstruction, {
        source: model.generator,
        id: `instruction ${known.size - 1}`,
      })
    for (const second of matches) joined.push([first, second])
  }
  for (const instruction of byInstruction.keys()) {
    if (!known.has(instruction)) options.log.add(...NOTES.unknownInstruction, { source: model.generator })
  }
  return withoutCopies(toPairs(joined))
}

function toPairs(joined: readonly [ModelOutput, ModelOutput][]): OutputPair[] {
  const split = EXTRAS.filter(
    (key) =>
      joined.some(([first]) => first[key] !== undefined) &&
      joined.some(([, second]) => second[key] !== undefined) &&
      joined.some(([first, second]) => first[key] !== second[key]),
  )
  return joined.map(([first, second]) => {
    const extra: Record<string, string> = {}
    const set = (key: string, value: string | undefined): void => {
      if (value !== undefined) extra[key] = value
    }
    for (const key of EXTRAS) {
      if (!split.includes(key)) set(key, first[key] ?? second[key])
      else {
        set(`${key}_1`, first[key])
        set(`${key}_2`, second[key])
      }
    }
    return {
      instruction: first.instruction,
      output_1: first.output,
      output_2: second.output,
      generator_1: first.generator,
      generator_2: second.generator,
      extra,
    }
  })
}

function withoutCopies(pairs: readonly OutputPair[]): OutputPair[] {
  const seen = new Set<string>()
  return pairs.filter((pair) => {
    const key = JSON.stringify(pair)
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

/** The first so many outputs of both files, after the same shuffle of both where they are equally long. */
export function limitInstances(
  files: readonly [ModelOutputs, ModelOutputs],
  most: number,
): readonly [ModelOutputs, ModelOutputs] {
  const [baseline, model] = files
  const shuffled = baseline.outputs.length === model.outputs.length
  const cut = (file: ModelOutputs): ModelOutputs => {
    const rows = file.outputs.length
    const order = shuffled ? shuffledOrder(rows, 123) : Array.from({ length: rows }, (_, row) => row)
    return { ...file, outputs: order.slice(0, most).map((row) => file.outputs[row] as ModelOutput) }
  }
  return [cut(baseline), cut(model)]
}

/** Whether the judge sees the two outputs in reverse, fixed by instruction and seed alone. */
export function isSwitched(instruction: string, seed: number): boolean {
  return textChoice(`is_switched_outputs${instruction}${seed}`, [false, true])
}

/** Which judge of a pool an instruction goes to. */
export function judgeOfPool<T>(judges: readonly T[], options: { instruction: string; seed: number }): T {
  return textChoice(`annotator${options.instruction}${options.seed}`, judges)
}

/** A random preference in place of the judge's with the given chance, or null for the judge's own. */
export function labelNoise(instruction: string, options: { seed: number; chance: number }): 1 | 2 | null {
  const { seed, chance } = options
  if (chance === 0) return null
  return weightedTextChoice<1 | 2 | null>(`noisy_preference${instruction}${seed}`, [
    { option: null, weight: 1 - 2 * chance },
    { option: 1, weight: chance },
    { option: 2, weight: chance },
  ])
}
