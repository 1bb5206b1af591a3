import { MoaError, textOf } from '../../core/index.js'
import type { ChatRequest, Degradation, Message, Model, Sampling, SlotRef } from '../../core/index.js'
import { estimatePromptTokens } from '../../util/index.js'
import { outliers } from '../agreement.js'
import type { Plan, PlanSlot } from '../plan.js'
import { INHERITABLE, type InheritableField } from '../recipe.js'
import { adviserView } from './adviser-view.js'
import { trimHistory } from './history.js'
import type { Material } from './material.js'
import { composeNative, seedOf, withoutReasoning, type Task } from './native.js'
import { appendToSystem, injectReferences } from './together.js'

/** Tokens kept free for the answer where neither slot nor request limits it. */
const ANSWER_RESERVE_TOKENS = 1024

export interface ComposeInput {
  readonly plan: Plan
  readonly slot: PlanSlot
  readonly model: Model
  readonly request: ChatRequest
  readonly material: Material
}

export interface Composed {
  readonly request: ChatRequest
  /** What had to be left out to fit the slot's window. */
  readonly deviations: readonly Degradation[]
  /** Which proposal stands under each number the model sees; empty in mode `together`. */
  readonly order: readonly number[]
}

/** The request a proposer gets: no tools, no response format, sampling from the recipe. */
export function composeForProposer(input: ComposeInput): Composed {
  return composeForReader(input, 'refine')
}

/** The request of a model that reads the proposals but doesn't answer the client: proposer, judge, critic. */
export function composeForReader(input: ComposeInput, task: Exclude<Task, 'aggregate'>): Composed {
  const { plan, slot, model, request } = input
  const asked: Draft = { messages: request.messages }
  setSampling(asked, slot.slot, INHERITABLE)
  if (slot.slot.pinned !== true) inheritSampling(asked, plan.inherit, input)
  const base = adviserView(request.messages, model.capabilities)
  return complete(input, asked, { task, base })
}

/** The request the aggregator gets: the client's own, with the proposals. A pinned slot keeps to the recipe. */
export function composeForAggregator(input: ComposeInput): Composed {
  const { slot, request } = input
  const asked: Draft = { messages: request.messages }
  setSampling(asked, slot.slot, INHERITABLE)
  if (slot.slot.pinned !== true) setSampling(asked, request, INHERITABLE)
  for (const field of ANSWER_FIELDS) setField(asked, field, request[field])
  return complete(input, asked, { task: 'aggregate', base: request.messages })
}

/** Fields of the client's request that shape the answer itself. */
const ANSWER_FIELDS = [
  'tools',
  'toolChoice',
  'parallelToolCalls',
  'responseFormat',
  'topLogprobs',
  'extra',
] as const satisfies readonly (keyof ChatRequest)[]

/** A request being put together; built field by field, because that is an order of magnitude faster than spreads. */
type Draft = { -readonly [Field in keyof ChatRequest]: ChatRequest[Field] }

function setField<Field extends keyof ChatRequest>(
  draft: Draft,
  field: Field,
  value: ChatRequest[Field],
): void {
  if (value !== undefined) draft[field] = value
}

function setSampling(draft: Draft, from: Sampling, fields: readonly InheritableField[]): void {
  for (const field of fields) setField(draft, field, from[field])
}

/** Fields the recipe inherits come from the request when it has them. */
function inheritSampling(
  draft: Draft,
  fields: readonly InheritableField[],
  { slot: { ref }, request }: ComposeInput,
): void {
  setSampling(draft, request, fields)
  // Samples of one model with one seed would all be the same answer.
  if (fields.includes('seed') && request.seed !== undefined)
    draft.seed = request.seed + ref.stage * 100 + ref.index + 1
}

