import type {
  DocumentAccount,
  DocumentColumn,
  DocumentInterval,
  DocumentRow,
} from '../../../src/eval/report/document.js'
import { locale } from '../i18n/index.js'
import { say } from './texts.js'

export const count = (value: number): string => value.toLocaleString(locale())

/** Dollars with two digits that say something. */
export function dollars(usd: number): string {
  return usd === 0 ? '$0' : `$${usd.toFixed(usd >= 0.1 ? 2 : Math.min(6, twoDigits(usd)))}`
}

/** Seconds, of short times two digits that say something. */
export function secondsText(duration: number): string {
  return duration.toFixed(duration >= 1 || duration === 0 ? 1 : Math.min(4, twoDigits(duration)))
}

/** Decimals that show two digits of a value below 1. */
const twoDigits = (value: number): number => 1 - Math.floor(Math.log10(value))

/** A figure of a table. */
export function figure(value: number | string | null | undefined, digits: number): string {
  if (value === null || value === undefined) return '–'
  return typeof value === 'number' ? value.toFixed(digits) : value
}

export const interval = ({ low, high }: DocumentInterval, digits = 1): string =>
  `${low.toFixed(digits)} – ${high.toFixed(digits)}`

/** Dollars for a thousand answers; `undefined` where no price is known. */
export function pricePer1000(account: DocumentAccount | undefined): number | undefined {
  if (account === undefined || account.costUsd === null || account.items === 0) return undefined
  return (1000 * account.costUsd) / account.items
}

/** Mean seconds of an answer. */
export function secondsEach(account: DocumentAccount | undefined): number | undefined {
  return account === undefined || account.items === 0 ? undefined : account.seconds / account.items
}

/** What answers cost, for people: a lower bound where a part of the price is unknown. */
export function priceText(account: DocumentAccount | undefined): string {
  if (account === undefined) return say('recorded')
  const price = pricePer1000(account)
  if (price === undefined) return say('unknown')
  return `${account.unpricedCalls > 0 ? '≥ ' : ''}${dollars(price)}`
}

export function timeText(account: DocumentAccount | undefined): string {
  const each = secondsEach(account)
  return each === undefined ? '–' : secondsText(each)
}

export const valueOf = (
  { values }: DocumentRow,
  { key }: Pick<DocumentColumn, 'key'>,
): number | undefined => {
  const value = values[key]
  return typeof value === 'number' ? value : undefined
}

/** Code points of a text, which is how the benchmarks count. */
export const lengthOf = (text: string): number => Array.from(text).length

export const day = (time: number): string =>
  new Date(time).toLocaleString(locale(), { dateStyle: 'medium', timeStyle: 'short' })
