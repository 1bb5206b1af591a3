import { MoaError } from '../core/index.js'
import type { Degradation, SlotRef } from '../core/index.js'
import { canonicalJson, deepFreeze, sha256Hex } from '../util/index.js'
import { expand, type Fail } from './expand.js'
import { resolvePolicy, type ResolvedPolicy } from './policy.js'
import { templateDeviation } from './prompt/together.js'
import type {
  InheritableField,
  PromptMode,
  RecipeBudget,
  RecipeInput,
  Slot,
  SlotInput,
  StageInput,
} from './recipe.js'

/** A slot in its place. */
export interface PlanSlot {
  readonly ref: SlotRef
  readonly slot: Slot
}

interface StageBase<Kind extends StageInput['kind']> {
  readonly kind: Kind
  /** Index in the plan, from 0. */
  readonly index: number
  /** Empty for stages that make no calls. */
  readonly slots: readonly PlanSlot[]
}

export type PlanStage =
  | (StageBase<'propose'> & { readonly policy: ResolvedPolicy })
  | (StageBase<'rank'> & { readonly by: 'judge' | 'peers'; readonly keep?: number })
  | StageBase<'vote'>
  | (StageBase<'gate'> & { readonly threshold: number })
  | StageBase<'critique'>
  | (StageBase<'synthesize'> & { readonly window?: number })
  | StageBase<'pick'>

export type PlanStageOf<Kind extends StageInput['kind']> = Extract<PlanStage, { kind: Kind }>

/** What a recipe comes to: every default filled in, every slot in its place, frozen. */
export interface Plan {
  readonly name: string
  readonly description: string
  readonly mode: PromptMode
  readonly template?: string
  readonly inherit: readonly InheritableField[]
  readonly stages: readonly PlanStage[]
  readonly deadlineMs?: number
  readonly budget?: RecipeBudget
  readonly history: 'keep' | 'trim'
  readonly outliers: 'ignore' | 'warn'
  /**
   * SHA-256 of the recipe's meaning: the same for two recipes that make the same calls under the same rules. Recipes in
   * slots are in it once they are known, which a {@link RecipeBook} sees to.
   */
  readonly hash: string
  /** Calls of an undisturbed run, without hedges and fallbacks; a gate that stops early saves some. */
  readonly calls: number
  /** Calls that wait for one another. */
  readonly depth: number
  /** Deviations known before any run. */
  readonly notes: readonly Degradation[]
}

/** Agreement from which a gate stops, where the recipe says nothing; see docs/recipes.md for its calibration. */
export const DEFAULT_GATE_THRESHOLD = 0.7

/**
 * Turns a recipe into a plan. Pure: no file, no network, no clock.
 *
 * @throws {@link MoaError} `recipe_invalid` when the recipe contradicts itself
 */
export function compile(recipe: RecipeInput, name: string): Plan {
  const fail: Fail = (message) => {
    throw new MoaError('recipe_invalid', `recipe "${name}": ${message}`)
  }
  const stages = planStages(expand(recipe, fail), recipe, fail)
  const { deadlineMs, budget, template } = recipe
  if (budget && Object.keys(budget).length === 0)
    fail('the budget says nothing; state maxCostUsd, maxLatencyMs or over.')
  const rules = {
    mode: recipe.mode ?? 'native',
    ...(template !== undefined && { template }),
    inherit: [...new Set(recipe.inherit ?? [])].sort(),
    ...(deadlineMs !== undefined && { deadlineMs }),
    ...(budget !== undefined && { budget }),
    history: recipe.history ?? 'keep',
    outliers: recipe.outliers ?? 'ignore',
  } as const
  return deepFreeze({
    name,
    description: recipe.description ?? '',
    ...rules,
    stages,
    hash: sha256Hex(
      canonicalJson({ ...rules, budget: budgetMeaning(budget), stages: stages.map(meaningOf) }),
    ),
    ...effort(stages),
    notes: template === undefined ? [] : templateDeviation(template),
  })
}

function planStages(inputs: readonly StageInput[], recipe: RecipeInput, fail: Fail): PlanStage[] {
  const stages: PlanStage[] = []
  for (const [index, input] of inputs.entries()) {
    const slots = 'slots' in input && input.slots ? placeSlots(input.slots, index) : []
    switch (input.kind) {
      case 'propose': {
        const policy = resolvePolicy(slots.length, recipe.policy, input.policy)
        if (policy.quorum > slots.length)
          fail(
            `stage ${index + 1}: a quorum of ${policy.quorum} needs as many slots, there are ${slots.length}.`,
          )
        if (policy.hedge?.afterMs !== undefined && policy.hedge.percentile !== undefined)
          fail(`stage ${index + 1}: a hedge begins "afterMs" or at a "percentile"; state one of the two.`)
        stages.push({ kind: input.kind, index, slots, policy })
        break
      }
      case 'rank': {
        const by = input.by ?? 'judge'
        const judges = by === 'peers' ? peersBefore(stages, index, fail) : slots
        const keep = input.keep === undefined ? {} : { keep: input.keep }
        stages.push({ kind: input.kind, index, slots: judges, by, ...keep })
        break
      }
      case 'gate':
        stages.push({ kind: input.kind, index, slots, threshold: input.threshold ?? DEFAULT_GATE_THRESHOLD })
        break
      case 'synthesize': {
        const window = input.window === undefined ? {} : { window: input.window }
        stages.push({ kind: input.kind, index, slots, ...window })
        break
      }
      case 'vote':
      case 'critique':
      case 'pick':
        stages.push({ kind: input.kind, index, slots })
        break
    }
  }
  return stages
}

