import type { ProviderInput } from './input.js'
import type { KnownProvider, ProviderSettings, ProxySettings } from './settings.js'

type Env = Readonly<Record<string, string | undefined>>

/**
 * The providers of an installation: those of the configuration, then every known one whose key is in the
 * environment, in the table's order. `enabled: false` takes one out.
 */
export function findProviders(
  configured: Readonly<Record<string, ProviderInput>>,
  { known, env }: { known: readonly KnownProvider[]; env: Env },
): ProviderSettings[] {
  const table = new Map(known.map((provider) => [provider.name, provider]))
  const found: ProviderSettings[] = []
  for (const [name, written] of Object.entries(configured)) {
    const input = { ...elsewhere(name, env), ...written }
    const settings = fromConfiguration({ name, input, known: table.get(name), env })
    if (settings !== undefined) found.push(settings)
  }
  for (const { name, keyVariables, local } of known) {
    if (Object.hasOwn(configured, name) || local === true) continue
    const keyFrom = keyVariables.find((variable) => env[variable])
    if (keyFrom === undefined) continue
    const apiKey = env[keyFrom] ?? ''
    found.push({ name, source: 'environment', local: false, keyFrom, apiKey, ...elsewhere(name, env) })
  }
  return found
}

function fromConfiguration({
  name,
  input,
  known,
  env,
}: {
  name: string
  input: ProviderInput
  known: KnownProvider | undefined
  env: Env
}): ProviderSettings | undefined {
  const { apiKey, apiKeyEnv, enabled = true, ...rest } = input
  if (!enabled) return undefined
  if (rest.replay !== undefined) return { name, source: 'configuration', ...rest, local: true }
  const local = input.local ?? known?.local ?? false
  const common = { name, source: 'configuration' as const, ...rest, local }
  if (apiKey !== undefined && apiKey !== '') return { ...common, apiKey, keyFrom: 'configuration' }
  const variables = apiKeyEnv === undefined ? (known?.keyVariables ?? []) : [apiKeyEnv]
  const keyFrom = variables.find((variable) => env[variable])
  if (keyFrom !== undefined) return { ...common, keyFrom, apiKey: env[keyFrom] ?? '' }
  return variables.length === 0 || (local && apiKeyEnv === undefined)
    ? common
    : { ...common, missingKey: variables }
}

/** Where else OpenAI's own tools would send this key. It has to go to the same place here. */
function elsewhere(name: string, env: Env): { baseURL?: string } {
  const baseURL = name === 'openai' ? env['OPENAI_BASE_URL'] : undefined
  return baseURL ? { baseURL } : {}
}

/** Proxies of the environment; the lower-case name wins, as in curl. */
export function proxyOf(env: Env): ProxySettings {
  const pick = (name: string): string | undefined => env[name.toLowerCase()] || env[name] || undefined
  const [http, https, no] = [pick('HTTP_PROXY'), pick('HTTPS_PROXY'), pick('NO_PROXY')]
  const all = pick('ALL_PROXY')
  const forHttp = http ?? all
  const forHttps = https ?? all
  return {
    ...(forHttp !== undefined && { http: forHttp }),
    ...(forHttps !== undefined && { https: forHttps }),
    ...(no !== undefined && { no }),
  }
}
