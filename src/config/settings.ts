import type { OwnModels } from '../engine/shipped.js'
import type { RecipeInput } from '../engine/recipe.js'
import type { DataInput, GatewayInput, HistoryInput, PriceInput, ProviderInput } from './input.js'

/** A provider the package knows by name; the table comes from whoever talks to providers. */
export interface KnownProvider {
  readonly name: string
  readonly baseURL: string
  /** Environment variables that may hold the key; the first one that is set counts. */
  readonly keyVariables: readonly string[]
  /** A server on this machine: needs no key, and is found by asking its port. */
  readonly local?: boolean
}

/** A provider that can be asked, or could be if it had its key. */
export interface ProviderSettings extends Omit<ProviderInput, 'apiKeyEnv' | 'enabled'> {
  readonly name: string
  /** Where it was found. */
  readonly source: 'environment' | 'configuration'
  readonly local: boolean
  /** Environment variable the key came from, or `configuration`. */
  readonly keyFrom?: string
  /** Environment variables that would hold the key; set when it needs one and has none. */
  readonly missingKey?: readonly string[]
}

/** Proxies as the environment names them. */
export interface ProxySettings {
  readonly http?: string
  readonly https?: string
  readonly no?: string
}

/** What is kept of answers, where, and for how long. */
export interface CacheSettings {
  readonly enabled: boolean
  readonly file: string
  /** Address of the Redis that keeps them in place of the file. */
  readonly redis?: string
  readonly maxBytes: number
  readonly maxAgeMs: number
}

/** Where publishers' files come from. */
export interface DataSettings extends Omit<DataInput, 'cacheFolder'> {
  readonly cacheFolder: string
}

/** Everything configuration files and the environment say, checked and merged. */
export interface Settings {
  /** Configuration files that were read, the user's first. */
  readonly files: readonly string[]
  /** One line each. */
  readonly warnings: readonly string[]
  /** The environment, with what `.env` files add. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly providers: readonly ProviderSettings[]
  /** Names of providers that the configuration takes out. */
  readonly disabled: readonly string[]
  readonly recipes: Readonly<Record<string, RecipeInput>>
  /** Names among `recipes` that stand in configuration files. */
  readonly writtenRecipes: readonly string[]
  /** Models chosen in the configuration, or by the rule of docs/configuration.md. */
  readonly own?: OwnModels
  readonly defaultRecipe?: string
  readonly models: Readonly<Record<string, string>>
  readonly contextTokens: Readonly<Record<string, number>>
  readonly prices: Readonly<Record<string, PriceInput>>
  readonly dataFolder: string
  readonly cache: CacheSettings
  readonly gateway: GatewayInput
  readonly history: HistoryInput
  readonly data: DataSettings
  readonly proxy: ProxySettings
}
