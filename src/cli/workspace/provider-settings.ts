import type { ProviderSettings as Configured, Settings } from '../../config/settings.js'
import { KNOWN_PROVIDERS, type KnownProvider } from '../../providers/known.js'
import type { ProviderSettings } from '../../providers/settings.js'

/** Everything that can be asked: what was found, and the known servers of this machine at their usual ports. */
export function providerSettings(settings: Settings): ProviderSettings[] {
  const table = new Map(KNOWN_PROVIDERS.map((known) => [known.name, known]))
  const found = settings.providers
    .filter(({ replay }) => replay === undefined)
    .map((provider) => merged(provider, table.get(provider.name), settings))
  const names = new Set([...settings.providers.map(({ name }) => name), ...settings.disabled])
  const local = KNOWN_PROVIDERS.filter((known) => known.local && !names.has(known.name))
  return [...found, ...local.map(ofKnown)]
}

function merged(
  provider: Configured,
  known: KnownProvider | undefined,
  { proxy }: Settings,
): ProviderSettings {
  const { source: _, keyFrom: __, missingKey, proxy: viaProxy = true, ...own } = provider
  const base = known && ofKnown(known)
  return {
    ...base,
    ...own,
    // A provider that is not in the table has stated it; the configuration sees to that.
    baseURL: own.baseURL ?? base?.baseURL ?? '',
    keyVariables: missingKey ?? [],
    ...(viaProxy && { proxy }),
    dialect: { ...base?.dialect, ...own.dialect },
  }
}

function ofKnown({
  name,
  baseURL,
  local,
  keyVariables,
  dialect,
  capabilities,
  keyCheckPath,
}: KnownProvider): ProviderSettings {
  return {
    name,
    baseURL,
    local,
    keyVariables,
    dialect,
    ...(capabilities && { capabilities }),
    ...(keyCheckPath !== undefined && { keyCheckPath }),
  }
}
