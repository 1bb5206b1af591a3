import { z } from 'zod'
import { MoaError } from '../core/index.js'
import { schemaProblems } from './issues.js'
import { INHERITABLE, type RecipeInput } from './recipe.js'

const milliseconds = z.number().int().positive()

const sampling = {
  temperature: z.number().min(0).max(2).optional().describe('0 to 2'),
  topP: z.number().min(0).max(1).optional().describe('0 to 1'),
  frequencyPenalty: z.number().min(-2).max(2).optional(),
  presencePenalty: z.number().min(-2).max(2).optional(),
  stop: z.array(z.string().min(1)).optional(),
  seed: z.number().int().optional(),
  maxTokens: z.number().int().positive().optional().describe('Upper bound of the answer in tokens'),
  reasoningEffort: z.string().min(1).optional(),
}

const slotObject = z
  .strictObject({
    model: z.string().min(1).describe('provider/model, or the name of another recipe'),
    name: z.string().min(1).optional().describe('Shown instead of the model'),
    system: z.string().min(1).optional().describe('Added to the system message this slot gets'),
    ...sampling,
    contextTokens: z.number().int().positive().optional(),
    timeoutMs: milliseconds.optional(),
    firstTokenTimeoutMs: milliseconds.optional(),
    stallTimeoutMs: milliseconds.optional(),
    pinned: z.boolean().optional().describe("Ignore the sampling of the client's request"),
    extra: z.record(z.string(), z.unknown()).optional(),
    samples: z.number().int().min(1).max(64).optional().describe('Ask this model so many times'),
  })
  .describe('A model with its own sampling, system prompt and limits')

const slot = z.union([z.string().min(1), slotObject])
const slots = z.array(slot).min(1)

const policy = z
  .strictObject({
    quorum: z.number().int().min(1).optional().describe('Usable proposals after which grace begins'),
    graceMs: z.number().int().min(0).optional().describe('How long the rest may still come in'),
    hedge: z
      .strictObject({
        afterMs: milliseconds.optional(),
        percentile: z.number().min(50).max(99.9).optional(),
        model: z.string().min(1).optional().describe('Another model for the second copy'),
      })
      .optional()
      .describe('A second copy of a slow call'),
    concurrency: z.number().int().min(1).optional().describe('Calls at a time'),
  })
  .describe('How a panel treats stragglers')

const stage = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('propose'), slots, policy: policy.optional() }),
  z.strictObject({
    kind: z.literal('rank'),
    slots: slots.optional(),
    by: z.enum(['judge', 'peers']).optional(),
    keep: z.number().int().min(1).optional(),
  }),
  z.strictObject({ kind: z.literal('vote') }),
  z.strictObject({ kind: z.literal('gate'), threshold: z.number().min(0).max(1).optional() }),
  z.strictObject({ kind: z.literal('critique'), slots }),
  z.strictObject({ kind: z.literal('synthesize'), slots, window: z.number().int().min(2).optional() }),
  z.strictObject({ kind: z.literal('pick') }),
])

/** The shape of a recipe in a configuration file. */
export const recipeSchema = z.strictObject({
  description: z.string().optional(),
  mode: z.enum(['native', 'together']).optional(),
  template: z.string().min(1).optional().describe('Reference template of mode "together"'),
  proposers: slots.optional(),
  aggregator: z.union([slot, slots]).optional(),
  layers: z.number().int().min(2).max(16).optional().describe('Layers, the aggregator included'),
  rounds: z.number().int().min(1).max(15).optional().describe('Proposer passes: layers - 1'),
  stages: z.array(stage).min(1).optional(),
  policy: policy.optional(),
  deadlineMs: milliseconds.optional().describe('Time for the whole answer'),
  budget: z
    .strictObject({
      maxCostUsd: z.number().positive().optional().describe('US dollars for the whole answer'),
      maxLatencyMs: milliseconds.optional().describe('Time a run may be expected to take'),
      over: z.string().min(1).optional().describe('"refuse", or a smaller recipe that runs instead'),
    })
    .optional(),
  history: z.enum(['keep', 'trim']).optional(),
  outliers: z.enum(['ignore', 'warn']).optional(),
  inherit: z.array(z.enum(INHERITABLE)).optional(),
})

/**
 * Checks the shape of a recipe of unknown origin.
 *
 * @throws {@link MoaError} `recipe_invalid`, one line for each mistake: the field, what was expected and what came
 */
export function parseRecipe(value: unknown, name: string): RecipeInput {
  const parsed = recipeSchema.safeParse(value)
  if (parsed.success) return parsed.data as RecipeInput
  const lines = schemaProblems(recipeSchema, parsed.error, value).map(({ path, message, key }) => {
    // A message about a key names it.
    const trail = key === true ? path.slice(0, -1) : path
    return `${[`recipe "${name}"`, ...trail.map(String)].join(' › ')}: ${message}`
  })
  throw new MoaError('recipe_invalid', lines.join('\n'))
}
