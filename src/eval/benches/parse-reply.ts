import { parseV01Label, parseV2Label, type V01Label, type V2Label } from './arena-hard/labels.js'
import { type FlaskVerdict, parseFlaskReview } from './flask/parse.js'
import {
  type PairVerdict,
  parsePairVerdict,
  parseSingleVerdict,
  parseTwoScoreVerdict,
  type SingleVerdict,
} from './mt-bench/parse.js'

/** What each kind of judge reply is read into: always an object with the key `score` or `winner`. */
export interface ReplyVerdicts {
  readonly 'mt-bench-single': SingleVerdict
  readonly 'mt-bench-pair': { readonly winner: PairVerdict }
  /** Two ratings in one reply, a form no published prompt asks for. */
  readonly 'mt-bench-two-scores': { readonly winner: PairVerdict }
  readonly flask: FlaskVerdict
  readonly 'arena-v0.1': V01Label
  readonly 'arena-v2': V2Label
}

export type ReplyKind = keyof ReplyVerdicts

const PARSERS = {
  'mt-bench-single': parseSingleVerdict,
  'mt-bench-pair': parsePairVerdict,
  'mt-bench-two-scores': parseTwoScoreVerdict,
  flask: parseFlaskReview,
  'arena-v0.1': parseV01Label,
  'arena-v2': parseV2Label,
} as const satisfies { readonly [Kind in ReplyKind]: (text: string) => ReplyVerdicts[Kind] }

/** The kinds of judge reply {@link parseReply} reads. */
export const REPLY_KINDS = Object.keys(PARSERS) as readonly ReplyKind[]

/** What a judge's reply says, read exactly as the benchmark's published code reads it. Never throws. */
export function parseReply<Kind extends ReplyKind>(kind: Kind, text: string): ReplyVerdicts[Kind] {
  const parse: (text: string) => ReplyVerdicts[ReplyKind] = PARSERS[kind]
  return parse(text) as ReplyVerdicts[Kind]
}
