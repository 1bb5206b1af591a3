import type { RecipeInput } from '../engine/recipe.js'

/** A recipe in a configuration file. */
export interface RecipeConfig extends Omit<RecipeInput, 'template'> {
  /**
   * Another recipe, shipped or of this configuration. What this recipe states replaces what that one says; stages
   * and shorthand replace each other.
   */
  readonly extends?: string
  /** File with the reference template of mode `together`; a relative path starts at the configuration file. */
  readonly template?: string
}

/**
 * A provider: one that is known by name, with what is to be different, any other with its `baseURL`, or a recording with
 * `replay`.
 */
export interface ProviderInput {
  /** Up to and without `/chat/completions`. */
  readonly baseURL?: string
  /** The key; write `${NAME}`, not the key itself. */
  readonly apiKey?: string
  /** Name of the environment variable that holds the key. The provider is left out while it is not set. */
  readonly apiKeyEnv?: string
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>
  /** Calls at a time. */
  readonly concurrency?: number
  readonly requestsPerMinute?: number
  readonly tokensPerMinute?: number
  readonly timeouts?: TimeoutsInput
  readonly retry?: RetryInput
  readonly breaker?: BreakerInput
  /** Departures from the usual request format. */
  readonly dialect?: DialectInput
  /** `false` goes around the proxy of the environment. Default true. */
  readonly proxy?: boolean
  /** A recording that answers in place of a server; a relative path starts at the configuration file. */
  readonly replay?: string
  /** With `replay`: how many times as fast as recorded. Default 1. */
  readonly speed?: number
  /** A server of one's own: needs no key, gets longer time limits, costs nothing. */
  readonly local?: boolean
  /** `false` leaves out a provider that would be found. Default true. */
  readonly enabled?: boolean
}

/** Milliseconds. */
export interface TimeoutsInput {
  /** TCP and TLS handshakes. */
  readonly connectMs?: number
  /** From sending to the answer's headers. */
  readonly headersMs?: number
  /** From sending to the first token. */
  readonly firstTokenMs?: number
  /** Between tokens. */
  readonly stallMs?: number
  /** The whole call. */
  readonly overallMs?: number
}

export interface RetryInput {
  /** Tries in all, the first included; 1 never retries. */
  readonly attempts?: number
  /** Upper bound of the first wait; doubles with each retry. */
  readonly baseMs?: number
  /** Highest upper bound the doubling reaches. */
  readonly maxMs?: number
  /** Longest wait an upstream may ask for; beyond it the call fails at once. */
  readonly maxWaitMs?: number
}

/** When a model that keeps failing is left alone for a while, so that others answer in its place at once. */
export interface BreakerInput {
  /** Failures in a row after which it is left alone. */
  readonly failures?: number
  /** They count while they are not older than this. */
  readonly windowMs?: number
  /** How long it is left alone at first; doubles each time the call that tries it again fails. */
  readonly openMs?: number
  /** Longest time it is left alone. */
  readonly maxOpenMs?: number
  /** `false` asks it every time. Default true. */
  readonly enabled?: boolean
}

export interface DialectInput {
  readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens'
  /** Keeps the `developer` role; elsewhere it is sent as `system`. */
  readonly developerRole?: boolean
  readonly seedField?: 'seed' | 'random_seed'
  /** Ask for usage at the end of streams. */
  readonly streamUsage?: boolean
  /** `false` adds a user turn to a conversation that ends with the assistant's, which the server would refuse. */
  readonly assistantLast?: boolean
  /** Join neighbouring turns of one role. */
  readonly mergeTurns?: boolean
  /** Join all instructions at the front. */
  readonly systemFirst?: boolean
}

/** US dollars per million tokens. */
export interface PriceInput {
  readonly input: number
  readonly output: number
  /** For prompt tokens the provider read from its cache; the input price when absent. */
  readonly cachedInput?: number
}

/** Answers that are kept, so that the same call is not paid for twice. */
export interface CacheInput {
  /** Default true. */
  readonly enabled?: boolean
  /** What it may take up, in MiB. Default 512. */
  readonly maxMegabytes?: number
  /** How long an answer is kept. Default 30. */
  readonly maxAgeDays?: number
  /** Redis that keeps them for several machines, in place of a file: `redis://host:6379/0`. It limits its size itself. */
  readonly redis?: string
}

