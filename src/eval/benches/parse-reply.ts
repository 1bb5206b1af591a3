import { MoaError } from '../../core/errors.js'
import { didYouMean } from '../../util/suggest.js'
import type { ParserSettings } from './alpaca-eval/parse/create-parser.js'
import { readReply, type ParsedReply } from './alpaca-eval/parse/read-reply.js'
import {
  ALPACA_REPLY_KINDS,
  alpacaReplyParser,
  type AlpacaReplyKind,
} from './alpaca-eval/parse/reply-kinds.js'
import { parseV01Label, parseV2Label, type V01Label, type V2Label } from './arena-hard/labels.js'
import { type FlaskVerdict, parseFlaskReview } from './flask/parse.js'
import {
  type PairVerdict,
  parsePairVerdict,
  parseSingleVerdict,
  parseTwoScoreVerdict,
  type SingleVerdict,
} from './mt-bench/parse.js'

/** What each kind of judge's text is read into: always an object with the key `score` or `winner`. */
export interface TextVerdicts {
  readonly 'mt-bench-single': SingleVerdict
  readonly 'mt-bench-pair': { readonly winner: PairVerdict }
  /** Two ratings in one reply, a form no published prompt asks for. */
  readonly 'mt-bench-two-scores': { readonly winner: PairVerdict }
  readonly flask: FlaskVerdict
  readonly 'arena-v0.1': V01Label
  readonly 'arena-v2': V2Label
}

/** What each kind of judge reply is read into. AlpacaEval's are lists, one verdict per example of the prompt. */
export type ReplyVerdicts = TextVerdicts & Readonly<Record<AlpacaReplyKind, ParsedReply>>

export type ReplyKind = keyof ReplyVerdicts

const TEXT_PARSERS = {
  'mt-bench-single': parseSingleVerdict,
  'mt-bench-pair': parsePairVerdict,
  'mt-bench-two-scores': parseTwoScoreVerdict,
  flask: parseFlaskReview,
  'arena-v0.1': parseV01Label,
  'arena-v2': parseV2Label,
} as const satisfies { readonly [Kind in keyof TextVerdicts]: (text: string) => TextVerdicts[Kind] }

/** The kinds of judge reply {@link parseReply} reads. */
export const REPLY_KINDS = [...Object.keys(TEXT_PARSERS), ...ALPACA_REPLY_KINDS] as readonly ReplyKind[]

/** Whether a word names a kind of reply. */
export function isReplyKind(kind: string): kind is ReplyKind {
  return (REPLY_KINDS as readonly string[]).includes(kind)
}

/**
 * The reader of one kind of judge reply, which works exactly as the benchmark's published code does. It never throws:
 * a reply that can't be read is a verdict too.
 *
 * @param settings of the parser under their official names; AlpacaEval's kinds take them.
 * @throws MoaError `data_invalid` for an unknown kind, or settings the kind does not take.
 */
export function replyReader<Kind extends ReplyKind>(
  kind: Kind,
  settings?: ParserSettings,
): (reply: unknown) => ReplyVerdicts[Kind]
export function replyReader(kind: ReplyKind, settings: ParserSettings = {}): (reply: unknown) => unknown {
  if (!isReplyKind(kind)) {
    const known = REPLY_KINDS.join(', ')
    throw new MoaError(
      'data_invalid',
      `"${kind as string}" is no kind of reply; expected one of ${known}.${didYouMean(kind, REPLY_KINDS)}`,
    )
  }
  if (!(kind in TEXT_PARSERS)) {
    const parser = alpacaReplyParser(kind as AlpacaReplyKind, settings)
    return (reply) => readReply(parser, reply)
  }
  if (Object.keys(settings).length > 0)
    throw new MoaError('data_invalid', `Replies of kind "${kind}" are read without settings; leave them out.`)
  const parse: (text: string) => unknown = TEXT_PARSERS[kind as keyof TextVerdicts]
  return (reply) => parse(typeof reply === 'string' ? reply : '')
}

/** Reads one reply; see {@link replyReader}. */
export function parseReply<Kind extends ReplyKind>(kind: Kind, reply: unknown): ReplyVerdicts[Kind] {
  return replyReader(kind)(reply)
}
