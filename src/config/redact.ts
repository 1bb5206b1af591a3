import type { ProviderSettings, Settings } from './settings.js'

/** Settings as they may be shown and pasted into a bug report: no key, no header, no credentials of a URL. */
export function redactSettings(settings: Settings): Record<string, unknown> {
  const { files, own, defaultRecipe, models, prices, dataFolder, data, proxy, recipes, writtenRecipes } =
    settings
  const written = Object.fromEntries(writtenRecipes.map((name) => [name, recipes[name]]))
  return {
    files,
    ...(own && { proposers: own.proposers, aggregator: own.aggregator }),
    ...(defaultRecipe !== undefined && { defaultRecipe }),
    providers: Object.fromEntries(settings.providers.map((provider) => [provider.name, shown(provider)])),
    ...(writtenRecipes.length > 0 && { recipes: written }),
    ...(Object.keys(models).length > 0 && { models }),
    ...(Object.keys(prices).length > 0 && { prices }),
    ...(Object.keys(proxy).length > 0 && { proxy: mapValues(proxy, withoutCredentials) }),
    dataFolder,
    ...(Object.keys(settings.gateway).length > 0 && { gateway: shownGateway(settings.gateway) }),
    ...(settings.cache.enabled && { cache: shownCache(settings.cache) }),
    ...(Object.keys(settings.history).length > 0 && { history: settings.history }),
    data: { ...data, ...(data.mirror !== undefined && { mirror: withoutCredentials(data.mirror) }) },
  }
}

function shown(provider: ProviderSettings): Record<string, unknown> {
  const { name: _, apiKey, keyFrom, missingKey, headers, baseURL, ...rest } = provider
  return {
    ...(baseURL !== undefined && { baseURL: withoutCredentials(baseURL) }),
    ...(apiKey !== undefined && {
      apiKey: keyFrom === 'configuration' ? '(hidden)' : `(from ${keyFrom})`,
    }),
    ...(missingKey && { apiKey: `(missing: set ${missingKey.join(' or ')})` }),
    ...(headers && { headers: mapValues(headers, () => '(hidden)') }),
    ...rest,
  }
}

const shownGateway = ({ redis, ...rest }: Settings['gateway']): Settings['gateway'] => ({
  ...rest,
  ...(redis !== undefined && { redis: withoutCredentials(redis) }),
})

function shownCache({ redis, file, maxBytes, maxAgeMs }: Settings['cache']): Record<string, unknown> {
  const place = redis === undefined ? { file, maxBytes } : { redis: withoutCredentials(redis) }
  return { ...place, maxAgeMs }
}

function withoutCredentials(url: string): string {
  return url.replace(/^([^:/?#]+:\/\/)?[^/?#]*@/, '$1').replace(/\?.*$/, '?(hidden)')
}

function mapValues<A, B>(record: object, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value as A)]))
}
