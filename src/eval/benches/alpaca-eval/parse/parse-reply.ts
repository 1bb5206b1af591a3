import { MoaError, toMoaError } from '../../../../core/index.js'
import { didYouMean } from '../../../../util/index.js'
import type { Json } from '../python/json.js'
import { PythonTuple } from '../python/literal.js'
import { createParser, type ParserName, type ParserSettings } from './create-parser.js'
import type { ParsedValue, ReplyParser, Reply } from './reply-parser.js'

/** Ways AlpacaEval's judges answer, with the settings of the judge each is named after. */
export const REPLY_KINDS = {
  'alpaca-weighted': { parser: 'logprob_parser', settings: { is_binarize: false } },
  'alpaca-clf': { parser: 'logprob_parser', settings: { is_binarize: true } },
  'alpaca-ranking': { parser: 'ranking_parser', settings: {} },
  'alpaca-regex': { parser: 'regex_parser', settings: {} },
  'alpaca-lmsys': { parser: 'lmsys_parser', settings: {} },
  'alpaca-json': { parser: 'json_parser', settings: { annotation_key: null } },
  'alpaca-eval': { parser: 'eval_parser', settings: {} },
  'alpaca-fn': {
    parser: 'pipeline_meta_parser',
    settings: {
      parsers_to_kwargs: {
        json_parser: { annotation_key: 'ordered_models' },
        ranking_parser: { model_1_name: 'm' },
      },
    },
  },
} as const satisfies Record<string, { parser: ParserName; settings: ParserSettings }>

export type ReplyKind = keyof typeof REPLY_KINDS

/** Verdicts of a reply as plain JSON, one per example, null where one is missing; or why there are none. */
export type ParsedReply =
  { readonly ok: true; readonly values: readonly Json[] } | { readonly ok: false; readonly reason: string }

/**
 * Reads one reply of a judge.
 *
 * @param reply the judge's text, or the API's whole choice object where log probabilities are read.
 * @throws MoaError `data_invalid` for an unknown kind or bad settings; a reply that can't be read is not an error.
 */
export function parseReply(
  kind: string,
  reply: unknown,
  options: { settings?: ParserSettings } = {},
): ParsedReply {
  if (!Object.hasOwn(REPLY_KINDS, kind)) {
    const known = Object.keys(REPLY_KINDS)
    throw new MoaError(
      'data_invalid',
      `"${kind}" is no kind of reply; expected one of ${known.join(', ')}.${didYouMean(kind, known)}`,
    )
  }
  const { parser, settings } = REPLY_KINDS[kind as ReplyKind]
  return readReply(createParser(parser, { ...settings, ...options.settings }), reply)
}

/** Reads one reply with a parser at hand. */
export function readReply(parser: ReplyParser, reply: unknown): ParsedReply {
  try {
    return { ok: true, values: parser(reply as Reply).map(plainValue) }
  } catch (error) {
    return { ok: false, reason: toMoaError(error).message }
  }
}

function plainValue(value: ParsedValue): Json {
  if (value instanceof PythonTuple) return value.items.map(plainValue)
  if (value instanceof Set) return [...(value as ReadonlySet<ParsedValue>)].map(plainValue)
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<unknown, ParsedValue>)]
    return Object.fromEntries(entries.map(([key, item]) => [String(key), plainValue(item)]))
  }
  if (Array.isArray(value)) return (value as readonly ParsedValue[]).map(plainValue)
  if (typeof value === 'number' && !Number.isFinite(value)) return null
  return value as Json
}
