import { didYouMean } from '../util/suggest.js'
import type { Path } from './source.js'

/** What is wrong with a reference, and where. */
export interface ReferenceProblem {
  readonly path: Path
  readonly message: string
}

/** `$${` (a literal `${`), `${NAME}`, `${NAME:-default}`, or `${` that is none of these. */
const REFERENCE = /\$\$\{|\$\{(?:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\})?/g

/**
 * Replaces `${NAME}` and `${NAME:-default}` in every string of a value by the environment's variables. As in a
 * shell, an empty variable counts as missing. `$${` stands for a literal `${`.
 */
export function resolveReferences(
  value: unknown,
  env: Readonly<Record<string, string | undefined>>,
): { value: unknown; problems: ReferenceProblem[] } {
  const problems: ReferenceProblem[] = []
  const walk = (item: unknown, path: Path): unknown => {
    if (typeof item === 'string') return resolveText(item, env, (message) => problems.push({ path, message }))
    if (Array.isArray(item)) return item.map((child, index) => walk(child, [...path, index]))
    if (typeof item === 'object' && item !== null)
      return Object.fromEntries(
        Object.entries(item).map(([key, child]) => [key, walk(child, [...path, key])]),
      )
    return item
  }
  return { value: walk(value, []), problems }
}

function resolveText(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
  report: (message: string) => void,
): string {
  return text.replace(REFERENCE, (whole, name: string | undefined, fallback: string | undefined) => {
    if (whole === '$${') return '${'
    if (name === undefined) {
      report('a reference is ${NAME} or ${NAME:-default}; for a literal "${" write "$${".')
      return whole
    }
    const value = env[name] || fallback
    if (value !== undefined) return value
    const names = Object.keys(env).filter((key) => env[key])
    report(
      `the environment variable ${name} is not set.${didYouMean(name, names)} ` +
        `Set it, or write \${${name}:-default}.`,
    )
    return whole
  })
}
