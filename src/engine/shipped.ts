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
/** Proposals an aggregator reads at a time in `self-moa-seq`, the best so far among them. */
const SEQ_WINDOW = 3
/** Proposers in `moa-lite`: in the paper's Table 3 the second proposer brings most of the gain. */
const LITE_PROPOSERS = 3
/** Samples in `best-of-n` and `vote`. */
const SAMPLES = 5
/** Warm enough for samples to differ. */
const SAMPLE_TEMPERATURE = 0.7

/**
 * The recipes over the models of an installation, one for each strategy; docs/recipes.md says when each helps.
 */
export function ownRecipes({ proposers, aggregator }: OwnModels): Record<string, RecipeInput> {
  const lite = proposers.slice(0, LITE_PROPOSERS)
  // With one model only, several samples of it make the panel.
  const panel = (models: readonly string[]): readonly (string | SlotInput)[] =>
    models.length === 1 && models[0] !== undefined
      ? [{ model: models[0], samples: LITE_PROPOSERS, temperature: SAMPLE_TEMPERATURE }]
      : models
  const samples = (count: number): SlotInput => ({
    model: aggregator,
    samples: count,
    temperature: SAMPLE_TEMPERATURE,
  })
  return {
    moa: {
      description: `${panelText(proposers)} in two layers, then ${aggregator}.`,
      proposers: panel(proposers),
      aggregator: chain(aggregator, proposers),
      layers: 3,
    },
    'moa-lite': {
      description: `${panelText(lite)} in one layer, then ${aggregator}: most of the gain at about a third of the price.`,
      proposers: panel(lite),
      aggregator: chain(aggregator, lite),
      layers: 2,
    },
    'self-moa': {
      description: `${SELF_MOA_SAMPLES} samples of ${aggregator}, then ${aggregator}: for when one model is clearly your best.`,
      proposers: [samples(SELF_MOA_SAMPLES)],
      aggregator,
      layers: 2,
    },
    'self-moa-seq': {
      description: `${SELF_MOA_SAMPLES} samples of ${aggregator}, read ${SEQ_WINDOW} at a time: for small context windows.`,
      stages: [
        { kind: 'propose', slots: [samples(SELF_MOA_SAMPLES)] },
        { kind: 'synthesize', slots: [aggregator], window: SEQ_WINDOW },
      ],
    },
    'best-of-n': {
      description: `${SAMPLES} samples of ${aggregator}; ${aggregator} ranks them and the best is the answer word for word.`,
      stages: [
        { kind: 'propose', slots: [samples(SAMPLES)] },
        { kind: 'rank', slots: [{ model: aggregator, temperature: 0 }] },
        { kind: 'pick' },
      ],
    },
    council: {
      description: `${count(proposers, 'proposer')} answer, rank each other's answers anonymously, and ${aggregator} writes the verdict from the best.`,
      stages: [
        { kind: 'propose', slots: proposers },
        { kind: 'rank', by: 'peers', keep: Math.max(1, Math.ceil(proposers.length / 2)) },
        { kind: 'synthesize', slots: chain(aggregator, proposers) },
      ],
    },
    cascade: cascade(proposers, aggregator),
    vote: {
      description: `${SAMPLES} samples of ${aggregator}; the final answer most of them give wins. For questions with one short answer.`,
      stages: [{ kind: 'propose', slots: [samples(SAMPLES)] }, { kind: 'vote' }, { kind: 'pick' }],
    },
  }
}

/** The last two proposers first, who should be the cheap ones; everybody else only when these disagree. */
function cascade(proposers: readonly string[], aggregator: string): RecipeInput {
  const first: readonly (string | SlotInput)[] =
    proposers.length > 1
      ? proposers.slice(-2)
      : [{ model: aggregator, samples: 2, temperature: SAMPLE_TEMPERATURE }]
  const rest = proposers.slice(0, -2)
  return {
    description: `Two models first; only when they disagree ${rest.length === 0 ? '' : `${count(rest, 'more proposer')} and `}${aggregator}.`,
    stages: [
      { kind: 'propose', slots: first },
      { kind: 'gate' },
      ...(rest.length === 0 ? [] : [{ kind: 'propose' as const, slots: rest }]),
      { kind: 'synthesize', slots: chain(aggregator, proposers) },
    ],
  }
}

const panelText = (models: readonly string[]): string =>
  models.length === 1 ? `${LITE_PROPOSERS} samples of ${models[0]}` : count(models, 'proposer')

const count = (models: readonly string[], what: string): string =>
  models.length === 1 ? `1 ${what}` : `${models.length} ${what}s`

/** The aggregator, and one proposer that takes over when it fails. */
function chain(aggregator: string, proposers: readonly string[]): readonly string[] {
  const next = proposers.find((model) => model !== aggregator)
  return next === undefined ? [aggregator] : [aggregator, next]
}
