import { MoaError } from '../core/index.js'
import type { Random } from '../util/index.js'

export interface RetryPolicy {
  /** Tries in all, the first included. Default 3; 1 never retries. */
  readonly attempts?: number
  /** Upper bound of the wait before the first retry, doubled for each further one. Default 500 ms. */
  readonly baseMs?: number
  /** Highest upper bound the doubling reaches. Default 8 s. */
  readonly maxMs?: number
  /** Longest wait an upstream may ask for; beyond it the call fails at once. Default 60 s. */
  readonly maxWaitMs?: number
}

/** What a {@link RetryPolicy} leaves open. */
export const RETRY_DEFAULTS: Required<RetryPolicy> = {
  attempts: 3,
  baseMs: 500,
  maxMs: 8_000,
  maxWaitMs: 60_000,
}

/**
 * How long to wait before the next attempt: a random time up to an exponentially growing bound (full jitter), on top
 * of what the upstream asks for.
 *
 * @param attempt the attempt that failed, the first is 1
 * @throws the error when there is no next attempt, with the attempts counted in its message
 */
export function waitBeforeRetry(
  error: unknown,
  attempt: number,
  { policy, random }: { readonly policy: Required<RetryPolicy>; readonly random: Pick<Random, 'next'> },
): number {
  if (!(error instanceof MoaError) || !error.retryable) throw error
  if (attempt >= policy.attempts)
    throw attempt === 1 ? error : explained(error, `It failed ${attempt} times.`)
  const asked = error.retryAfterMs ?? 0
  if (asked > policy.maxWaitMs)
    throw explained(
      error,
      `It asks to wait ${Math.ceil(asked / 1000)} s, longer than the ${policy.maxWaitMs / 1000} s this client waits.`,
    )
  return asked + random.next() * Math.min(policy.maxMs, policy.baseMs * 2 ** (attempt - 1))
}

/** The same error with one more sentence. */
function explained(error: MoaError, sentence: string): MoaError {
  const { code, message, status, param, requestId, retryable, retryAfterMs, cause } = error
  const end = /[.!?]$/.test(message) ? '' : '.'
  return new MoaError(code, `${message}${end} ${sentence}`, {
    status,
    param,
    requestId,
    retryable,
    retryAfterMs,
    cause,
  })
}
