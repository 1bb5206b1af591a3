import type { Cost } from '../../../src/core/index.js'
import { locale, t } from '../i18n/index.js'

/** `850 ms`, `3.2 s`, `1 m 05 s`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)} m ${String(whole % 60).padStart(2, '0')} s`
}

/** A running time without milliseconds, so that it keeps its shape. */
export const formatSeconds = (ms: number): string =>
  ms < 59_950 ? `${(ms / 1000).toFixed(1)} s` : formatDuration(ms)

export const formatCount = (count: number): string => count.toLocaleString(locale())

/** US dollars with two digits that say something: `$0.0031`. */
export function formatDollars(usd: number): string {
  if (usd === 0) return '$0'
  if (usd < 0.000_01) return '<$0.00001'
  if (usd >= 0.1) return `$${usd.toFixed(2)}`
  return `$${usd.toFixed(Math.min(5, 1 - Math.floor(Math.log10(usd))))}`
}

/** A cost that may be known in part or not at all; an unknown price is never shown as 0. */
export function formatCost({ usd, unpricedCalls }: Cost): string {
  if (usd === null) return t('cost.unknown')
  return unpricedCalls === 0 ? formatDollars(usd) : `≥ ${formatDollars(usd)}`
}

/** Day and time in the user's zone. */
export const formatDate = (at: number): string =>
  new Date(at).toLocaleString(locale(), { dateStyle: 'medium', timeStyle: 'short' })
