import { createParser, type ParserName, type ParserSettings } from './create-parser.js'
import type { ReplyParser } from './reply-parser.js'

/** Ways AlpacaEval's judges answer, with the settings of the judge each is named after. */
const KINDS = {
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

export type AlpacaReplyKind = keyof typeof KINDS

export const ALPACA_REPLY_KINDS = Object.keys(KINDS) as readonly AlpacaReplyKind[]

/**
 * The parser of a kind of reply.
 *
 * @param settings replace the kind's own, under their official names.
 * @throws MoaError `data_invalid` for settings the parser does not take.
 */
export function alpacaReplyParser(kind: AlpacaReplyKind, settings: ParserSettings = {}): ReplyParser {
  const { parser, settings: own } = KINDS[kind]
  return createParser(parser, { ...own, ...settings })
}
