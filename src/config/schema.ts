import { z } from 'zod'
import { recipeSchema } from '../engine/recipe-schema.js'
import type {
  ConfigInput,
  DataInput,
  GatewayInput,
  HistoryInput,
  ProviderInput,
  RecipeConfig,
} from './input.js'

const milliseconds = z.number().int().positive()
const count = z.number().int().positive()
const dollars = z.number().min(0)
const address = z.string().min(1).describe('provider/model')

const provider = z
  .strictObject({
    baseURL: z.string().min(1).optional().describe('Up to and without /chat/completions'),
    apiKey: z.string().optional().describe('The key, as ${NAME}; never the key itself'),
    apiKeyEnv: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected the name of an environment variable')
      .optional()
      .describe('Environment variable with the key; the provider is left out while it is not set'),
    headers: z.record(z.string(), z.string()).optional().describe('Sent with every request'),
    concurrency: count.optional().describe('Calls at a time'),
    requestsPerMinute: count.optional(),
    tokensPerMinute: count.optional(),
    timeouts: z
      .strictObject({
        connectMs: milliseconds.optional().describe('TCP and TLS handshakes'),
        headersMs: milliseconds.optional().describe("From sending to the answer's headers"),
        firstTokenMs: milliseconds.optional().describe('From sending to the first token'),
        stallMs: milliseconds.optional().describe('Between tokens'),
        overallMs: milliseconds.optional().describe('The whole call'),
      })
      .optional()
      .describe('Longest waits, in milliseconds'),
    retry: z
      .strictObject({
        attempts: count.optional().describe('Tries in all; 1 never retries'),
        baseMs: milliseconds.optional().describe('Upper bound of the first wait; doubles with each retry'),
        maxMs: milliseconds.optional().describe('Highest upper bound the doubling reaches'),
        maxWaitMs: milliseconds.optional().describe('Longest wait an upstream may ask for'),
      })
      .optional(),
    breaker: z
      .strictObject({
        failures: count.optional().describe('Failures in a row after which a model is left alone'),
        windowMs: milliseconds.optional().describe('They count while they are not older than this'),
        openMs: milliseconds.optional().describe('How long it is left alone at first; doubles'),
        maxOpenMs: milliseconds.optional().describe('Longest time it is left alone'),
        enabled: z.boolean().optional().describe('false asks it every time'),
      })
      .optional()
      .describe('Leaves models alone that keep failing'),
    dialect: z
      .strictObject({
        maxTokensField: z.enum(['max_tokens', 'max_completion_tokens']).optional(),
        developerRole: z.boolean().optional().describe('Keep the developer role'),
        seedField: z.enum(['seed', 'random_seed']).optional(),
        streamUsage: z.boolean().optional().describe('Ask for usage at the end of streams'),
        assistantLast: z
          .boolean()
          .optional()
          .describe('false adds a user turn to a conversation that ends with the assistant'),
        mergeTurns: z.boolean().optional().describe('Join neighbouring turns of one role'),
        systemFirst: z.boolean().optional().describe('Join all instructions at the front'),
      })
      .optional()
      .describe('Departures from the usual request format'),
    proxy: z.boolean().optional().describe('false goes around the proxy of the environment'),
    replay: z.string().min(1).optional().describe('Recording that answers in place of a server'),
    speed: z.number().positive().optional().describe('Of a replay: times as fast as it was recorded'),
    local: z.boolean().optional().describe('A server of your own: no key, longer time limits, no price'),
    enabled: z.boolean().optional().describe('false leaves out a provider that would be found'),
  })
  .describe('A known provider with what is to be different, or any other with its baseURL')

const providerName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]*$/, 'a provider name is made of lower-case letters, digits, ".", "_" and "-"')

const recipeName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'a recipe name is made of letters, digits, ".", "_" and "-"')

const recipe = recipeSchema.extend({
  extends: z.string().min(1).optional().describe('Another recipe; what is stated here replaces what it says'),
  template: z.string().min(1).optional().describe('File with the reference template of mode "together"'),
})

const history = z
  .strictObject({
    enabled: z.boolean().optional().describe('false keeps no runs'),
    content: z.boolean().optional().describe('true also keeps what was asked and answered'),
    keepDays: z.number().positive().optional().describe('Older runs are forgotten'),
    keepRuns: count.optional().describe('Runs kept at most'),
    maxBytes: count.optional().describe('Size of all runs kept, in bytes'),
  })
  .describe('Runs kept for `moa runs`')

