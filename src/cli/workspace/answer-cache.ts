import type { AnswerStore } from '../../cache/index.js'
import type { CacheSettings } from '../../config/settings.js'
import { MoaError, toMoaError } from '../../core/errors.js'
import type { Model } from '../../core/model.js'
import type { ProviderSettings } from '../../providers/settings.js'
import { SIM_PROVIDER } from '../../providers/known.js'

/** A cache around the models of an installation. */
export interface AnswerCache {
  /** The same model with its answers kept, unless it is simulated: those cost nothing. */
  readonly around: (model: Model) => Model
  close(): Promise<void>
}

export interface AnswerCacheOptions {
  readonly settings: CacheSettings
  readonly providers: readonly ProviderSettings[]
  /** Told when the cache can't be used; everything goes on without it. */
  readonly onProblem: (problem: MoaError) => void
}

/** Loads what a cache needs. It is opened when the first model is put behind it. */
export async function answerCache(options: AnswerCacheOptions): Promise<AnswerCache> {
  const { Flights, SampleCounts, withCache } = await import('../../cache/index.js')
  const endpoints = new Map(options.providers.map(({ name, baseURL }) => [name, baseURL]))
  const shared = { counts: new SampleCounts(), flights: new Flights() }
  const open = options.settings.redis === undefined ? await fileCache(options) : await redisCache(options)
  let opened: OpenCache | 'unusable' | undefined
  return {
    around(model) {
      const [provider = ''] = model.id.split('/')
      if (provider === SIM_PROVIDER) return model
      opened ??= open()
      if (opened === 'unusable') return model
      const endpoint = endpoints.get(provider)
      return withCache(model, {
        cache: opened.answers,
        ...shared,
        ...(endpoint !== undefined && { endpoint }),
      })
    },
    async close() {
      if (opened !== undefined && opened !== 'unusable') await opened.close()
    },
  }
}

interface OpenCache {
  readonly answers: AnswerStore
  close(): Promise<void>
}

async function fileCache({ settings, onProblem }: AnswerCacheOptions): Promise<() => OpenCache | 'unusable'> {
  const { ResponseCache } = await import('../../cache/index.js')
  const { openSqliteStore } = await import('../../store/index.js')
  return () => {
    try {
      const answers = new ResponseCache(openSqliteStore(settings.file), { limits: settings, onProblem })
      return { answers, close: async () => Promise.resolve(answers.close()) }
    } catch (error) {
      onProblem(unusable(error))
      return 'unusable'
    }
  }
}

async function redisCache({ settings, onProblem }: AnswerCacheOptions): Promise<() => OpenCache> {
  const { RedisCache } = await import('../../cache/index.js')
  const { cacheLink } = await import('./cache-link.js')
  return () => {
    const link = cacheLink(settings)
    const answers = new RedisCache(link.client, { maxAgeMs: settings.maxAgeMs, onProblem })
    return {
      answers,
      async close() {
        await answers.settled()
        await link.close()
      },
    }
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
