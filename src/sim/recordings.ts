import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { MoaError } from '../core/index.js'
import { didYouMean } from '../util/index.js'
import { PERSONALITIES } from './personalities/index.js'

/** Answers real models gave, to be given again. */
export interface Recordings {
  /** Names the answers are known by; each can be asked for as a model. */
  readonly generators: readonly string[]
  /** Who answers what was not recorded: a personality's name. Absent: such a request is refused. */
  readonly fallback?: string
  /** The recorded answer to an instruction, or `undefined`. White space around the instruction does not count. */
  find(generator: string, instruction: string): string | undefined
}

/** A recorded answer, as AlpacaEval's `model_outputs.json` has them. */
export interface RecordedRow {
  readonly instruction: string
  readonly output: string
  readonly generator: string
}

/** What {@link recordedAnswers} does beside reading. */
export interface RecordingsOptions {
  /** A personality that answers what was not recorded. */
  readonly fallback?: string
  /** Further names for generators: `{ 'Qwen/Qwen1.5-72B-Chat': 'Qwen1.5-72B-Chat' }`. */
  readonly aliases?: Readonly<Record<string, string>>
}

/**
 * Recorded answers by generator and instruction.
 *
 * Files are JSON, plain or with `.gz`, and told apart by their shape: `[{instruction, output, generator}]`; the compact
 * `{generator, outputs: [text, …]}`; and `[{index, instruction}]`, which says what the outputs of compact files answer.
 *
 * @param sources paths of files, or rows
 * @throws {@link MoaError} `file_unreadable`; `data_invalid` for another shape, for compact files without instructions or
 *   of another length, and when a generator has two answers to one instruction; `model_not_found` for a fallback or alias
 *   nobody knows
 */
export function recordedAnswers(
  sources: readonly string[] | readonly RecordedRow[],
  options: RecordingsOptions = {},
): Recordings {
  const { fallback, aliases = {} } = options
  const shelf = new Shelf()
  const files = sources.filter((source) => typeof source === 'string').map(readSource)
  const instructions = files.find(isInstructions)
  for (const row of sources) if (typeof row !== 'string') shelf.add(row)
  for (const file of files) {
    if (isCompact(file)) for (const row of expand(file, instructions)) shelf.add(row)
    else if (!isInstructions(file)) for (const row of file) shelf.add(row)
  }
  for (const [alias, generator] of Object.entries(aliases)) shelf.alias(alias, generator)
  if (fallback !== undefined && !PERSONALITIES.has(fallback))
    throw new MoaError(
      'model_not_found',
      `There is no personality "${fallback}" to fall back to.${didYouMean(fallback, PERSONALITIES.keys())}`,
    )
  return {
    generators: shelf.generators,
    ...(fallback !== undefined && { fallback }),
    find: (generator, instruction) => shelf.find(generator, instruction),
  }
}

class Shelf {
  readonly #answers = new Map<string, Map<string, string>>()

  get generators(): string[] {
    return [...this.#answers.keys()]
  }

  add({ generator, instruction, output }: RecordedRow): void {
    let answers = this.#answers.get(generator)
    if (!answers) this.#answers.set(generator, (answers = new Map<string, string>()))
    const key = instruction.trim()
    const known = answers.get(key)
    if (known !== undefined && known !== output)
      throw new MoaError(
        'data_invalid',
        `"${generator}" has two different answers to one instruction; load one recording of a generator at a time.`,
      )
    answers.set(key, output)
  }

  alias(alias: string, generator: string): void {
    const answers = this.#answers.get(generator)
    if (!answers)
      throw new MoaError(
        'model_not_found',
        `No answers of "${generator}" were recorded.${didYouMean(generator, this.#answers.keys())}`,
      )
    this.#answers.set(alias, answers)
  }

  find(generator: string, instruction: string): string | undefined {
    return this.#answers.get(generator)?.get(instruction.trim())
  }
}

interface Compact {
  readonly generator: string
  readonly outputs: readonly string[]
}
type Instructions = readonly { readonly instruction: string; readonly output?: undefined }[]
type Source = Compact | Instructions | readonly RecordedRow[]

function readSource(path: string): Source {
  const data = parse(path)
  if (
    isRecord(data) &&
    typeof data['generator'] === 'string' &&
    isList(data['outputs'], (item) => typeof item === 'string')
  )
    return data as unknown as Compact
  if (
    isList(
      data,
      (item) => isRecord(item) && typeof item['instruction'] === 'string' && item['output'] === undefined,
    )
  )
    return data as Instructions
  if (
    isList(
      data,
      (item) =>
        isRecord(item) &&
        ['instruction', 'output', 'generator'].every((key) => typeof item[key] === 'string'),
    )
  )
    return data as readonly RecordedRow[]
  throw new MoaError(
    'data_invalid',
    `${path} holds neither rows {instruction, output, generator}, nor {generator, outputs}, nor instructions.`,
  )
}

function parse(path: string): unknown {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
    if (path.endsWith('.gz')) bytes = gunzipSync(bytes)
  } catch (error) {
    throw new MoaError('file_unreadable', `The recording ${path} can't be read.`, { cause: error })
  }
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    // The parser's message would quote the file.
    throw new MoaError('data_invalid', `The recording ${path} is not JSON.`)
  }
}

function expand({ generator, outputs }: Compact, instructions: Instructions | undefined): RecordedRow[] {
  if (!instructions)
    throw new MoaError(
      'data_invalid',
      `The outputs of "${generator}" come without instructions; name the file of instructions as well.`,
    )
  if (instructions.length !== outputs.length)
    throw new MoaError(
      'data_invalid',
      `"${generator}" has ${outputs.length} outputs for ${instructions.length} instructions.`,
    )
  return outputs.map((output, index) => ({
    generator,
    output,
    instruction: instructions[index]?.instruction ?? '',
  }))
}

function isCompact(source: Source): source is Compact {
  return 'outputs' in source
}

function isInstructions(source: Source): source is Instructions {
  return !isCompact(source) && source.length > 0 && source.every((row) => row.output === undefined)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isList(value: unknown, fits: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(fits)
}
