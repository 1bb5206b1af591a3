/** Fields of a request's `moa` object that change how its recipe runs. */
export const OVERRIDE_FIELDS = [
  'proposers',
  'aggregator',
  'layers',
  'mode',
  'seed',
  'deadline_ms',
  'max_latency_ms',
  'budget_usd',
  'cache',
  'inherit',
] as const

export type OverrideField = (typeof OVERRIDE_FIELDS)[number]

/** How a mixture's progress is shown as thinking: not, in one line for each step, or with the proposals' text. */
export type ProgressStyle = boolean | 'proposals'

/** Whose tokens `usage` counts: those of the whole run, or of the call that wrote the answer. */
export type UsageScope = 'run' | 'answer'

/** How a gateway behaves. */
export interface GatewaySettings {
  /** Default true. */
  readonly progress: ProgressStyle
  /** Default `run`. */
  readonly usage: UsageScope
  /** Which recipe overrides requests may carry. Default all. */
  readonly overrides: readonly OverrideField[]
  /** Parameters this gateway does not know that are passed on to single models. */
  readonly forward: readonly string[]
  /** Share one run among requests that are the same and in flight at the same time. Default false. */
  readonly coalesce: boolean
  /** How long the reply to a request with an `Idempotency-Key` can be had again. Default 10 minutes. */
  readonly idempotencyMs: number
  /** How long an answer over `/v1/responses` can be referred to by its id after its last use; 0: not at all. Default 1 hour. */
  readonly storeMs: number
  /** Characters of all answers that can be referred to; the oldest go first. Default 64 Mi. */
  readonly storeChars: number
  /**
   * How long a run that several requests may share goes on after the last one left, so that a client that tries again
   * finds it. Default 900.
   */
  readonly abandonMs: number
  /**
   * How long a single model may take to its first token, or to refuse, before a stream begins without knowing. A
   * refusal within this time keeps its HTTP status. Mixtures begin at once. Default 250.
   */
  readonly holdMs: number
  /** Longest silence of a stream before something is sent to keep it alive, rounded up to seconds. Default 9000. */
  readonly keepAliveMs: number
  /** How long a client may leave what was sent unread before its connection is dropped. Default 2 minutes. */
  readonly unreadMs: number
  /** Default 32 MiB. */
  readonly maxBodyBytes: number
  /** Bytes of all bodies in memory at a time; more are refused with 503. Default 512 MiB. */
  readonly maxBodiesBytes: number
  /** Runs at a time; more are refused with 503. Default 4096. */
  readonly maxRuns: number
  /** Share of the heap's limit from which new runs are refused with 503. Default 0.85. */
  readonly maxHeapShare: number
  /** How long running streams may go on after the order to stop. Default 30 s. */
  readonly shutdownMs: number
  /** Origins whose pages may call; `*` for all. Default none. */
  readonly corsOrigins: readonly string[]
  /** Names under which the gateway may be called without keys, besides those of this machine. Default none. */
  readonly hosts: readonly string[]
}

/** Sampling and reasoning controls that many servers know and OpenAI does not. */
const FORWARDED = [
  'top_k',
  'top_a',
  'min_p',
  'repetition_penalty',
  'logit_bias',
  'verbosity',
  'enable_thinking',
  'chat_template_kwargs',
]

const MINUTE = 60_000
const MIB = 1024 * 1024

export const DEFAULT_SETTINGS: GatewaySettings = {
  progress: true,
  usage: 'run',
  overrides: OVERRIDE_FIELDS,
  forward: FORWARDED,
  coalesce: false,
  idempotencyMs: 10 * MINUTE,
  storeMs: 60 * MINUTE,
  storeChars: 64 * MIB,
  abandonMs: 900,
  holdMs: 250,
  keepAliveMs: 9_000,
  unreadMs: 2 * MINUTE,
  maxBodyBytes: 32 * MIB,
  maxBodiesBytes: 512 * MIB,
  maxRuns: 4096,
  maxHeapShare: 0.85,
  shutdownMs: 30_000,
  corsOrigins: [],
  hosts: [],
}