function placeSlots(inputs: readonly (string | SlotInput)[], stage: number): PlanSlot[] {
  const slots: PlanSlot[] = []
  for (const input of inputs) {
    const { samples = 1, ...slot } = typeof input === 'string' ? { model: input } : input
    const name = slot.name ?? slot.model
    for (let sample = 0; sample < samples; sample += 1) {
      const shown = samples > 1 ? `${name} #${sample + 1}` : name
      slots.push({ slot, ref: { stage, index: slots.length, name: shown, model: slot.model } })
    }
  }
  return slots
}

/** The judges of a peer ranking: the proposers of the panel before it. */
function peersBefore(stages: readonly PlanStage[], stage: number, fail: Fail): PlanSlot[] {
  const panel = stages.findLast(({ kind }) => kind === 'propose')
  if (panel === undefined)
    return fail(`stage ${stage + 1} ranks by peers, but no "propose" stage comes before it.`)
  return panel.slots.map((slot) => asPeer(slot, stage))
}

/** A proposer as a judge, as cool-headed as it can be. */
export function asPeer({ slot, ref }: PlanSlot, stage: number): PlanSlot {
  return { slot: { ...slot, temperature: 0 }, ref: { ...ref, stage } }
}

/**
 * Every model and recipe a plan may ask, as it calls them: slots, second copies of slow calls, the smaller recipe of
 * its budget.
 */
export function modelsAsked({ stages, budget }: Plan): string[] {
  const slots = stages.flatMap((stage) => stage.slots.map(({ slot }) => slot.model))
  const hedges = stages.flatMap((stage) =>
    stage.kind === 'propose' ? (stage.policy.hedge?.model ?? []) : [],
  )
  return [...new Set([...slots, ...hedges, ...smallerRecipe(budget)])]
}

/** The recipe that runs when a budget does not suffice, if there is one. */
export function smallerRecipe(budget: RecipeBudget | undefined): string[] {
  return budget?.over === undefined || budget.over === 'refuse' ? [] : [budget.over]
}

/**
 * A plan that says what recipes in its slots come to: its hash is another one when one of them means something else, and
 * their calls are counted.
 *
 * @param inner plans of the recipes it asks, by the name it asks them by
 */
export function withInnerPlans(plan: Plan, inner: ReadonlyMap<string, Plan>): Plan {
  if (inner.size === 0) return plan
  const recipes = Object.fromEntries([...inner].map(([name, { hash }]) => [name, hash]))
  return deepFreeze({
    ...plan,
    hash: sha256Hex(canonicalJson({ plan: plan.hash, recipes })),
    ...effort(plan.stages, inner),
  })
}

/** Calls of an undisturbed run, and how many of them wait for one another. */
function effort(
  stages: readonly PlanStage[],
  inner: ReadonlyMap<string, Pick<Plan, 'calls' | 'depth'>> = new Map(),
): { calls: number; depth: number } {
  let calls = 0
  let depth = 0
  let proposals = 0
  for (const stage of stages) {
    const steps = stage.kind === 'synthesize' ? windows(proposals, stage.window).length : 1
    const isPanel = stage.kind === 'propose' || (stage.kind === 'rank' && stage.by === 'peers')
    switch (stage.kind) {
      case 'propose':
        proposals = stage.slots.length
        break
      case 'rank':
        proposals = Math.min(proposals, stage.keep ?? proposals)
        break
      case 'critique':
      case 'synthesize':
        break
      case 'vote':
      case 'gate':
      case 'pick':
        continue
    }
    // Of a chain only the first is asked while nothing fails.
    const asked = isPanel ? stage.slots : stage.slots.slice(0, 1)
    const efforts = asked.map(({ slot }) => inner.get(slot.model) ?? ONE_CALL)
    calls += steps * efforts.reduce((sum, one) => sum + one.calls, 0)
    depth += steps * Math.max(1, ...efforts.map((one) => one.depth))
  }
  return { calls, depth }
}

const ONE_CALL = { calls: 1, depth: 1 }

/**
 * How a window moves over proposals: for each step, how many new ones it takes in. After the first step the best
 * answer so far has one of the window's places.
 */
export function windows(proposals: number, window: number | undefined): number[] {
  if (window === undefined || proposals <= window) return [proposals]
  const steps = [window]
  for (let left = proposals - window; left > 0; left -= window - 1) steps.push(Math.min(left, window - 1))
  return steps
}

/** A stage without what only people see, what follows from the rest and what says no more than a default does. */
function meaningOf(stage: PlanStage): unknown {
  const { index: _, ...rest } = stage
  return {
    ...rest,
    ...(stage.kind === 'propose' && { policy: policyMeaning(stage) }),
    slots: stage.slots.map(({ slot }) => {
      const { name: __, pinned, extra, ...meaning } = slot
      return {
        ...meaning,
        ...(pinned === true && { pinned }),
        ...(extra !== undefined && Object.keys(extra).length > 0 && { extra }),
      }
    }),
  }
}

function policyMeaning({ policy, slots }: PlanStageOf<'propose'>): unknown {
  const { hedge, concurrency, ...rest } = policy
  return {
    ...rest,
    // More places than slots are as many as there are slots.
    concurrency: Math.min(concurrency, slots.length),
    ...(hedge && Object.keys(hedge).length > 0 && { hedge }),
  }
}

/** A budget that says nothing but that it refuses is none: requests are held to their own limits in the same way. */
function budgetMeaning(budget: RecipeBudget | undefined): RecipeBudget | undefined {
  if (budget?.over !== 'refuse') return budget
  const { over: _, ...limits } = budget
  return Object.keys(limits).length === 0 ? undefined : limits
}
