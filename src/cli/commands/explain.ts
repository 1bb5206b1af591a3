import type { Message } from '../../core/message.js'
import { textOf } from '../../core/message.js'
import { explain, type ExplainedCall } from '../../engine/explain.js'
import { compile, type Plan } from '../../engine/plan.js'
import { priceOf } from '../../providers/prices.js'
import { KNOWN_PROVIDERS } from '../../providers/known.js'
import { priceCeiling, type Ceiling } from '../ceiling.js'
import { readPrompt, type PromptFlags } from '../input.js'
import { tellWarnings } from '../notices.js'
import type { Invocation } from '../program.js'
import { requestOf, select, type RecipeFlags } from '../select.js'
import { sanitize } from '../terminal/sanitize.js'
import { paint, span } from '../terminal/style.js'
import { formatCount, formatDollars } from '../view/format.js'
import { openWorkspace, type Workspace } from '../workspace/open.js'

export interface ExplainOptions extends PromptFlags, RecipeFlags {
  readonly json?: boolean
}

/** `moa explain`: what `moa ask` would send, without sending it. */
export async function explainCommand({ shell, args, options }: Invocation<ExplainOptions>): Promise<void> {
  const workspace = await openWorkspace({ config: options.config })
  try {
    await workspace.prepare(options.recipe, shell.signal)
    tellWarnings(workspace, shell)
    const selection = await select(workspace, options)
    const request = requestOf(await readPrompt(args, options, shell), options)
    const plan = selection.plan ?? single(selection.name)
    const calls = explain(plan, request, (address) => modelOf(workspace, address))
    const ceiling = priceCeiling(calls, (model) => price(workspace, model))
    if (options.json) {
      const counted = calls.map((call, index) => ({ ...call, ceiling: ceiling.calls[index] }))
      const { usd, reasons } = ceiling
      const summary = { recipe: selection.name, recipeHash: plan.hash, simulated: selection.simulated }
      const value = {
        ...summary,
        mode: plan.mode,
        callCount: plan.calls,
        depth: plan.depth,
        ceilingUsd: usd,
        reasons,
      }
      await shell.write(`${JSON.stringify({ ...value, calls: counted }, null, 2)}\n`)
    } else await shell.write(asText({ plan, calls, ceiling }, shell.stdout.styled))
  } finally {
    await workspace.close()
  }
}

/** A single model as a plan of one call. */
const single = (model: string): Plan => compile({ stages: [{ kind: 'synthesize', slots: [model] }] }, model)

function modelOf(workspace: Workspace, address: string): ReturnType<Parameters<typeof explain>[2]> {
  try {
    return workspace.book.resolve(address)
  } catch {
    return undefined // Messages can be shown for models that can't be asked.
  }
}

function price({ settings }: Workspace, model: string): ReturnType<typeof priceOf> {
  const address = settings.models[model] ?? model
  const [provider = '', ...rest] = address.split('/')
  const local =
    settings.providers.find(({ name }) => name === provider)?.local ??
    KNOWN_PROVIDERS.find(({ name }) => name === provider)?.local ??
    false
  return priceOf(provider, rest.join('/'), { overrides: settings.prices, local })
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

function asText(
  { plan, calls, ceiling }: { plan: Plan; calls: readonly ExplainedCall[]; ceiling: Ceiling },
  styled: boolean,
): string {
  const bold = (text: string): string => paint([span(text, { bold: true })], styled)
  const dim = (text: string): string => paint([span(text, { dim: true })], styled)
  const lines = [
    `${plan.name}: ${plan.calls} calls, ${plan.depth} of them one after another; mode ${plan.mode}; hash ${plan.hash.slice(0, 12)}`,
    priceText(ceiling),
  ]
  for (const group of grouped(calls)) {
    const [call] = group as [ExplainedCall]
    const { stage } = call.slot
    const what = call.standby ? 'stands by' : call.kind === 'synthesize' ? 'answer' : 'proposals'
    lines.push(
      '',
      bold(
        `━━ layer ${stage + 1} of ${plan.stages.length} · ${what} · ${group.map(({ slot }) => slot.name).join(', ')}`,
      ),
    )
    const settings = settingsText(call)
    if (settings !== '') lines.push(dim(settings))
    if (call.shown.length > 0) lines.push(dim('‹…› stands for an answer that does not exist yet'))
    for (const message of call.request.messages) lines.push(dim(`── ${message.role}`), messageText(message))
  }
  return `${lines.join('\n')}\n`
}

function priceText({ usd, reasons, calls }: Ceiling): string {
  const tokens = calls.reduce((sum, { inputTokens }) => sum + inputTokens, 0)
  const size = `about ${formatCount(tokens)} prompt tokens`
  return usd === null
    ? `${size}; no price ceiling: ${reasons.join('; ')}`
    : `${size}; at most about ${formatDollars(usd)}, retries not counted`
}

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
