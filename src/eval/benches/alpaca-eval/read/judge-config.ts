import { NOTES } from '../notes.js'
import { MoaError } from '../../../../core/index.js'
import { createParser, type ParserSettings } from '../parse/create-parser.js'
import type { ReplyParser } from '../parse/reply-parser.js'
import { ProblemLog, type Read } from '../../../problems.js'

/** A judge as its YAML describes it, with the defaults filled in. */
export interface JudgeConfig {
  readonly name: string
  /** The template's path relative to the folder of all judges, or the template itself. */
  readonly promptTemplate: string
  /** Who is called, such as "openai_completions". */
  readonly completions: string
  /** Settings of the call, such as model_name, max_tokens, temperature. */
  readonly completionsSettings: Readonly<Record<string, unknown>>
  readonly parserName: string
  readonly parserSettings: ParserSettings
  /** "completions": the parser sees the text; "completions_all": the API's whole choice object. */
  readonly completionKey: 'completions' | 'completions_all'
  /** Examples per prompt. */
  readonly batchSize: number
  readonly randomizeOrder: boolean
  readonly shuffle: boolean
  /** Names of the processors around the call. */
  readonly processors: readonly string[]
}

const KNOWN = [
  'prompt_template',
  'fn_completions',
  'completions_kwargs',
  'fn_completion_parser',
  'completion_parser_kwargs',
  'completion_key',
  'batch_size',
  'is_randomize_output_order',
  'is_shuffle',
  'processors_to_kwargs',
] as const

/**
 * Reads the judges of a parsed YAML file; several names are a pool, of which each example goes to one.
 *
 * @param value what the YAML parser gave, with maps as objects or Maps (Maps keep the order of numeric keys).
 * @throws MoaError `data_invalid` for anything that is no judge, or a parser that can't be built.
 */
export function readJudgeConfigs(value: unknown, source: string): Read<readonly JudgeConfig[]> {
  const log = new ProblemLog()
  const judges = mapOf(value)
  if (judges === undefined || judges.size === 0) {
    throw new MoaError('data_invalid', `${source}: expected a map from judges' names to their settings.`)
  }
  const data = [...judges].map(([name, settings]) => {
    const place = `${source}: ${name}`
    const fields = mapOf(settings)
    if (fields === undefined) throw new MoaError('data_invalid', `${place}: expected a map of settings.`)
    for (const key of fields.keys()) {
      if (!(KNOWN as readonly string[]).includes(key))
        log.add(...NOTES.unknownSetting, { source, id: `${name}.${key}` })
    }
    return judgeOf(name, new Fields(place, fields))
  })
  return { data, problems: log.list() }
}

/** The parser of a judge's replies. */
export function judgeParser(config: JudgeConfig): ReplyParser {
  return createParser(config.parserName, config.parserSettings)
}

function judgeOf(name: string, fields: Fields): JudgeConfig {
  const config: JudgeConfig = {
    name,
    promptTemplate: fields.text('prompt_template'),
    completions: fields.text('fn_completions', 'openai_completions'),
    completionsSettings: fields.map('completions_kwargs'),
    parserName: fields.text('fn_completion_parser', 'regex_parser'),
    parserSettings: fields.map('completion_parser_kwargs'),
    completionKey: fields.completionKey(),
    batchSize: fields.batchSize(),
    randomizeOrder: fields.flag('is_randomize_output_order'),
    shuffle: fields.flag('is_shuffle'),
    processors: Object.keys(fields.map('processors_to_kwargs')),
  }
  judgeParser(config)
  return config
}

function mapOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [String(key), item as unknown]))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return new Map(Object.entries(value))
}

class Fields {
  readonly #place: string
  readonly #fields: ReadonlyMap<string, unknown>

  constructor(place: string, fields: ReadonlyMap<string, unknown>) {
    this.#place = place
    this.#fields = fields
  }

  #wrong(key: string, expected: string): MoaError {
    return new MoaError('data_invalid', `${this.#place}: "${key}" must be ${expected}.`)
  }

  text(key: string, fallback?: string): string {
    const value = this.#fields.get(key) ?? fallback
    if (typeof value !== 'string') throw this.#wrong(key, 'a text')
    return value
  }

  flag(key: string): boolean {
    const value = this.#fields.get(key) ?? true
    if (typeof value !== 'boolean') throw this.#wrong(key, 'true or false')
    return value
  }

  map(key: string): Readonly<Record<string, unknown>> {
    const value = this.#fields.get(key) ?? {}
    const map = mapOf(value)
    if (map === undefined) throw this.#wrong(key, 'a map')
    return Object.fromEntries(map)
  }

  batchSize(): number {
    const value = this.#fields.get('batch_size') ?? 1
    if (typeof value === 'number' && Number.isInteger(value) && value >= 1) return value
    throw this.#wrong('batch_size', 'a whole number of at least 1')
  }

  completionKey(): 'completions' | 'completions_all' {
    const value = this.#fields.get('completion_key') ?? 'completions'
    if (value === 'completions' || value === 'completions_all') return value
    throw this.#wrong('completion_key', '"completions" or "completions_all"')
  }
}
