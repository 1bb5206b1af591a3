import { MoaError } from '../../../../core/index.js'
import { didYouMean } from '../../../../util/index.js'
import { evalParser, jsonParser } from './json-parser.js'
import { lmsysParser } from './lmsys-parser.js'
import { logprobParser, type LogprobOptions } from './logprob-parser.js'
import { rankingParser } from './ranking-parser.js'
import { regexParser, type VerdictPattern } from './regex-parser.js'
import type { ParsedValue, ReplyParser } from './reply-parser.js'

/** Settings of a parser under their names in a judge's configuration; nested ones as objects or Maps. */
export type ParserSettings = Readonly<Record<string, unknown>>

type Factory = (settings: SettingsReader) => ReplyParser

const FACTORIES = {
  regex_parser: (settings) => regexParser(settings.patterns('outputs_to_match')),
  ranking_parser: (settings) => rankingParser({ model1Name: settings.text('model_1_name', 'model_1') }),
  lmsys_parser: () => lmsysParser,
  json_parser: (settings) => jsonParser({ annotationKey: settings.textOrNull('annotation_key') }),
  eval_parser: () => evalParser,
  logprob_parser: (settings) => logprobParser(settings.logprobs()),
  pipeline_meta_parser: (settings) => pipelineParser(settings.parsers('parsers_to_kwargs')),
} as const satisfies Record<string, Factory>

/** A parser's name in a judge's configuration. */
export type ParserName = keyof typeof FACTORIES

const KNOWN_SETTINGS: Readonly<Record<ParserName, readonly string[]>> = {
  regex_parser: ['outputs_to_match'],
  ranking_parser: ['model_1_name'],
  lmsys_parser: [],
  json_parser: ['annotation_key'],
  eval_parser: [],
  logprob_parser: ['numerator_token', 'denominator_tokens', 'is_binarize', 'log_prob_index'],
  pipeline_meta_parser: ['parsers_to_kwargs'],
}

/** Whether a parser of that name exists. */
export function isParserName(name: string): name is ParserName {
  return Object.hasOwn(FACTORIES, name)
}

/**
 * The parser a judge's configuration names.
 *
 * @throws MoaError `data_invalid` for an unknown parser or setting, or one of the wrong type.
 */
export function createParser(name: string, settings: ParserSettings = {}): ReplyParser {
  if (!isParserName(name)) {
    const known = Object.keys(FACTORIES)
    throw new MoaError(
      'data_invalid',
      `fn_completion_parser: "${name}" is unknown; expected one of ${known.join(', ')}.${didYouMean(name, known)}`,
    )
  }
  const known = KNOWN_SETTINGS[name]
  for (const key of Object.keys(settings)) {
    if (known.includes(key)) continue
    const hint = known.length === 0 ? 'it takes none' : `it takes ${known.join(', ')}`
    throw new MoaError('data_invalid', `${name}: unknown setting "${key}"; ${hint}.${didYouMean(key, known)}`)
  }
  return FACTORIES[name](new SettingsReader(name, settings))
}

/** Applies parsers one after another, each to every result of the one before; a single result is unwrapped. */
function pipelineParser(parsers: readonly ReplyParser[]): ReplyParser {
  return (reply) => {
    let values: readonly ParsedValue[] = [reply]
    for (const parser of parsers) {
      values = values.map((value): ParsedValue => {
        const results = parser(value)
        return results.length === 1 ? (results[0] ?? null) : (results as ParsedValue)
      })
    }
    return values
  }
}

/** Entries of an object or a Map, the latter in its own order even where names are numbers. */
function entriesOf(value: unknown): [string, unknown][] | undefined {
  if (value instanceof Map) return [...value].map(([key, item]): [string, unknown] => [String(key), item])
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.entries(value)
  return undefined
}

class SettingsReader {
  readonly #parser: string
  readonly #settings: ParserSettings

  constructor(parser: string, settings: ParserSettings) {
    this.#parser = parser
    this.#settings = settings
  }

  #wrong(key: string, expected: string): MoaError {
    return new MoaError('data_invalid', `${this.#parser}: "${key}" must be ${expected}.`)
  }

  text(key: string, fallback: string): string {
    const value = this.#settings[key] ?? fallback
    if (typeof value !== 'string') throw this.#wrong(key, 'a text')
    return value
  }

  textOrNull(key: string): string | null {
    const value = this.#settings[key]
    if (value === null || typeof value === 'string') return value
    throw this.#wrong(key, 'a text or null')
  }

  patterns(key: string): readonly VerdictPattern[] | undefined {
    if (this.#settings[key] === undefined) return undefined
    const entries = entriesOf(this.#settings[key])
    if (entries === undefined || entries.length === 0)
      throw this.#wrong(key, 'a map from verdicts to patterns')
    return entries.map(([name, pattern]) => {
      if (typeof pattern !== 'string') throw this.#wrong(key, 'a map from verdicts to patterns')
      return { verdict: /^-?\d+(?:\.\d+)?$/.test(name) ? Number(name) : name, pattern }
    })
  }

  logprobs(): LogprobOptions {
    const denominators = this.#settings['denominator_tokens'] ?? ['m', 'M']
    const binarize = this.#settings['is_binarize'] ?? false
    const index = this.#settings['log_prob_index'] ?? 'batch'
    if (!Array.isArray(denominators) || !denominators.every((token) => typeof token === 'string')) {
      throw this.#wrong('denominator_tokens', 'a list of texts')
    }
    if (typeof binarize !== 'boolean') throw this.#wrong('is_binarize', 'true or false')
    if (index !== 'batch' && (typeof index !== 'number' || !Number.isInteger(index))) {
      throw this.#wrong('log_prob_index', '"batch" or a whole number')
    }
    return { numerator: this.text('numerator_token', 'm'), denominators, binarize, index }
  }

  parsers(key: string): readonly ReplyParser[] {
    const entries = entriesOf(this.#settings[key])
    if (entries === undefined || entries.length === 0)
      throw this.#wrong(key, 'a map from parsers to settings')
    return entries.map(([name, settings]) => {
      const own = settings === null ? [] : entriesOf(settings)
      if (own === undefined) throw this.#wrong(key, 'a map from parsers to settings')
      return createParser(name, Object.fromEntries(own))
    })
  }
}
