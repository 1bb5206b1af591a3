import { MoaError } from '../core/index.js'
import type { ModelCapabilities } from '../core/index.js'
import type { Dialect } from '../wire/index.js'
import { BREAKER_DEFAULTS, type BreakerPolicy } from './breaker.js'
import type { RetryPolicy } from './retry.js'
import type { Timeouts } from './timeouts.js'
import type { ProxySettings } from './proxy.js'

/** One provider, ready to use. Plain data: whoever reads configuration and environment makes it. */
export interface ProviderSettings {
  /** First part of its models' ids; without `/`. */
  readonly name: string
  /** Up to and without `/chat/completions`. */
  readonly baseURL: string
  readonly apiKey?: string
  /** Environment variables the key may come from, to tell people which to set. Without them no key is needed. */
  readonly keyVariables?: readonly string[]
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>
  /** Calls running at a time. Default 64; 8 for local servers. */
  readonly concurrency?: number
  readonly requestsPerMinute?: number
  /** Prompt and answer tokens together. */
  readonly tokensPerMinute?: number
  readonly timeouts?: Timeouts
  readonly retry?: RetryPolicy
  /** When the provider's failing models are left alone for a while. `enabled` is true by default. */
  readonly breaker?: BreakerPolicy & { readonly enabled?: boolean }
  readonly dialect?: Dialect
  /** Runs on the user's machine: longer default timeouts, no price, no key. Default false. */
  readonly local?: boolean
  readonly proxy?: ProxySettings
  readonly capabilities?: ModelCapabilities
  /** See {@link KnownProvider.keyCheckPath}. */
  readonly keyCheckPath?: string
}

/** @throws {@link MoaError} `config_invalid` naming the setting, what was expected and what came */
export function checkSettings(settings: ProviderSettings): void {
  const { name, retry = {}, breaker = {}, timeouts = {} } = settings
  if (name === '' || name.includes('/'))
    throw new MoaError('config_invalid', `A provider's name can't be empty or hold "/"; got "${name}".`)
  const check = (setting: string, value: number | undefined, least: number): void => {
    if (value !== undefined && !(value >= least))
      throw new MoaError(
        'config_invalid',
        `Provider "${name}": ${setting} must be a number of at least ${least}; got ${value}.`,
      )
  }
  check('concurrency', settings.concurrency, 1)
  check('requestsPerMinute', settings.requestsPerMinute, 1)
  check('tokensPerMinute', settings.tokensPerMinute, 1)
  check('retry.attempts', retry.attempts, 1)
  check('retry.baseMs', retry.baseMs, 0)
  check('retry.maxMs', retry.maxMs, 0)
  check('retry.maxWaitMs', retry.maxWaitMs, 0)
  check('breaker.failures', breaker.failures, 1)
  check('breaker.windowMs', breaker.windowMs, 1)
  check('breaker.openMs', breaker.openMs, 1)
  check('breaker.maxOpenMs', breaker.maxOpenMs, breaker.openMs ?? BREAKER_DEFAULTS.openMs)
  for (const [field, value] of Object.entries(timeouts as Record<string, number | undefined>))
    check(`timeouts.${field}`, value, 1)
}
