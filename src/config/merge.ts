import { dirname } from 'node:path'
import { SHIPPED_RECIPES } from '../engine/shipped.js'
import { didYouMean } from '../util/suggest.js'
import { expandPath, type Host } from './host.js'
import type {
  ConfigInput,
  DataInput,
  GatewayInput,
  HistoryInput,
  ProviderInput,
  RecipeConfig,
} from './input.js'
import { located, readConfig, type ReadFile } from './read.js'
import { OWN_RECIPE_NAMES } from './recipes.js'
import type { KnownProvider } from './settings.js'
import { configError, type Problem } from './source.js'

/** A recipe and the file it stands in. */
export interface WrittenRecipe {
  readonly name: string
  readonly recipe: RecipeConfig
  readonly file: ReadFile
}

/** What configuration files say together. */
export interface MergedConfig {
  readonly config: Omit<ConfigInput, 'recipes'>
  readonly recipes: readonly WrittenRecipe[]
  readonly warnings: readonly string[]
}

export interface MergeOptions {
  readonly host: Host
  readonly known: readonly KnownProvider[]
  /** What a file would say, in place of what it says. */
  readonly texts?: ReadonlyMap<string, string> | undefined
}

/**
 * Reads configuration files and joins them; a later file wins over an earlier one. Providers are joined key by key,
 * models and prices entry by entry; a recipe replaces one of the same name as a whole.
 *
 * @throws {@link MoaError} `config_invalid` with one line for each mistake of every file
 */
export async function mergeFiles(
  files: readonly string[],
  { host, known, texts }: MergeOptions,
): Promise<MergedConfig> {
  const problems: Problem[] = []
  const read: ReadFile[] = []
  for (const file of files) {
    const result = await readConfig(file, { env: host.env, texts })
    if ('problems' in result) problems.push(...result.problems)
    else read.push(result.read)
  }
  const providers = mergeProviders(read, host)
  // A file that could not be read may be the one that says what seems to be missing.
  if (problems.length === 0)
    problems.push(
      ...providerProblems(read, { providers, known }),
      ...replayProblems(read),
      ...defaultRecipeProblems(read),
      ...redisProblems(read),
    )
  if (problems.length > 0) throw configError(problems)
  const recipes = new Map<string, WrittenRecipe>()
  for (const file of read)
    for (const [name, recipe] of Object.entries(file.config.recipes ?? {}))
      recipes.set(name, { name, recipe, file })
  const placed = read.map((file) => withPaths(file, host))
  const { recipes: _, ...config } = Object.assign({}, ...placed) as ConfigInput
  return {
    config: {
      ...config,
      providers,
      models: mergeEntries(read.map((file) => file.config.models)),
      prices: mergeEntries(read.map((file) => file.config.prices)),
      contextTokens: mergeEntries(read.map((file) => file.config.contextTokens)),
      gateway: Object.assign({}, ...placed.map(({ gateway }) => gateway)) as GatewayInput,
      history: Object.assign({}, ...placed.map(({ history }) => history)) as HistoryInput,
      data: Object.assign({}, ...placed.map(({ data }) => data)) as DataInput,
    },
    recipes: [...recipes.values()],
    warnings: read.flatMap(({ warnings }) => warnings),
  }
}

function mergeEntries<T>(records: readonly (Readonly<Record<string, T>> | undefined)[]): Record<string, T> {
  return Object.fromEntries(records.flatMap((record) => Object.entries(record ?? {})))
}

function withPaths({ config, source }: ReadFile, { home }: Host): ConfigInput {
  const { dataFolder, data, gateway } = config
  const expand = (path: string): string => expandPath(path, { home, folder: dirname(source.file) })
  return {
    ...config,
    ...(dataFolder !== undefined && { dataFolder: expand(dataFolder) }),
    ...(gateway?.keysFile !== undefined && { gateway: { ...gateway, keysFile: expand(gateway.keysFile) } }),
    ...(data && {
      data: {
        ...data,
        ...(data.folder !== undefined && { folder: expand(data.folder) }),
        ...(data.cacheFolder !== undefined && { cacheFolder: expand(data.cacheFolder) }),
      },
    }),
  }
}

