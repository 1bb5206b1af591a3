import { pythonFloatText } from './text.js'

const DECIMALS = 10
const NOT_ASCII = /[\u0080-\uffff]/g

/**
 * Writes records as pandas' `to_json(orient="records", indent=2)` does, which is how the official files look: no blank
 * after colons, slashes and everything beyond ASCII escaped, numbers with up to ten decimals, null for missing.
 */
export function pandasJson(value: unknown): string {
  return write(value, '')
}

function write(value: unknown, indent: string): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'number') return writeNumber(value)
  if (typeof value === 'string') return writeText(value)
  if (typeof value !== 'object') return JSON.stringify(value)
  const deeper = `${indent}  `
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  const parts = Array.isArray(value)
    ? value.map((item) => deeper + write(item, deeper))
    : Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .map(([key, item]) => `${deeper}${writeText(key)}:${write(item, deeper)}`)
  return parts.length === 0 ? open + close : `${open}\n${parts.join(',\n')}\n${indent}${close}`
}

function writeNumber(value: number): string {
  if (!Number.isFinite(value)) return 'null'
  return Number.isInteger(value) ? String(value) : pythonFloatText(Number(value.toFixed(DECIMALS)))
}

function writeText(text: string): string {
  return JSON.stringify(text)
    .replaceAll('/', '\\/')
    .replace(NOT_ASCII, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
