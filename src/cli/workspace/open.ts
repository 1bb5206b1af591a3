import { join } from 'node:path'
import { MoaError } from '../../core/errors.js'
import type { Model } from '../../core/model.js'
import { loadSettings } from '../../config/load.js'
import type { Host } from '../../config/host.js'
import { OWN_RECIPE_NAMES, TEMPLATE_NAME } from '../../config/recipes.js'
import type { Settings } from '../../config/settings.js'
import { RecipeBook } from '../../engine/book.js'
import { modelsAsked, type Plan } from '../../engine/plan.js'
import type { RecipeInput } from '../../engine/recipe.js'
import { ownRecipes, type OwnModels } from '../../engine/shipped.js'
import { KNOWN_PROVIDERS, SIM_PROVIDER } from '../../providers/known.js'
import type { RecordLine } from '../../record/index.js'
import type { RunHistory } from '../../history/index.js'
import { createProviders, type InProcessProvider, type Providers } from '../../providers/registry.js'
import { answerCache } from './answer-cache.js'
import { localModels } from './local-models.js'
import { providerSettings } from './provider-settings.js'
import { Simulator } from './simulator.js'

/** An installation ready to answer: what is configured, the providers behind it, and the recipes over them. */
export interface Workspace {
  readonly settings: Settings
  readonly providers: Providers
  readonly book: RecipeBook
  /** Models that `moa` and its kin are made of; absent while there are none. */
  readonly own: OwnModels | undefined
  /** Where its runs are kept; absent when none are. */
  readonly history: RunHistory | undefined
  /** What answers when nothing is named. */
  readonly defaultRecipe: string
  /**
   * Looks for what a recipe may need beyond the configuration: when no model is chosen and no key is found, the
   * recipes over one's own models are made of what servers on this machine serve. Everything else is ready.
   *
   * @param recipe `undefined` for the default one
   */
  prepare(recipe: string | undefined, signal: AbortSignal): Promise<void>
  /**
   * The model of a recipe's name, of `provider/model`, or of a plan that is in no book.
   *
   * @param recipe what such a plan was compiled from
   */
  model(target: string | Plan, recipe?: RecipeInput): Promise<Model>
  /** Whether simulated models take part. */
  simulated(target: string | Plan): boolean
  /** Closes all connections, the recording and the cache. */
  close(): Promise<void>
}

export interface WorkspaceOptions {
  /** Configuration file to use in place of the one found upward from the working directory. */
  readonly config?: string | undefined
  readonly host?: Host
  /** What a configuration file would say, in place of what it says: for looking before writing. */
  readonly texts?: ReadonlyMap<string, string>
  /** Put around every model of a provider, in mixtures too: a journal, a cache. Called once for each address. */
  readonly around?: (model: Model) => Model
  /** Whether answers of providers are kept; wins over the configuration. */
  readonly cache?: boolean | undefined
  /** File into which every run and every call is recorded. */
  readonly record?: string | undefined
  /** Go on with that file if it is there. Default: it is replaced. */
  readonly recordAppend?: boolean
  /**
   * Keep every run in the history under this source (`cli`, `gateway`, …), unless the configuration keeps none. Default:
   * keep none.
   */
  readonly history?: string | undefined
  /** How long runs may be held back to be written together, in milliseconds. Default 0. */
  readonly historyHoldMs?: number
  /** Told of every run and call as the lines of a recording, while the history keeps what is asked and answered. */
  readonly onLine?: (line: RecordLine) => void
  /** Told of what went wrong without keeping anybody from an answer. Default: a warning of the process. */
  readonly onProblem?: (problem: MoaError) => void
}

/**
 * Reads the configuration and puts everything together. Asks nobody anything.
 *
 * @throws {@link MoaError} `config_invalid` and the like
 */