/** Settings of a provider that are objects themselves. */
const NESTED = ['headers', 'timeouts', 'retry', 'breaker', 'dialect'] as const

function mergeProviders(read: readonly ReadFile[], { home }: Host): Record<string, ProviderInput> {
  const merged: Record<string, ProviderInput> = {}
  for (const { config, source } of read) {
    for (const [name, provider] of Object.entries(config.providers ?? {})) {
      const before = merged[name] ?? {}
      const nested = NESTED.filter((key) => before[key] !== undefined && provider[key] !== undefined)
      merged[name] = {
        ...before,
        ...provider,
        ...(provider.replay !== undefined && {
          replay: expandPath(provider.replay, { home, folder: dirname(source.file) }),
        }),
        ...Object.fromEntries(nested.map((key) => [key, { ...before[key], ...provider[key] }])),
      }
    }
  }
  return merged
}

/** A provider that nobody knows has to say where it is. */
function providerProblems(
  read: readonly ReadFile[],
  { providers, known }: { providers: Record<string, ProviderInput>; known: readonly KnownProvider[] },
): Problem[] {
  const names = known.map(({ name }) => name)
  return read.flatMap(({ source, config }) =>
    Object.keys(config.providers ?? {})
      .filter((name) => {
        const { baseURL, replay } = providers[name] ?? {}
        return baseURL === undefined && replay === undefined && !names.includes(name)
      })
      .map((name) =>
        located(source, {
          path: ['providers', name],
          message: `"${name}" is not a known provider.${didYouMean(name, names)} State its baseURL, or use a known name.`,
          key: true,
        }),
      ),
  )
}

/** A recording takes the place of a server, so there is nothing to say of one. */
function replayProblems(read: readonly ReadFile[]): Problem[] {
  return read.flatMap(({ source, config }) =>
    Object.entries(config.providers ?? {}).flatMap(([name, { replay, speed, enabled: _, ...server }]) => {
      const at = (key: string, message: string): Problem =>
        located(source, { path: ['providers', name, key], message, key: true })
      if (replay === undefined)
        return speed === undefined ? [] : at('speed', '"speed" goes with "replay"; leave it out.')
      return Object.keys(server).map((key) =>
        at(key, `"${key}" is for servers, and "replay" answers in place of one; leave out either.`),
      )
    }),
  )
}

/** A default recipe has to be there: written, shipped, or one of those that are made of the own models. */
function defaultRecipeProblems(read: readonly ReadFile[]): Problem[] {
  const written = read.flatMap(({ config }) => Object.keys(config.recipes ?? {}))
  const names = [...written, ...Object.keys(SHIPPED_RECIPES), ...OWN_RECIPE_NAMES]
  return read.flatMap(({ source, config: { defaultRecipe: name } }) =>
    name === undefined || name.includes('/') || names.includes(name)
      ? []
      : located(source, {
          path: ['defaultRecipe'],
          message: `there is no recipe "${name}".${didYouMean(name, names)}`,
        }),
  )
}

/** What is to be kept in a Redis needs one, and limits of a file say nothing about it. */
function redisProblems(read: readonly ReadFile[]): Problem[] {
  const named = read.some(({ config }) => config.gateway?.redis !== undefined)
  return read.flatMap(({ source, config: { gateway, cache } }) => [
    ...(gateway?.keysIn === 'redis' && !named
      ? [
          located(source, {
            path: ['gateway', 'keysIn'],
            message: 'keys are to be kept in Redis; name it under "redis" beside this.',
          }),
        ]
      : []),
    ...(typeof cache === 'object' && cache.redis !== undefined && cache.maxMegabytes !== undefined
      ? [
          located(source, {
            path: ['cache', 'maxMegabytes'],
            message:
              '"maxMegabytes" is for a file; Redis limits its size itself (maxmemory, maxmemory-policy). Leave it out.',
            key: true,
          }),
        ]
      : []),
  ])
}
