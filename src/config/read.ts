import { readFileSync } from 'node:fs'
import { errorInfo } from '../core/errors.js'
import type { SchemaProblem } from '../engine/issues.js'
import { fits, type JsonSchema } from './fits.js'
import type { ConfigInput } from './input.js'
import { resolveReferences } from './references.js'
import { secretWarnings } from './secrets.js'
import type { Problem, Source } from './source.js'

/** A configuration file that is right in itself. */
export interface ReadFile {
  readonly source: Source
  readonly config: ConfigInput
  readonly warnings: readonly string[]
}

/** Where a configuration file is read from. */
export interface ReadOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** What a file would say, in place of what it says: for looking before writing. */
  readonly texts?: ReadonlyMap<string, string> | undefined
}

/** Reads and checks one configuration file; `problems` holds every mistake in it. */
export async function readConfig(
  file: string,
  { env, texts }: ReadOptions,
): Promise<{ read: ReadFile } | { problems: readonly Problem[] }> {
  const loaded = await load(file, texts?.get(file))
  if ('problems' in loaded) return loaded
  const { source } = loaded
  const written = /\.(ya?ml|json)$/.test(file)
  const { value, problems } = written
    ? resolveReferences(source.value, env)
    : { value: source.value, problems: [] }
  const found = [...problems, ...(await shapeProblems(value))].map((problem) => located(source, problem))
  if (found.length > 0) return { problems: found.sort(byPlace) }
  return { read: { source, config: value as ConfigInput, warnings: written ? secretWarnings(source) : [] } }
}

/**
 * What is wrong with the shape of a configuration. Nearly always nothing, and then the JSON Schema, which is there as
 * a file once the package is built, can tell: loading zod would take longer than all the rest.
 */
async function shapeProblems(value: unknown): Promise<readonly SchemaProblem[]> {
  const schema = readSchema()
  if (schema !== undefined && fits(value, schema)) return []
  const [{ configSchema }, { schemaProblems }] = await Promise.all([
    import('./schema.js'),
    import('../engine/issues.js'),
  ])
  const parsed = configSchema.safeParse(value)
  return parsed.success ? [] : schemaProblems(configSchema, parsed.error, value)
}

function readSchema(): JsonSchema | undefined {
  try {
    return JSON.parse(readFileSync(new URL('config.schema.json', import.meta.url), 'utf8')) as JsonSchema
  } catch {
    return undefined // Run from its sources: then zod decides alone.
  }
}

/**
 * A mistake with its place. `key: true` says the key itself is the mistake: the message names it, so the trail of
 * keys leads only to where it stands.
 */
export function located(
  source: Source,
  { path, message, key }: { path: readonly PropertyKey[]; message: string; key?: true },
): Problem {
  const place = source.place(path, key === true ? 'key' : 'value')
  return { file: source.file, place, path: key === true ? path.slice(0, -1) : path, message }
}

const byPlace = (a: Problem, b: Problem): number =>
  (a.place?.line ?? 0) - (b.place?.line ?? 0) || (a.place?.column ?? 0) - (b.place?.column ?? 0)

async function load(
  file: string,
  text: string | undefined,
): Promise<{ source: Source } | { problems: readonly Problem[] }> {
  try {
    if (/\.(ya?ml|json)$/.test(file)) {
      const { parseYaml } = await import('./parse-yaml.js')
      return parseYaml(text ?? readFileSync(file, 'utf8'), file)
    }
    const { loadModule } = await import('./load-module.js')
    return { source: await loadModule(file) }
  } catch (error) {
    const [first] = errorInfo(error).message.split('\n')
    return { problems: [{ file, message: `cannot be read: ${first ?? 'unknown reason'}` }] }
  }
}