/** How `moa serve` behaves; flags win over what stands here. */
export interface GatewayInput {
  /** Address to listen on. Default 127.0.0.1. */
  readonly host?: string
  /** Default 4020. */
  readonly port?: number
  /** File with keys and what they have spent; a relative path starts at the configuration file. */
  readonly keysFile?: string
  /** Redis in which several gateways count requests and tokens of each key together: `redis://host:6379/0`. */
  readonly redis?: string
  /** Where keys and what they have spent are kept: in `keysFile`, or in `redis` for all gateways. Default `file`. */
  readonly keysIn?: 'file' | 'redis'
  /** Show a mixture's progress as thinking: not, a line for each step, or with the proposals' text. Default true. */
  readonly progress?: boolean | 'proposals'
  /** Whose tokens `usage` counts. Default `run`. */
  readonly usage?: 'run' | 'answer'
  /** Which recipe overrides requests may carry in their `moa` object. Default all. */
  readonly overrides?: readonly GatewayOverride[]
  /** Parameters the gateway does not know that are passed on to single models. */
  readonly forward?: readonly string[]
  /** Further single models to list, as `provider/model`. */
  readonly list?: readonly string[]
  /** Share one run among requests that are the same and in flight at the same time. Default false. */
  readonly coalesce?: boolean
  /** How long the reply to a request with an `Idempotency-Key` can be had again, in milliseconds. */
  readonly idempotencyMs?: number
  /** How long an answer over `/v1/responses` can be referred to after its last use, in milliseconds; 0: not at all. Default 1 hour. */
  readonly storeMs?: number
  /** Longest silence of a stream, in milliseconds. */
  readonly keepAliveMs?: number
  /** How long a client may leave a stream unread, in milliseconds. */
  readonly unreadMs?: number
  /** Largest request body, in bytes. */
  readonly maxBodyBytes?: number
  /** Answers at a time. */
  readonly maxRuns?: number
  /** How long answers may go on after the order to stop, in milliseconds. */
  readonly shutdownMs?: number
  /** Origins whose pages may call; `*` for all. Default none. */
  readonly corsOrigins?: readonly string[]
  /** Names under which the gateway may be called without keys, besides those of this machine. */
  readonly hosts?: readonly string[]
  /** Record prompts and answers in traces. Default false. */
  readonly traceContent?: boolean
}

/** Fields of a request's `moa` object that change how its recipe runs. */
export type GatewayOverride =
  | 'proposers'
  | 'aggregator'
  | 'layers'
  | 'mode'
  | 'seed'
  | 'deadline_ms'
  | 'max_latency_ms'
  | 'budget_usd'
  | 'cache'
  | 'inherit'

/** Which runs of the command line and the gateway are kept. */
export interface HistoryInput {
  /** Default true. */
  readonly enabled?: boolean
  /** Also keep what was asked and answered. Default false. */
  readonly content?: boolean
  /** Default 30. */
  readonly keepDays?: number
  /** Default 1000. */
  readonly keepRuns?: number
  /** Default 67108864. */
  readonly maxBytes?: number
}

/** What a configuration file may say. */
export interface ConfigInput {
  /** For editors. */
  readonly $schema?: string
  /** Your models, best first: what `moa`, `moa-lite` and `self-moa` are made of. */
  readonly proposers?: readonly string[]
  /** The model that writes their answers. Default: the first proposer. */
  readonly aggregator?: string
  /** The recipe that answers when none is named. Default `moa-lite`. */
  readonly defaultRecipe?: string
  readonly recipes?: Readonly<Record<string, RecipeConfig>>
  /** Renames: what a recipe says → the model to ask. For hosted names that have retired. */
  readonly models?: Readonly<Record<string, string>>
  readonly providers?: Readonly<Record<string, ProviderInput>>
  /** By `provider/model`; wins over the built-in figures. */
  readonly prices?: Readonly<Record<string, PriceInput>>
  /** Context windows in tokens, by `provider/model`; wins over the built-in figures. */
  readonly contextTokens?: Readonly<Record<string, number>>
  /** Keeps answers of providers, so that the same call is not paid for twice. Default false. */
  readonly cache?: boolean | CacheInput
  /** Where templates, journals and the cache are kept; a relative path starts at the configuration file. */
  readonly dataFolder?: string
  /** How `moa serve` behaves. */
  readonly gateway?: GatewayInput
  /** Where publishers' benchmark files come from. */
  readonly data?: DataInput
  /** Runs kept for `moa runs`. */
  readonly history?: HistoryInput
}

/** Publishers' files: see docs/data.md. */
export interface DataInput {
  /** Asked in place of the publishers' hosts; paths stay the same. */
  readonly mirror?: string
  /** A folder of one's own that is looked into first; a relative path starts at the configuration file. */
  readonly folder?: string
  /** Where downloads are kept; a relative path starts at the configuration file. */
  readonly cacheFolder?: string
}

/**
 * Types a configuration written in TypeScript or JavaScript.
 *
 * @example
 * // moa.config.ts
 * import { defineConfig } from 'mixture-of-agents'
 * export default defineConfig({ proposers: ['openai/gpt-5-mini', 'groq/openai/gpt-oss-120b'] })
 */
export function defineConfig(config: ConfigInput): ConfigInput {
  return config
}
