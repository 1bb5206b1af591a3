import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseEnv } from 'node:util'
import type { RecipeInput } from '../engine/recipe.js'
import { SHIPPED_RECIPES, ownRecipes, type OwnModels } from '../engine/shipped.js'
import type { AssembledRecipes } from './assemble-recipes.js'
import { findConfigFiles } from './find.js'
import { findProviders, proxyOf } from './find-providers.js'
import { systemHost, userCacheFolder, userDataFolder, type Host } from './host.js'
import type { ConfigInput } from './input.js'
import type { MergedConfig, MergeOptions, WrittenRecipe } from './merge.js'
import { chooseModels } from './own-models.js'
import { withTemplate } from './recipes.js'
import { SUGGESTED_MODELS } from './suggested-models.js'
import type { CacheSettings, KnownProvider, ProviderSettings, Settings } from './settings.js'
import { configError } from './source.js'

export interface LoadOptions {
  /** The providers the package knows by name. */
  readonly known: readonly KnownProvider[]
  /** Models to begin with by provider, best first. Default {@link SUGGESTED_MODELS}. */
  readonly suggested?: Readonly<Record<string, readonly string[]>>
  /** Configuration file to use in place of the one found upward from the working directory. */
  readonly file?: string
  /** Default: this process's. */
  readonly host?: Host
  /** What a configuration file would say, in place of what it says: for looking before writing. */
  readonly texts?: ReadonlyMap<string, string>
}

/**
 * Reads the environment and the configuration files. Nothing else in the package does. What only files need (YAML,
 * schema, TypeScript) is loaded only when there is a file.
 *
 * @throws {@link MoaError} `config_invalid` with one line for each mistake; `file_unreadable` for a named file that
 * is not there
 */
export async function loadSettings(options: LoadOptions): Promise<Settings> {
  const host = options.host ?? systemHost()
  const { known, suggested = SUGGESTED_MODELS } = options
  const found = findConfigFiles(host, options.file)
  const files = [found.user, found.project].filter((file) => file !== undefined)
  const env = withEnvFiles(host, files)
  const merged = await readFiles(files, { host: { ...host, env }, known, texts: options.texts })
  const { config } = merged
  const dataFolder = config.dataFolder ?? userDataFolder(host)
  const providers = findProviders(config.providers ?? {}, { known, env })
  const own = ownModels(config, providers, suggested)
  const others = { ...SHIPPED_RECIPES, ...(own && ownRecipes(own)) }
  const written = await writtenRecipes(merged.recipes, { others, home: host.home })
  return {
    files,
    warnings: [...found.warnings, ...merged.warnings, ...written.warnings],
    env,
    providers,
    disabled: Object.entries(config.providers ?? {}).flatMap(([name, { enabled }]) =>
      enabled === false ? [name] : [],
    ),
    recipes: mapValues({ ...others, ...written.recipes }, (recipe) => withTemplate(recipe, dataFolder)),
    writtenRecipes: Object.keys(written.recipes),
    ...(own !== undefined && { own }),
    ...(config.defaultRecipe !== undefined && { defaultRecipe: config.defaultRecipe }),
    models: config.models ?? {},
    prices: config.prices ?? {},
    contextTokens: config.contextTokens ?? {},
    dataFolder,
    cache: cacheSettings(config.cache, dataFolder),
    gateway: config.gateway ?? {},
    history: config.history ?? {},
    data: { cacheFolder: userCacheFolder(host), ...config.data },
    proxy: proxyOf(env),
  }
}

const MIB = 1024 * 1024
const DAY_MS = 24 * 60 * 60 * 1000

/** The cache is off until somebody asks for it: the same question may be meant to give another answer. */
function cacheSettings(cache: ConfigInput['cache'] = false, dataFolder: string): CacheSettings {
  const given = typeof cache === 'boolean' ? { enabled: cache } : cache
  const { enabled = true, maxMegabytes = 512, maxAgeDays = 30, redis } = given
  return {
    enabled,
    file: join(dataFolder, 'cache.db'),
    ...(redis !== undefined && { redis }),
    maxBytes: maxMegabytes * MIB,
    maxAgeMs: maxAgeDays * DAY_MS,
  }
}

/** Models of the configuration; what it leaves open is chosen from the providers that can be asked. */
function ownModels(
  { proposers, aggregator }: ConfigInput,
  providers: readonly ProviderSettings[],
  suggested: Readonly<Record<string, readonly string[]>>,
): OwnModels | undefined {
  if (proposers?.[0] !== undefined) return { proposers, aggregator: aggregator ?? proposers[0] }
  const candidates = providers
    .filter(({ missingKey }) => missingKey === undefined)
    .map(({ name }) => (suggested[name] ?? []).map((model) => `${name}/${model}`))
  const chosen = chooseModels(candidates)
  if (aggregator === undefined) return chosen
  return { proposers: chosen?.proposers ?? [aggregator], aggregator }
}

async function readFiles(files: readonly string[], options: MergeOptions): Promise<MergedConfig> {
  if (files.length === 0) return { config: {}, recipes: [], warnings: [] }
  const { mergeFiles } = await import('./merge.js')
  return mergeFiles(files, options)
}

async function writtenRecipes(
  written: readonly WrittenRecipe[],
  options: { others: Readonly<Record<string, RecipeInput>>; home: string },
): Promise<AssembledRecipes> {
  if (written.length === 0) return { recipes: {}, warnings: [] }
  const { assembleRecipes } = await import('./assemble-recipes.js')
  return assembleRecipes(written, options)
}

/** The environment with what `.env` files beside the configuration files add. What is set already stays. */
function withEnvFiles(host: Host, files: readonly string[]): Settings['env'] {
  let added: Record<string, string | undefined> = {}
  for (const file of files) {
    const path = join(dirname(file), '.env')
    try {
      added = { ...added, ...parseEnv(readFileSync(path, 'utf8')) }
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code !== 'ENOENT') throw configError([{ file: path, message: `cannot be read: ${message}.` }])
    }
  }
  return { ...added, ...host.env }
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))
}
