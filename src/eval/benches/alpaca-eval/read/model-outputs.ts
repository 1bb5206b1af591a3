import { NOTES } from '../notes.js'
import { MoaError } from '../../../../core/index.js'
import { isObject, parseJsonFile, type Json, type JsonObject } from '../../../python/json.js'
import { codePointLength } from '../../../python/text.js'
import { ProblemLog, type Read } from '../../../problems.js'
import { CURRENT_MODEL, type ModelOutput, type ModelOutputs } from '../types.js'
import { onlyName, optionalTexts } from './fields.js'

export interface ReadOutputsOptions {
  /** The file's name, for messages. */
  readonly source: string
  /** The evaluation set's instructions in order; needed for files that hold outputs alone. */
  readonly instructions?: readonly string[]
}

/**
 * Reads a `model_outputs.json`: an array of `{instruction, output, generator}`, or `{generator, outputs: […]}` with
 * outputs in the order of the evaluation set.
 *
 * @throws MoaError `data_invalid` when nothing in it can be used.
 */
export function readModelOutputs(text: string, options: ReadOutputsOptions): Read<ModelOutputs> {
  const { source, instructions } = options
  const value = parseJsonFile(text, source)
  const log = new ProblemLog()
  const rows = Array.isArray(value) ? (value as readonly Json[]) : withInstructions(value, options)
  const outputs: ModelOutput[] = []
  const seen = new Map<string, string>()
  rows.forEach((row, position) => {
    const place = { source, row: position }
    const output = outputOf(row)
    if (output === undefined) {
      log.add(...NOTES.brokenRow, place)
      return
    }
    if (output.output === '') log.add(...NOTES.emptyOutput, place)
    const earlier = seen.get(output.instruction)
    if (earlier === output.output) log.add(...NOTES.copiedOutput, place)
    else if (earlier !== undefined) log.add(...NOTES.repeatedInstruction, place)
    else seen.set(output.instruction, output.output)
    outputs.push(output)
  })
  if (outputs.length === 0) throw notOutputs(source, rows[0])
  if (instructions) compareInstructions(seen, { instructions, source, log })
  const names = new Set(outputs.map((output) => output.generator))
  const generator = onlyName(names, { source, log }) ?? CURRENT_MODEL
  return { data: { generator, outputs }, problems: log.list() }
}

function outputOf(row: Json): ModelOutput | undefined {
  if (!isObject(row)) return undefined
  const { instruction, output, generator } = row
  if (typeof instruction !== 'string' || typeof output !== 'string') return undefined
  const name = typeof generator === 'string' ? generator : CURRENT_MODEL
  return { instruction, output, generator: name, ...optionalTexts(row, ['dataset', 'datasplit']) }
}

function withInstructions(value: Json, { source, instructions }: ReadOutputsOptions): JsonObject[] {
  const outputs = isObject(value) ? value['outputs'] : undefined
  if (!isObject(value) || !Array.isArray(outputs)) throw notOutputs(source, value)
  if (instructions === undefined) {
    throw new MoaError(
      'data_invalid',
      `${source}: holds outputs without instructions; give the evaluation set they are in order of as well.`,
    )
  }
  if (outputs.length !== instructions.length) {
    throw new MoaError(
      'data_invalid',
      `${source}: holds ${outputs.length} outputs for ${instructions.length} instructions; both must be in the same order.`,
    )
  }
  return (outputs as readonly Json[]).map((output, position) => ({
    instruction: instructions[position] ?? null,
    output,
    generator: value['generator'] ?? null,
  }))
}

function notOutputs(source: string, example: Json | undefined): MoaError {
  const found =
    isObject(example) && ('preference' in example || 'output_2' in example)
      ? 'this looks like annotations; pass the model_outputs.json'
      : 'found no such row'
  return new MoaError(
    'data_invalid',
    `${source}: expected an array of {instruction, output, generator}, but ${found}.`,
  )
}

function compareInstructions(
  seen: ReadonlyMap<string, string>,
  options: { instructions: readonly string[]; source: string; log: ProblemLog },
): void {
  const known = new Set(options.instructions)
  for (const instruction of seen.keys()) {
    if (!known.has(instruction)) options.log.add(...NOTES.unknownInstruction, { source: options.source })
  }
  options.instructions.forEach((instruction, index) => {
    if (!seen.has(instruction))
      options.log.add(...NOTES.missingInstruction, { source: options.source, id: `instruction ${index}` })
  })
}

/** The leaderboard's average length: the integer part of the mean length in code points, over all rows. */
export function averageLength(outputs: ModelOutputs): number {
  let total = 0
  for (const { output } of outputs.outputs) total += codePointLength(output)
  return Math.trunc(total / outputs.outputs.length)
}