export async function openWorkspace(options: WorkspaceOptions = {}): Promise<Workspace> {
  const { config, host, texts, around, onProblem = ({ message }) => process.emitWarning(message) } = options
  const settings = await loadSettings({
    known: KNOWN_PROVIDERS,
    ...(config !== undefined && { file: config }),
    ...(host && { host }),
    ...(texts && { texts }),
  })
  const simulator = new Simulator()
  const upstreamSettings = providerSettings(settings)
  const cache =
    (options.cache ?? settings.cache.enabled)
      ? await answerCache({ settings: settings.cache, providers: upstreamSettings, onProblem })
      : undefined
  const providers = createProviders({
    inProcess: {
      [SIM_PROVIDER]: { model: (model) => simulator.model(model) },
      ...(await replayProviders(settings, onProblem)),
    },
    providers: upstreamSettings,
    prices: settings.prices,
    contextTokens: settings.contextTokens,
  })
  const tellsLines = wantsLines(options, settings)
  const recording = options.record === undefined && !tellsLines ? undefined : await import('./recording.js')
  const recorder =
    options.record === undefined
      ? undefined
      : recording?.startRecording(options.record, {
          settings,
          append: options.recordAppend === true,
          onFailure: onProblem,
        })
  const history = await historyOf(options, settings)
  const lines = tellsLines ? recording?.runLines(options.onLine, settings) : undefined
  let own = settings.own
  const recipes: Record<string, RecipeInput> = { ...settings.recipes }
  const book = new RecipeBook({
    recipes,
    modelMap: settings.models,
    absent: (name) =>
      own === undefined && OWN_RECIPE_NAMES.includes(name)
        ? `Recipe "${name}" is made of your own models, and there are none yet. Set a key such as OPENAI_API_KEY, start a local server such as Ollama, or choose models with \`moa init\`.`
        : undefined,
    model: remembered((address) => {
      const upstream = providers.model(address)
      const kept = cache ? cache.around(upstream) : upstream
      const model = around ? around(kept) : kept
      const told = lines ? lines.model(model) : model
      return recorder ? recorder.model(told) : told
    }),
  })
  const resolve = (target: string | Plan): Model => {
    try {
      return typeof target === 'string' ? book.resolve(target) : book.mixture(target)
    } catch (error) {
      throw withTemplatePlace(error, settings.dataFolder)
    }
  }
  const simulated = (target: string | Plan): boolean =>
    slotModels(target, { book, renames: settings.models }).some(isSimulated)
  return {
    settings,
    providers,
    book,
    history,
    get own() {
      return own
    },
    get defaultRecipe() {
      return settings.defaultRecipe ?? (own ? 'moa-lite' : 'demo')
    },
    async prepare(recipe, signal) {
      const wanted = recipe ?? settings.defaultRecipe
      if (own !== undefined || (wanted !== undefined && !OWN_RECIPE_NAMES.includes(wanted))) return
      own = await localModels(providers, { settings, signal })
      if (own) Object.assign(recipes, { ...ownRecipes(own), ...settings.recipes })
    },
    simulated,
    async model(target, recipe) {
      if (simulated(target)) await simulator.load()
      let model = resolve(target)
      if (recording) {
        const made =
          recipe ?? (typeof target === 'string' && book.has(target) ? book.recipe(target) : undefined)
        const source = made && recording.sourceOf(made, { book, renames: settings.models })
        model = lines ? lines.mixture(model, source) : model
        model = recorder ? recorder.mixture(model, source) : model
      }
      if (history === undefined) return model
      return history.observe(model, { source: options.history as string, simulated: simulated(target) })
    },
    async close() {
      await history?.close()
      recorder?.close()
      await providers.close()
      await cache?.close()
    },
  }
}

async function historyOf(
  { history, historyHoldMs, onProblem }: WorkspaceOptions,
  settings: Settings,
): Promise<RunHistory | undefined> {
  if (history === undefined || settings.history.enabled === false) return undefined
  const { openHistory } = await import('./history.js')
  return openHistory(settings, {
    ...(historyHoldMs !== undefined && { holdMs: historyHoldMs }),
    ...(onProblem && { onProblem }),
  })
}

/** Nothing is told of where nothing may be kept. */
const wantsLines = ({ onLine }: WorkspaceOptions, { history }: Settings): boolean =>
  onLine !== undefined && history.enabled !== false && history.content === true

/** Recordings that answer in place of servers. */
async function replayProviders(
  { providers }: Settings,
  onProblem: (problem: MoaError) => void,
): Promise<Record<string, InProcessProvider>> {
  const replays = providers.filter(({ replay }) => replay !== undefined)
  if (replays.length === 0) return {}
  const { replayProvider } = await import('./replay-provider.js')
  const onWarning = (warning: string): void => onProblem(new MoaError('partial', warning))
  return Object.fromEntries(
    replays.map(({ name, replay = '', speed = 1 }) => [
      name,
      replayProvider({ name, file: replay, speed, onWarning }),
    ]),
  )
}

/** Makes each model once. */
function remembered(make: (address: string) => Model): (address: string) => Model {
  const known = new Map<string, Model>()
  return (address) => {
    const model = known.get(address) ?? make(address)
    known.set(address, model)
    return model
  }
}

/** Says where the reference template could be put, too. */
export function withTemplatePlace(error: unknown, dataFolder: string): unknown {
  if (!(error instanceof MoaError) || error.code !== 'template_missing') return error
  const place = join(dataFolder, TEMPLATE_NAME)
  return new MoaError(error.code, `${error.message} \`moa data pull moa-template\` saves it as ${place}.`, {
    cause: error,
  })
}

/** Also what a recording holds of a simulated model. */
const isSimulated = (address: string): boolean => new RegExp(`^([^/]+/)?${SIM_PROVIDER}/`).test(address)

interface Names {
  readonly book: RecipeBook
  readonly renames: Readonly<Record<string, string>>
}

/** Addresses of every model that may be asked, recipes inside recipes included. */
function slotModels(target: string | Plan, names: Names, seen = new Set<string>()): string[] {
  if (typeof target !== 'string') return modelsAsked(target).flatMap((name) => slotModels(name, names, seen))
  const address = names.renames[target] ?? target
  if (!names.book.has(address)) return [address]
  // A recipe inside itself is refused elsewhere.
  if (seen.has(address)) return []
  seen.add(address)
  return slotModels(names.book.plan(address), names, seen)
}
