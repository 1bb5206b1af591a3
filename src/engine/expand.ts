import type { RecipeInput, SlotInput, StageInput } from './recipe.js'

/** Refuses a recipe with one sentence. */
export type Fail = (message: string) => never

/** The stages of a recipe, the shorthand written out, checked for sense. */
export function expand(recipe: RecipeInput, fail: Fail): readonly StageInput[] {
  if (recipe.mode !== 'together' && recipe.template !== undefined)
    fail('"template" only works with mode "together"; remove one of the two.')
  const stages =
    recipe.stages === undefined ? shorthand(recipe, fail) : spelledOut(recipe, recipe.stages, fail)
  checkStages(stages, fail)
  if (recipe.mode === 'together' && stages.some(({ kind }) => kind === 'critique'))
    fail('mode "together" has no place for a critique; use mode "native".')
  return stages
}

function spelledOut(recipe: RecipeInput, stages: readonly StageInput[], fail: Fail): readonly StageInput[] {
  if ((recipe.proposers ?? recipe.aggregator ?? recipe.layers ?? recipe.rounds) !== undefined)
    fail('state either "stages" or the shorthand (proposers, aggregator, layers), not both.')
  if (stages.length === 0) fail('"stages" is empty; it needs at least a stage that writes the answer.')
  return stages
}

function shorthand(recipe: RecipeInput, fail: Fail): readonly StageInput[] {
  const { proposers, aggregator, layers, rounds } = recipe
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

const writesAnswer = (stage: StageInput): boolean => stage.kind === 'synthesize' || stage.kind === 'pick'

function checkStages(stages: readonly StageInput[], fail: Fail): void {
  let proposed = false
  for (const [index, stage] of stages.entries()) {
    const place = `stage ${index + 1} (${stage.kind})`
    const last = index === stages.length - 1
    if (writesAnswer(stage) && !last) fail(`${place} writes the answer and so must be the last stage.`)
    if (last && !writesAnswer(stage)) fail(`${place} is the last; a recipe ends with "synthesize" or "pick".`)
    const slots = 'slots' in stage ? stage.slots : undefined
    if (stage.kind === 'rank') {
      if (stage.by === 'peers' && slots !== undefined)
        fail(`${place} ranks by peers, who are the proposers; remove "slots".`)
      if (stage.by !== 'peers' && (slots === undefined || slots.length === 0))
        fail(`${place} needs a judge under "slots", or by: peers.`)
    } else if (slots?.length === 0) fail(`${place} has no slots.`)
    if (stage.kind === 'propose') proposed = true
    else if (stage.kind !== 'synthesize' && !proposed)
      fail(`${place} works on proposals, but no "propose" stage comes before it.`)
  }
}