/** Puts the proposals and whatever belongs to every request into a draft. */
function complete(
  input: ComposeInput,
  draft: Draft,
  options: { task: Task; base: readonly Message[] },
): Composed {
  const { messages, deviations, order } = compose(input, options.base, {
    task: options.task,
    maxTokens: draft.maxTokens,
  })
  draft.messages = messages
  setField(draft, 'metadata', input.request.metadata)
  const { extra } = input.slot.slot
  if (extra !== undefined) draft.extra = { ...draft.extra, ...extra }
  return { request: draft, deviations, order }
}

type Prompt = Omit<Composed, 'request'> & { readonly messages: readonly Message[] }

function compose(
  input: ComposeInput,
  base: readonly Message[],
  options: { task: Task; maxTokens: number | undefined },
): Prompt {
  const { plan, slot, request, material } = input
  const room = roomOf(input, options.maxTokens)
  const deviations: Degradation[] = []
  let messages = slot.slot.system === undefined ? base : appendToSystem(base, slot.slot.system)
  if (room !== undefined && plan.history === 'trim') {
    const kept = trimHistory(messages, room)
    if (kept.leftOut > 0) deviations.push(historyNote(slot.ref, kept.leftOut))
    messages = kept.messages
  }
  if (plan.mode === 'together' && (options.task === 'aggregate' || options.task === 'refine')) {
    if (plan.template === undefined) throw missingTemplate(plan.name)
    const references = material.proposals.map(({ text }) => withoutReasoning(text))
    return { messages: injectReferences(messages, plan.template, references), deviations, order: [] }
  }
  if (material.proposals.length === 0) return { messages, deviations, order: [] }
  const composed = composeNative(messages, material, {
    task: options.task,
    seed: `${seedFor(request, material)}/${slot.ref.stage}`,
    ...(plan.outliers === 'warn' && { suspects: suspectsOf(material) }),
    ...(room !== undefined && {
      budgetTokens: room - estimatePromptTokens(messages.map(({ content }) => textOf(content))),
    }),
  })
  if (composed.trimmed > 0) deviations.push(trimNote(slot.ref, composed.trimmed))
  return { messages: composed.messages, deviations, order: composed.order }
}

/** Read off the conversation, which may be long, once for all slots of a stage. */
function seedFor({ seed, messages }: ChatRequest, { kept }: Material): string {
  if (seed !== undefined) return String(seed)
  const found = kept?.seed ?? seedOf(messages)
  if (kept) kept.seed = found
  return found
}

/** Comparing every proposal with every other takes a while, so it is done once for all slots of a stage. */
function suspectsOf({ proposals, kept }: Material): ReadonlySet<number> {
  const suspects = kept?.suspects ?? outliers(proposals)
  if (kept) kept.suspects = suspects
  return suspects
}

/** Tokens the prompt may take; `undefined` when the window is unknown. */
function roomOf({ slot, model }: ComposeInput, maxTokens: number | undefined): number | undefined {
  const { contextTokens, promptTokens = Infinity } = model.capabilities ?? {}
  const window = slot.slot.contextTokens ?? contextTokens
  return window === undefined
    ? undefined
    : Math.min(window - (maxTokens ?? ANSWER_RESERVE_TOKENS), promptTokens)
}

function trimNote(slot: SlotRef, count: number): Degradation {
  const what = count === 1 ? '1 proposal was' : `${count} proposals were`
  const message = `${what} shortened to fit the context window of ${slot.name}.`
  return { code: 'deviation', message, slot }
}

function historyNote(slot: SlotRef, count: number): Degradation {
  const what = count === 1 ? 'The oldest message was' : `The ${count} oldest messages were`
  const message = `${what} left out to fit the context window of ${slot.name}.`
  return { code: 'deviation', message, slot }
}

/** Mode `together` without its template can't run. */
export function missingTemplate(recipe: string): MoaError {
  return new MoaError(
    'template_missing',
    `Recipe "${recipe}" uses mode "together", which needs the reference template; it is not shipped. ` +
      `Name its file under "template" in the recipe, or use mode "native".`,
  )
}
