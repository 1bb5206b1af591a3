import { MoaError, textOf } from '../../core/index.js'
import type {
  ChatRequest,
  Degradation,
  Message,
  Model,
  Proposal,
  Sampling,
  SlotRef,
} from '../../core/index.js'
import { estimatePromptTokens } from '../../util/index.js'
import type { Plan, PlanSlot } from '../plan.js'
import { INHERITABLE, type InheritableField, type Slot } from '../recipe.js'
import { adviserView } from './adviser-view.js'
import { composeNative, seedOf, type Task } from './native.js'
import { appendToSystem, injectReferences } from './together.js'

/** Tokens kept free for the answer where neither slot nor request limits it. */
const ANSWER_RESERVE_TOKENS = 1024

export interface ComposeInput {
  readonly plan: Plan
  readonly slot: PlanSlot
  readonly model: Model
  readonly request: ChatRequest
  readonly proposals: readonly Proposal[]
}

export interface Composed {
  readonly request: ChatRequest
  /** Set when proposals had to be shortened to fit the slot's window. */
  readonly deviation?: Degradation
}

/** The request a proposer gets: no tools, no response format, sampling from the recipe. */
export function composeForProposer(input: ComposeInput): Composed {
  const { plan, slot, model, request } = input
  const sampling = proposerSampling(slot, plan.inherit, request)
  const { messages, trimmed } = compose(input, adviserView(request.messages, model.capabilities), {
    task: 'refine',
    maxTokens: sampling.maxTokens,
  })
  const { metadata } = request
  return {
    request: withExtra({ ...sampling, messages, ...(metadata && { metadata }) }, slot.slot),
    ...deviationOf(slot.ref, trimmed),
  }
}

/** The request the aggregator gets: the client's own, with the proposals. */
export function composeForAggregator(input: ComposeInput): Composed {
  const { slot, request } = input
  const sampling = aggregatorSampling(slot.slot, request)
  const { messages, trimmed } = compose(input, request.messages, {
    task: 'aggregate',
    maxTokens: sampling.maxTokens,
  })
  const { tools, toolChoice, parallelToolCalls, responseFormat, topLogprobs, metadata, extra } = request
  return {
    request: withExtra(
      {
        ...sampling,
        messages,
        ...(tools !== undefined && { tools }),
        ...(toolChoice !== undefined && { toolChoice }),
        ...(parallelToolCalls !== undefined && { parallelToolCalls }),
        ...(responseFormat !== undefined && { responseFormat }),
        ...(topLogprobs !== undefined && { topLogprobs }),
        ...(metadata !== undefined && { metadata }),
        ...(extra !== undefined && { extra }),
      },
      slot.slot,
    ),
    ...deviationOf(slot.ref, trimmed),
  }
}

function deviationOf(slot: SlotRef, trimmed: number): { deviation?: Degradation } {
  if (trimmed === 0) return {}
  const what = trimmed === 1 ? '1 proposal was' : `${trimmed} proposals were`
  const message = `${what} shortened to fit the context window of ${slot.name}.`
  return { deviation: { code: 'deviation', message, slot } }
}

function compose(
  { plan, slot, model, request, proposals }: ComposeInput,
  base: readonly Message[],
  options: { task: Task; maxTokens: number | undefined },
): { messages: readonly Message[]; trimmed: number } {
  const messages = slot.slot.system === undefined ? base : appendToSystem(base, slot.slot.system)
  if (plan.mode === 'together') {
    if (plan.template === undefined) throw missingTemplate(plan.name)
    const references = proposals.map(({ text }) => text)
    return { messages: injectReferences(messages, plan.template, references), trimmed: 0 }
  }
  const window = slot.slot.contextTokens ?? model.capabilities?.contextTokens
  const seed = request.seed === undefined ? seedOf(request.messages) : String(request.seed)
  return composeNative(messages, proposals, {
    task: options.task,
    seed: `${seed}/${slot.ref.stage}`,
    ...(window !== undefined && {
      budgetTokens:
        window -
        (options.maxTokens ?? ANSWER_RESERVE_TOKENS) -
        estimatePromptTokens(messages.map((message) => textOf(message.content))),
    }),
  })
}

/** Mode `together` without its template can't run. */
export function missingTemplate(recipe: string): MoaError {
  return new MoaError(
    'template_missing',
    `Recipe "${recipe}" uses mode "together", which needs the reference template; it is not shipped. ` +
      `Name its file under "template" in the recipe, or use mode "native".`,
  )
}

/** The recipe's sampling; fields the recipe inherits come from the request when it has them. */
function proposerSampling(
  { ref, slot }: PlanSlot,
  inherit: readonly InheritableField[],
  request: ChatRequest,
): Sampling {
  const inherited = slot.pinned === true ? {} : pickSampling(request, inherit)
  const sampling = { ...pickSampling(slot, INHERITABLE), ...inherited }
  // Samples of one model with one seed would all be the same answer.
  if (inherited.seed === undefined) return sampling
  return { ...sampling, seed: inherited.seed + ref.stage * 100 + ref.index + 1 }
}

/** The client's wishes, over the recipe's defaults; a pinned slot keeps to the recipe. */
function aggregatorSampling(slot: Slot, request: ChatRequest): Sampling {
  const own = pickSampling(slot, INHERITABLE)
  return slot.pinned === true ? own : { ...own, ...pickSampling(request, INHERITABLE) }
}

function pickSampling(from: Sampling, fields: readonly InheritableField[]): Sampling {
  const picked: Record<string, unknown> = {}
  for (const field of fields) if (from[field] !== undefined) picked[field] = from[field]
  return picked
}

function withExtra(request: ChatRequest, slot: Slot): ChatRequest {
  return slot.extra === undefined ? request : { ...request, extra: { ...request.extra, ...slot.extra } }
}
