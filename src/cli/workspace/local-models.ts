import type { Settings } from '../../config/settings.js'
import { chooseModels } from '../../config/own-models.js'
import type { OwnModels } from '../../engine/shipped.js'
import { KNOWN_PROVIDERS } from '../../providers/known.js'
import type { Providers } from '../../providers/registry.js'

/** Servers of this machine answer at once or are not there; nobody should wait for one that hangs. */
const PATIENCE_MS = 1_500
/** Models of a server that don't answer questions. */
const OTHER_KIND = /embed|rerank|whisper|tts|clip|bge-|minilm/i
/** One machine runs few models side by side. */
const MOST_MODELS = 3

/**
 * Models of the servers on this machine, for an installation that has no other: the known ports are asked for their
 * lists. The largest model of a server, by the size in its name, comes first.
 */
export async function localModels(
  providers: Providers,
  { settings, signal }: { settings: Settings; signal: AbortSignal },
): Promise<OwnModels | undefined> {
  const names = new Set([
    ...settings.providers
      .filter(({ missingKey, replay }) => missingKey === undefined && replay === undefined)
      .map(({ name }) => name),
    ...KNOWN_PROVIDERS.filter(({ local, name }) => local && !settings.disabled.includes(name)).map(
      ({ name }) => name,
    ),
  ])
  const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)])
  const lists = await Promise.all(
    [...names].map(async (name) => {
      try {
        const models = await providers.listModels(name, { signal: patience })
        return bySize(answering(models.map(({ id }) => id))).map((id) => `${name}/${id}`)
      } catch {
        return [] // Nobody there, or somebody else: then there is nothing to find.
      }
    }),
  )
  signal.throwIfAborted()
  return chooseModels(lists.map((models) => models.slice(0, MOST_MODELS)))
}

/** Models that answer questions, as far as their names tell. */
export function answering(models: readonly string[]): string[] {
  return models.filter((model) => !OTHER_KIND.test(model))
}

/** Largest first, by the size in the name; others keep their order. */
export function bySize(models: readonly string[]): string[] {
  return [...models].sort((a, b) => sizeOf(b) - sizeOf(a))
}

/** Billions of parameters as names tell them: `llama3.3:70b`, `Qwen3-8B`. */
function sizeOf(model: string): number {
  const [, size] = /(?:^|[^a-z0-9.])(\d+(?:\.\d+)?)b(?![a-z0-9])/i.exec(model) ?? []
  return size === undefined ? 0 : Number(size)
}