/** User and password, host, port, number of the database, options. */
const REDIS_ADDRESS =
  /^rediss?:\/\/([^\s/?#@]*@)?([^\s/?#@:[\]]+|\[[\d.:A-Fa-f]+\])(:\d{1,5})?(\/\d*)?(\?[^\s#]*)?$/

const redisAddress = z
  .string()
  .regex(
    REDIS_ADDRESS,
    'expected redis://user:password@host:port/database, the host alone being needed (rediss for TLS); write "/", "@" and the like in a password as %2F, %40',
  )

const gateway = z
  .strictObject({
    host: z.string().min(1).optional().describe('Address to listen on. Default 127.0.0.1'),
    port: z.number().int().min(0).max(65535).optional().describe('Default 4020'),
    keysFile: z.string().min(1).optional().describe('File with keys and what they have spent'),
    redis: redisAddress.optional().describe('Redis in which several gateways count rate limits together'),
    keysIn: z
      .enum(['file', 'redis'])
      .optional()
      .describe('Where keys and what they have spent are kept. Default file'),
    progress: z
      .union([z.boolean(), z.literal('proposals')])
      .optional()
      .describe("Show a mixture's progress as thinking; proposals: with their text. Default true"),
    usage: z.enum(['run', 'answer']).optional().describe('Whose tokens usage counts. Default run'),
    overrides: z
      .array(
        z.enum([
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
        ]),
      )
      .optional()
      .describe('Recipe overrides that requests may carry. Default all'),
    forward: z.array(z.string().min(1)).optional().describe('Parameters passed on to single models'),
    list: z.array(address).optional().describe('Further single models to list'),
    coalesce: z.boolean().optional().describe('Identical requests in flight share one run. Default false'),
    idempotencyMs: z.number().int().min(0).optional().describe('How long keyed replies can be had again'),
    storeMs: z.number().int().min(0).optional().describe('How long answers can be referred to by id; 0: not'),
    keepAliveMs: milliseconds.optional().describe('Longest silence of a stream'),
    unreadMs: milliseconds.optional().describe('How long a client may leave a stream unread'),
    maxBodyBytes: count.optional().describe('Largest request body'),
    maxRuns: count.optional().describe('Answers at a time'),
    shutdownMs: z.number().int().min(0).optional().describe('Time for answers after the order to stop'),
    corsOrigins: z.array(z.string().min(1)).optional().describe('Origins whose pages may call; * for all'),
    hosts: z.array(z.string().min(1)).optional().describe('Names of this gateway that need no key'),
    traceContent: z.boolean().optional().describe('Record prompts and answers in traces. Default false'),
  })
  .describe('How `moa serve` behaves')
const data = z
  .strictObject({
    mirror: z
      .string()
      .regex(/^https?:\/\/\S+$/, 'expected an http or https address')
      .optional()
      .describe("Asked in place of the publishers' hosts; paths stay the same"),
    folder: z.string().min(1).optional().describe('A folder of your own that is looked into first'),
    cacheFolder: z.string().min(1).optional().describe('Where downloads are kept'),
  })
  .describe("Where publishers' benchmark files come from")

/** The shape of a configuration file. */
export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  proposers: z
    .array(address)
    .min(1)
    .optional()
    .describe('Your models, best first: what moa, moa-lite and self-moa are made of'),
  aggregator: address.optional().describe('Writes their answers. Default: the first proposer'),
  defaultRecipe: z.string().min(1).optional().describe('Answers when no recipe is named. Default moa-lite'),
  recipes: z.record(recipeName, recipe).optional(),
  models: z
    .record(z.string(), z.string().min(1))
    .optional()
    .describe('Renames: what a recipe says → the model to ask'),
  providers: z.record(providerName, provider).optional(),
  prices: z
    .record(z.string(), z.strictObject({ input: dollars, output: dollars, cachedInput: dollars.optional() }))
    .optional()
    .describe('US dollars per million tokens, by provider/model'),
  contextTokens: z
    .record(z.string(), count)
    .optional()
    .describe('Context windows in tokens, by provider/model'),
  cache: z
    .union([
      z.boolean(),
      z.strictObject({
        enabled: z.boolean().optional().describe('Default true'),
        maxMegabytes: z.number().positive().optional().describe('Default 512'),
        maxAgeDays: z.number().positive().optional().describe('Default 30'),
        redis: redisAddress.optional().describe('Redis that keeps answers for several machines'),
      }),
    ])
    .optional()
    .describe('Keeps answers of providers, so that the same call is not paid for twice. Default false'),
  dataFolder: z.string().min(1).optional().describe('Where templates, journals and the cache are kept'),
  gateway: gateway.optional(),
  history: history.optional(),
  data: data.optional(),
})

// A key that the schema knows and the type does not, or the other way round, fails compilation here.
type Checked = z.infer<typeof configSchema>
type SameKeys<A, B> = keyof A extends keyof B ? (keyof B extends keyof A ? true : never) : never
type CheckedProvider = NonNullable<Checked['providers']>[string]
type CheckedRecipe = NonNullable<Checked['recipes']>[string]
true satisfies SameKeys<ConfigInput, Checked>
true satisfies SameKeys<ProviderInput, CheckedProvider>
true satisfies SameKeys<RecipeConfig, CheckedRecipe>
true satisfies SameKeys<GatewayInput, NonNullable<Checked['gateway']>>
true satisfies SameKeys<HistoryInput, NonNullable<Checked['history']>>
true satisfies SameKeys<DataInput, NonNullable<Checked['data']>>

/** JSON Schema of the configuration file, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(configSchema, { target: 'draft-7' }) as Record<string, unknown>
  return { ...schema, title: 'Configuration of mixture-of-agents' }
}
