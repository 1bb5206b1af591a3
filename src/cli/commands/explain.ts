import { textOf, type Message } from '../../core/message.js'
import { estimateRun, type RunEstimate } from '../../engine/estimate.js'
import { explain, type ExplainedCall } from '../../engine/explain.js'
import { compile, type Plan } from '../../engine/plan.js'
import { readPrompt, type PromptFlags } from '../input.js'
import { tellWarnings } from '../notices.js'
import { SIM_PROVIDER } from '../../providers/known.js'
import type { Invocation } from '../program.js'
import { choose, requestOf, type Choice, type RecipeFlags } from '../select.js'
import { sanitize } from '../terminal/sanitize.js'
import { paint, span } from '../terminal/style.js'
import { formatCount, formatDollars } from '../view/format.js'
import { stageName } from '../view/stage-name.js'
import { openWorkspace } from '../workspace/open.js'
import { modelsOf } from '../workspace/priced-models.js'

export interface ExplainOptions extends PromptFlags, RecipeFlags {
  readonly json?: boolean
}

/** `moa explain`: what `moa ask` would send, without sending it. */
export async function explainCommand({ shell, args, options }: Invocation<ExplainOptions>): Promise<void> {
  const workspace = await openWorkspace({ config: options.config })
  try {
    await workspace.prepare(options.recipe, shell.signal)
    tellWarnings(workspace, shell)
    const choice = choose(workspace, options)
    const request = requestOf(await readPrompt(args, options, shell), options)
    const plan = choice.plan ?? single(choice.name)
    const models = await modelsOf(workspace, plan)
    const calls = explain(plan, request, (address) => models.get(address))
    const inner = (name: string): Plan | undefined => {
      const address = workspace.settings.models[name] ?? name
      return workspace.book.has(address) ? workspace.book.plan(address) : undefined
    }
    const estimate = estimateRun(plan, request, (address) => models.get(address))
    const text = options.json
      ? `${JSON.stringify(asJson({ choice, plan, calls, estimate }), null, 2)}\n`
      : asText({ plan, calls, estimate, inner }, shell.stdout.styled)
    await shell.write(text)
  } finally {
    await workspace.close()
  }
}

interface Explained {
  readonly plan: Plan
  readonly calls: readonly ExplainedCall[]
  readonly estimate: RunEstimate
  /** The recipe behind a slot's model, if it is one. */
  readonly inner: (model: string) => Plan | undefined
}

/** A single model as a plan of one call. */
const single = (model: string): Plan => compile({ stages: [{ kind: 'synthesize', slots: [model] }] }, model)

function asJson({ choice, plan, calls, estimate }: Omit<Explained, 'inner'> & { choice: Choice }): unknown {
  const { name, simulated } = choice
  return {
    recipe: name,
    recipeHash: plan.hash,
    simulated,
    mode: plan.mode,
    callCount: plan.calls,
    depth: plan.depth,
    estimate,
    calls,
  }
}

/** Calls of one layer that send the same are shown together. */
function grouped(calls: readonly ExplainedCall[]): ExplainedCall[][] {
  const groups = new Map<string, ExplainedCall[]>()
  for (const call of calls) {
    const key = JSON.stringify([call.slot.stage, call.standby, call.request])
    const group = groups.get(key)
    if (group) group.push(call)
    else groups.set(key, [call])
  }
  return [...groups.values()]
}

function asText({ plan, calls, estimate, inner }: Explained, styled: boolean): string {
  const bold = (text: string): string => paint([span(text, { bold: true })], styled)
  const dim = (text: string): string => paint([span(text, { dim: true })], styled)
  const lines = [
    `${plan.name}: ${plan.calls} calls, ${plan.depth} of them one after another; mode ${plan.mode}; hash ${plan.hash.slice(0, 12)}`,
    priceText(estimate),
    ...priceSources(estimate).map(dim),
  ]
  const kinds = plan.stages.map(({ kind }) => kind)
  for (const group of grouped(calls)) {
    const [call] = group as [ExplainedCall]
    const names = group.map(({ slot }) => slot.name).join(', ')
    const standby = call.standby ? ' · stands by' : ''
    const times = call.times > 1 ? ` · ${call.times} times` : ''
    lines.push('', bold(`━━ ${stageName(kinds, call.slot.stage)} · ${names}${standby}${times}`))
    const settings = settingsText(call)
    if (settings !== '') lines.push(dim(settings))
    for (const model of new Set(group.map(({ slot }) => slot.model))) {
      const recipe = inner(model)
      if (recipe)
        lines.push(
          dim(
            `${model} is a recipe of ${recipe.calls} calls, each with this in it: moa explain -r ${recipe.name}`,
          ),
        )
    }
    if (call.shown.length > 0) lines.push(dim('‹…› stands for an answer that does not exist yet'))
    for (const message of call.request.messages) lines.push(dim(`── ${message.role}`), messageText(message))
  }
  return `${lines.join('\n')}\n`
}

function priceText({ inputTokens, usd, ceilingUsd, unpriced, unlimited }: RunEstimate): string {
  const size = `about ${formatCount(inputTokens)} prompt tokens`
  const expected = usd === null ? '' : `; about ${formatDollars(usd)} for answers of usual length`
  if (ceilingUsd !== null)
    return `${size}${expected}; at most about ${formatDollars(ceilingUsd)}, retries not counted`
  const reasons = [
    ...(unpriced.length > 0 ? [`no price is known for ${unpriced.join(', ')}`] : []),
    ...(unlimited.length > 0 ? [`no token limit (maxTokens) for ${[...new Set(unlimited)].join(', ')}`] : []),
  ]
  return `${size}${expected}; no price ceiling: ${reasons.join('; ')}`
}

/** Where the prices are from, models of one source together. */
function priceSources({ prices }: RunEstimate): string[] {
  const sources = new Map<string, string[]>()
  for (const [model, { date, source }] of Object.entries(prices)) {
    const from = source === undefined ? unsourced(model) : date === undefined ? source : `${source}, ${date}`
    sources.set(from, [...(sources.get(from) ?? []), model])
  }
  return [...sources].map(([from, models]) => `price of ${models.join(', ')}: ${from}`)
}

const unsourced = (model: string): string =>
  model.startsWith(`${SIM_PROVIDER}/`) ? 'simulated models cost nothing' : 'your configuration'

function settingsText({ request }: ExplainedCall): string {
  const { messages: _, ...settings } = request
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
    .join(', ')
}

function messageText({ content, ...message }: Message): string {
  const others = Array.isArray(content)
    ? (content as readonly { type: string }[])
        .filter(({ type }) => type !== 'text')
        .map(({ type }) => `[${type}]`)
    : []
  const calls = 'toolCalls' in message ? (message.toolCalls ?? []).map(({ name }) => `[calls ${name}]`) : []
  return sanitize([textOf(content), ...others, ...calls].filter((text) => text !== '').join('\n'))
}
