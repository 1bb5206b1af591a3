import { readFileSync } from 'node:fs'
import { errorInfo } from '../core/errors.js'
import { schemaProblems } from '../engine/issues.js'
import type { ConfigInput } from './input.js'
import { parseYaml } from './parse-yaml.js'
import { resolveReferences } from './references.js'
import { configSchema } from './schema.js'
import { secretWarnings } from './secrets.js'
import type { Problem, Source } from './source.js'

/** A configuration file that is right in itself. */
export interface ReadFile {
  readonly source: Source
  readonly config: ConfigInput
  readonly warnings: readonly string[]
}

/** Reads and checks one configuration file; `problems` holds every mistake in it. */
export async function readConfig(
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ read: ReadFile } | { problems: readonly Problem[] }> {
  const loaded = await load(file)
  if ('problems' in loaded) return loaded
  const { source } = loaded
  const written = /\.(ya?ml|json)$/.test(file)
  const resolved = written ? resolveReferences(source.value, env) : { value: source.value, problems: [] }
  const problems: Problem[] = resolved.problems.map(({ path, message }) => located(source, { path, message }))
  const parsed = configSchema.safeParse(resolved.value)
  if (!parsed.success)
    problems.push(
      ...schemaProblems(configSchema, parsed.error, resolved.value).map((p) => located(source, p)),
    )
  if (problems.length > 0 || !parsed.success) return { problems: problems.sort(byPlace) }
  return {
    read: { source, config: parsed.data as ConfigInput, warnings: written ? secretWarnings(source) : [] },
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

async function load(file: string): Promise<{ source: Source } | { problems: readonly Problem[] }> {
  try {
    if (/\.(ya?ml|json)$/.test(file)) return parseYaml(readFileSync(file, 'utf8'), file)
    const { loadModule } = await import('./load-module.js')
    return { source: await loadModule(file) }
  } catch (error) {
    const [first] = errorInfo(error).message.split('\n')
    return { problems: [{ file, message: `cannot be read: ${first ?? 'unknown reason'}` }] }
  }
}
