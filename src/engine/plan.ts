import { MoaError } from '../core/index.js'
import type { Degradation, SlotRef } from '../core/index.js'
import { canonicalJson, deepFreeze, sha256Hex } from '../util/index.js'
import { templateDeviation } from './prompt/together.js'
import type { InheritableField, PromptMode, RecipeInput, Slot, SlotInput, StageInput } from './recipe.js'

/** A slot in its place. */
export interface PlanSlot {
  readonly ref: SlotRef
  readonly slot: Slot
}

export interface PlanStage {
  readonly kind: StageInput['kind']
  readonly slots: readonly PlanSlot[]
}

/** What a recipe comes to: every default filled in, every slot in its place, frozen. */
export interface Plan {
  readonly name: string
  readonly description: string
  readonly mode: PromptMode
  readonly template?: string
  readonly inherit: readonly InheritableField[]
  readonly stages: readonly PlanStage[]
  /** SHA-256 of the recipe's meaning: the same for two recipes that make the same calls with the same prompts. */
  readonly hash: string
  /** Calls of an undisturbed run. */
  readonly calls: number
  /** Calls that wait for one another. */
  readonly depth: number
  /** Deviations known before any run. */
  readonly notes: readonly Degradation[]
}

/**
 * Turns a recipe into a plan. Pure: no file, no network, no clock.
 *
 * @throws {@link MoaError} `recipe_invalid` when the recipe contradicts itself
 */
export function compile(recipe: RecipeInput, name: string): Plan {
  const fail = (message: string): never => {
    throw new MoaError('recipe_invalid', `recipe "${name}": ${message}`)
  }
  const mode = recipe.mode ?? 'native'
  if (mode === 'native' && recipe.template !== undefined)
    fail('"template" only works with mode "together"; remove one of the two.')
  const stages = expand(recipe, fail)
  checkOrder(stages, fail)
  const planned = stages.map((stage, index) => planStage(stage, index))
  const inherit = [...new Set(recipe.inherit ?? [])].sort()
  const meaning = {
    mode,
    ...(recipe.template !== undefined && { template: recipe.template }),
    inherit,
    stages: planned.map(({ kind, slots }) => ({ kind, slots: slots.map(({ slot }) => meaningOf(slot)) })),
  }
  return deepFreeze({
    name,
    description: recipe.description ?? '',
    mode,
    ...(recipe.template !== undefined && { template: recipe.template }),
    inherit,
    stages: planned,
    hash: sha256Hex(canonicalJson(meaning)),
    calls: planned.reduce((sum, { kind, slots }) => sum + (kind === 'synthesize' ? 1 : slots.length), 0),
    depth: planned.length,
    notes: recipe.template === undefined ? [] : templateDeviation(recipe.template),
  })
}

type Fail = (message: string) => never

function expand(recipe: RecipeInput, fail: Fail): readonly StageInput[] {
  const { proposers, aggregator, layers, rounds, stages } = recipe
  const shorthand = proposers ?? aggregator ?? layers ?? rounds
  if (stages !== undefined) {
    if (shorthand !== undefined)
      fail('state either "stages" or the shorthand (proposers, aggregator, layers), not both.')
    if (stages.length === 0) fail('"stages" is empty; it needs at least a synthesize stage.')
    return stages
  }
  if (layers !== undefined && rounds !== undefined)
    fail('state either "layers" or "rounds", not both (rounds = layers - 1).')
  if (proposers === undefined || proposers.length === 0)
    return fail('there are no proposers; list at least one model under "proposers".')
  if (aggregator === undefined)
    return fail('there is no aggregator; name the model that writes the answer under "aggregator".')
  const passes = rounds ?? (layers ?? 2) - 1
  if (passes < 1) fail(`"layers" must be at least 2 (one of proposers, one of the aggregator).`)
  const chain = Array.isArray(aggregator)
    ? (aggregator as readonly (string | SlotInput)[])
    : [aggregator as string | SlotInput]
  if (chain.length === 0) fail('"aggregator" is an empty list; name at least one model.')
  return [
    ...Array.from({ length: passes }, (): StageInput => ({ kind: 'propose', slots: proposers })),
    { kind: 'synthesize', slots: chain },
  ]
}

function checkOrder(stages: readonly StageInput[], fail: Fail): void {
  for (const [index, stage] of stages.entries()) {
    if (stage.slots.length === 0) fail(`stage ${index + 1} (${stage.kind}) has no slots.`)
    const last = index === stages.length - 1
    if (stage.kind === 'synthesize' && !last)
      fail(`stage ${index + 1} is "synthesize", which writes the answer and so must be the last stage.`)
    if (last && stage.kind !== 'synthesize')
      fail(`the last stage is "${stage.kind}"; a recipe ends with "synthesize".`)
  }
}

function planStage(stage: StageInput, stageIndex: number): PlanStage {
  const slots: PlanSlot[] = []
  for (const input of stage.slots) {
    const { samples = 1, ...slot } = typeof input === 'string' ? { model: input } : input
    for (let sample = 0; sample < samples; sample += 1) {
      const name = slot.name ?? slot.model
      slots.push({
        slot,
        ref: {
          stage: stageIndex,
          index: slots.length,
          name: samples > 1 ? `${name} #${sample + 1}` : name,
          model: slot.model,
        },
      })
    }
  }
  return { kind: stage.kind, slots }
}

/** A slot without what only people see. */
function meaningOf(slot: Slot): Omit<Slot, 'name'> {
  const { name: _, ...meaning } = slot
  return meaning
}
