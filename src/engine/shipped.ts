import type { RecipeInput, SlotInput } from './recipe.js'

/** The six proposers of the paper (arXiv 2406.04692, section 3.1), under the names Together AI served them by. */
const PAPER_PROPOSERS = [
  'together/Qwen/Qwen1.5-110B-Chat',
  'together/Qwen/Qwen1.5-72B-Chat',
  'together/microsoft/WizardLM-2-8x22B',
  'together/meta-llama/Llama-3-70b-chat-hf',
  'together/mistralai/Mixtral-8x22B-Instruct-v0.1',
  'together/databricks/dbrx-instruct',
] as const

/** What the reference evaluation scripts send for every call, whatever they are asked to. */
const PAPER_SAMPLING = { temperature: 0.7, maxTokens: 2048 } as const

const paperSlot = (model: string): SlotInput => ({ model, ...PAPER_SAMPLING })

/**
 * Recipes that come with the package and depend on nobody's configuration. `moa`, `moa-lite` and `self-moa` are made
 * by {@link ownRecipes} from the models an installation has.
 */
export const SHIPPED_RECIPES = {
  'paper-moa': {
    description:
      'MoA of arXiv 2406.04692: six proposers in two layers, then Qwen1.5-110B-Chat. 13 calls, depth 3. Needs the reference template.',
    mode: 'together',
    proposers: PAPER_PROPOSERS.map(paperSlot),
    aggregator: paperSlot('together/Qwen/Qwen1.5-110B-Chat'),
    layers: 3,
  },
  'paper-moa-lite': {
    description:
      'MoA-Lite of arXiv 2406.04692: six proposers in one layer, then Qwen1.5-72B-Chat. 7 calls, depth 2. Needs the reference template.',
    mode: 'together',
    proposers: PAPER_PROPOSERS.map(paperSlot),
    aggregator: paperSlot('together/Qwen/Qwen1.5-72B-Chat'),
    layers: 2,
  },
  demo: {
    description: 'Simulated models, no key and no network: shows how a mixture works. Not a real answer.',
    proposers: ['sim/ada', 'sim/grace', 'sim/alan', 'sim/edsger'],
    aggregator: 'sim/barbara',
    layers: 2,
  },
} as const satisfies Record<string, RecipeInput>

/** Models an installation has chosen, best first. */
export interface OwnModels {
  readonly proposers: readonly string[]
  readonly aggregator: string
}

/** Samples of one model in `self-moa` (arXiv 2502.00674 uses six). */
const SELF_MOA_SAMPLES = 6

/** Proposers in `moa-lite`: in the paper's Table 3 the second proposer brings most of the gain. */
const LITE_PROPOSERS = 3

/** `moa`, `moa-lite` and `self-moa` over the models of an installation. */
export function ownRecipes({ proposers, aggregator }: OwnModels): Record<string, RecipeInput> {
  const lite = proposers.slice(0, LITE_PROPOSERS)
  return {
    moa: {
      description: `Your ${proposers.length} proposers in two layers, then ${aggregator}.`,
      proposers,
      aggregator: chain(aggregator, proposers),
      layers: 3,
    },
    'moa-lite': {
      description: `${lite.length} proposers in one layer, then ${aggregator}: most of the gain at about a third of the price.`,
      proposers: lite,
      aggregator: chain(aggregator, lite),
      layers: 2,
    },
    'self-moa': {
      description: `${SELF_MOA_SAMPLES} samples of ${aggregator}, then ${aggregator}: for when one model is clearly your best.`,
      proposers: [{ model: aggregator, samples: SELF_MOA_SAMPLES, temperature: 0.7 }],
      aggregator,
      layers: 2,
    },
  }
}

/** The aggregator, and one proposer that takes over when it fails. */
function chain(aggregator: string, proposers: readonly string[]): readonly string[] {
  const next = proposers.find((model) => model !== aggregator)
  return next === undefined ? [aggregator] : [aggregator, next]
}
