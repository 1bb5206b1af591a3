import type { Cost } from '../../core/index.js'

/** `850 ms`, `3.2 s`, `1 m 05 s`. */
export function formatDuration(ms: number): string {
  return ms < 999.5 ? `${Math.round(ms)} ms` : formatSeconds(ms)
}

/** The same without milliseconds, so that a running figure keeps its shape: `0.8 s`. */
export function formatSeconds(ms: number): string {
  const seconds = ms / 1000
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)} m ${String(whole % 60).padStart(2, '0')} s`
}

/** `842`, `12,345`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US')
}

/** US dollars with two digits that say something: `$0.0031`, `$1.25`. */
export function formatDollars(usd: number): string {
  if (usd === 0) return '$0'
  if (usd < 0.000_01) return '<$0.00001'
  if (usd >= 0.1) return `$${usd.toFixed(2)}`
  const digits = Math.min(5, 1 - Math.floor(Math.log10(usd)))
  return `$${usd.toFixed(digits)}`
}

/** A cost that may be known in part or not at all. An unknown price is never shown as 0. */
export function formatCost({ usd, unpricedCalls }: Cost): string {
  if (usd === null) return unpricedCalls === 0 ? 'none' : 'unknown'
  return unpricedCalls === 0 ? formatDollars(usd) : `≥ ${formatDollars(usd)}`
}

/** An interval as digits: percents with one, shares and correlations with two. */
export function formatInterval({ low, high }: { readonly low: number; readonly high: number }): string {
  const digits = Math.max(Math.abs(low), Math.abs(high)) > 2 ? 1 : 2
  return `[${low.toFixed(digits)}, ${high.toFixed(digits)}]`
}
