import type { CacheSettings } from '../../config/settings.js'
import { MoaError, toMoaError } from '../../core/errors.js'
import type { Model } from '../../core/model.js'
import type { ProviderSettings } from '../../providers/settings.js'
import { SIM_PROVIDER } from '../../providers/known.js'

/** A cache around the models of an installation. */
export interface AnswerCache {
  /** The same model with its answers kept, unless it is simulated: those cost nothing. */
  readonly around: (model: Model) => Model
  close(): void
}

export interface AnswerCacheOptions {
  readonly settings: CacheSettings
  readonly providers: readonly ProviderSettings[]
  /** Told when the cache can't be used; everything goes on without it. */
  readonly onProblem: (problem: MoaError) => void
}

/** Loads what a cache needs. Its file is opened when the first model is put behind it. */
export async function answerCache({
  settings,
  providers,
  onProblem,
}: AnswerCacheOptions): Promise<AnswerCache> {
  const { Flights, ResponseCache, SampleCounts, withCache } = await import('../../cache/index.js')
  const { openSqliteStore } = await import('../../store/index.js')
  const endpoints = new Map(providers.map(({ name, baseURL }) => [name, baseURL]))
  const shared = { counts: new SampleCounts(), flights: new Flights() }
  let opened: InstanceType<typeof ResponseCache> | 'unusable' | undefined
  const open = (): InstanceType<typeof ResponseCache> | 'unusable' => {
    try {
      const store = openSqliteStore(settings.file)
      return new ResponseCache(store, { limits: settings, onProblem })
    } catch (error) {
      onProblem(unusable(error))
      return 'unusable'
    }
  }
  return {
    around(model) {
      const [provider = ''] = model.id.split('/')
      if (provider === SIM_PROVIDER) return model
      opened ??= open()
      if (opened === 'unusable') return model
      const endpoint = endpoints.get(provider)
      return withCache(model, { cache: opened, ...shared, ...(endpoint !== undefined && { endpoint }) })
    },
    close() {
      if (opened !== undefined && opened !== 'unusable') opened.close()
    },
  }
}

function unusable(error: unknown): MoaError {
  const { code, message } = toMoaError(error)
  return new MoaError(
    code,
    `The cache can't be used, so every call is made: ${message} \`moa cache clear\` begins a new one.`,
    { cause: error },
  )
}
