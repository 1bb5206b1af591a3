import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { MoaError } from '../../core/errors.js'
import { findConfigFiles } from '../../config/find.js'
import { systemHost, userConfigFolder } from '../../config/host.js'
import { chooseModels } from '../../config/own-models.js'
import { SUGGESTED_MODELS } from '../../config/suggested-models.js'
import { SIM_PROVIDER } from '../../providers/known.js'
import { configText, type Choices } from '../init/config-text.js'
import { writeReason } from '../../util/file-reason.js'
import { warn } from '../notices.js'
import type { Invocation } from '../program.js'
import type { Shell } from '../shell.js'
import { oneLine } from '../terminal/sanitize.js'
import { answering, bySize } from '../workspace/local-models.js'
import { openWorkspace, type Workspace } from '../workspace/open.js'

export interface InitOptions {
  readonly yes?: boolean
  readonly force?: boolean
  readonly user?: boolean
  readonly config?: string
}

/** Models of one provider that answered. */
interface Offer {
  readonly provider: string
  readonly models: readonly string[]
}

/** `moa init`: asks the providers what they serve, the user what to take, and writes it down. */
export async function init({ shell, options }: Invocation<InitOptions>): Promise<void> {
  const host = systemHost()
  const file = options.config
    ? resolve(host.cwd, options.config)
    : join(options.user ? userConfigFolder(host) : host.cwd, 'moa.config.yaml')
  refuseOverwriting(file, options)
  const workspace = await openWorkspace()
  try {
    const offers = await askProviders(workspace, shell)
    const suggested = suggest(offers)
    if (suggested === undefined)
      throw new MoaError(
        'provider_not_found',
        'No provider could be reached. Set a key such as OPENAI_API_KEY, or start a local server such as Ollama; `moa doctor` says what is looked for.',
      )
    const byHand = !options.yes && shell.stdin.isTTY && shell.stderr.live
    const choices: Choices = byHand
      ? await (
          await import('../init/choose.js')
        ).chooseByHand(
          offers.flatMap(({ provider, models }) => models.map((model) => `${provider}/${model}`)),
          suggested.proposers,
        )
      : { ...suggested, defaultRecipe: 'moa-lite' }
    write(file, configText(choices))
    await shell.write(`${file}\n`)
    shell.note(`Proposers: ${choices.proposers.join(', ')}`)
    shell.note(`Aggregator: ${choices.aggregator}`)
    shell.note('Try it: moa ask "What are some fun things to do in SF?"')
  } finally {
    await workspace.close()
  }
}

function refuseOverwriting(file: string, { force = false }: InitOptions): void {
  if (force) return
  const folder = dirname(file)
  if (existsSync(file)) throw new MoaError('usage', `${file} is there already; give --force to overwrite it.`)
  if (!existsSync(folder)) return
  // Two files side by side would be refused when they are read.
  const { project } = findConfigFiles({ ...systemHost(), cwd: folder, env: {}, home: folder })
  if (project !== undefined)
    throw new MoaError('usage', `${project} is there already; remove it, or give --config with another path.`)
}

async function askProviders({ settings, providers }: Workspace, shell: Shell): Promise<Offer[]> {
  const wanted = new Set(settings.providers.map(({ name }) => name))
  const names = providers.names.filter((name) => name !== SIM_PROVIDER)
  shell.note('Asking the providers for their models …')
  const offers = await Promise.all(
    names.map(async (provider): Promise<Offer> => {
      const result = await providers.probe(provider, { signal: shell.signal })
      // A name that would do something to the terminal is none to choose.
      if (result.ok)
        return {
          provider,
          models: answering(result.models.map(({ id }) => id)).filter((id) => oneLine(id) === id),
        }
      if (wanted.has(provider)) warn(shell, result.error.message)
      return { provider, models: [] }
    }),
  )
  const answered = offers.filter(({ models }) => models.length > 0)
  for (const { provider, models } of answered) shell.note(`  ${provider}: ${models.length} models`)
  return answered
}

/** The rule of docs/configuration.md, kept to what the providers serve. */
function suggest(offers: readonly Offer[]): ReturnType<typeof chooseModels> {
  return chooseModels(
    offers.map(({ provider, models }) => {
      const known = (SUGGESTED_MODELS[provider] ?? []).filter((model) => models.includes(model))
      const chosen = known.length > 0 ? known : bySize(models).slice(0, 3)
      return chosen.map((model) => `${provider}/${model}`)
    }),
  )
}

function write(file: string, text: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  } catch (error) {
    throw new MoaError('file_unreadable', `Cannot write ${file}: ${writeReason(error)}.`, { cause: error })
  }
}
