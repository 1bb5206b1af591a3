import { errorInfo, MoaError } from '../../core/errors.js'
import { KNOWN_PROVIDERS, SIM_PROVIDER } from '../../providers/known.js'
import type { Price } from '../../core/usage.js'
import { priceOf } from '../../providers/prices.js'
import type { ModelInfo } from '../../providers/list-models.js'
import { tellWarnings, warn } from '../notices.js'
import type { Invocation } from '../program.js'
import { oneLine } from '../terminal/sanitize.js'
import { formatCount } from '../view/format.js'
import { table } from '../view/table.js'
import { openWorkspace, type Workspace } from '../workspace/open.js'

export interface ModelsOptions {
  readonly json?: boolean
  readonly config?: string
}

/** A model that can be asked. */
interface Listed {
  readonly id: string
  readonly contextTokens?: number
  readonly price: Price | null
}

/** `moa models`: what every provider serves, one address per line. */
export async function models({ shell, args, options, exitWith }: Invocation<ModelsOptions>): Promise<void> {
  const workspace = await openWorkspace({ config: options.config })
  try {
    tellWarnings(workspace, shell)
    const [only] = args
    const results = await Promise.all(
      providersToAsk(workspace, only).map((provider) => listOf(workspace, provider, shell.signal)),
    )
    shell.signal.throwIfAborted()
    const listed = results.flatMap(({ models = [] }) => models)
    const failed = results.filter(({ error, quiet }) => error !== undefined && !quiet)
    if (only !== undefined && failed[0]?.error) throw failed[0].error
    for (const { error } of failed) warn(shell, (error as MoaError).message)
    if (options.json) await shell.write(`${JSON.stringify(listed, null, 2)}\n`)
    else if (shell.stdout.live) await shell.write(asTable(listed, shell.stdout.columns))
    else await shell.write(listed.map(({ id }) => `${oneLine(id)}\n`).join(''))
    if (listed.length === 0 && failed.length === 0)
      warn(shell, 'No provider was found. Set a key such as OPENAI_API_KEY, or see `moa doctor`.')
    if (failed.length > 0) exitWith(listed.length > 0 ? 3 : 4)
  } finally {
    await workspace.close()
  }
}

function providersToAsk({ settings, providers }: Workspace, only: string | undefined): readonly string[] {
  if (only !== undefined) return [only]
  const found = settings.providers.map(({ name }) => name)
  const local = KNOWN_PROVIDERS.filter(({ local, name }) => local && providers.names.includes(name))
  return [...new Set([...found, ...local.map(({ name }) => name)])]
}

async function listOf(
  workspace: Workspace,
  provider: string,
  signal: AbortSignal,
): Promise<{ models?: readonly Listed[]; error?: MoaError; quiet?: boolean }> {
  const { settings, providers } = workspace
  const configured = settings.providers.find(({ name }) => name === provider)
  const local = configured?.local ?? KNOWN_PROVIDERS.find(({ name }) => name === provider)?.local ?? false
  const listed = ({ id, contextTokens }: ModelInfo): Listed => ({
    id: `${provider}/${id}`,
    ...(contextTokens !== undefined && { contextTokens }),
    price: priceOf(provider, id, { overrides: settings.prices, local }),
  })
  if (provider === SIM_PROVIDER) {
    const { PERSONALITIES } = await import('../../sim/index.js')
    return { models: [...PERSONALITIES.keys()].map((id) => listed({ id })) }
  }
  try {
    return { models: (await providers.listModels(provider, { signal })).map(listed) }
  } catch (error) {
    signal.throwIfAborted()
    // A server of this machine that nobody configured need not be running.
    const { code, message } = errorInfo(error)
    return { error: new MoaError(code, message), quiet: configured === undefined && local }
  }
}

function asTable(models: readonly Listed[], width: number): string {
  const rows = models.map(({ id, contextTokens, price }) => [
    oneLine(id),
    contextTokens === undefined ? '' : formatCount(contextTokens),
    price === null ? 'unknown' : `$${price.input}`,
    price === null ? 'unknown' : `$${price.output}`,
  ])
  return table({
    heads: ['model', 'context', 'in per M', 'out per M'],
    rows,
    width,
    optional: [1, 3, 2],
    wholeNames: true,
  })
}
