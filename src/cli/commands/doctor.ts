import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { TEMPLATE_NAME } from '../../config/recipes.js'
import { KNOWN_PROVIDERS } from '../../providers/known.js'
import type { ProbeResult } from '../../providers/list-models.js'
import { tellWarnings } from '../notices.js'
import type { Invocation } from '../program.js'
import { probeRedis, type RedisFinding } from '../redis.js'
import type { Shell } from '../shell.js'
import { oneLine } from '../terminal/sanitize.js'
import { paint, span, wrap, type Span } from '../terminal/style.js'
import { formatDuration } from '../view/format.js'
import { version } from '../version.js'
import { openWorkspace, type Workspace } from '../workspace/open.js'

export interface DoctorOptions {
  readonly json?: boolean
  readonly config?: string
}

/** What was found out about one provider. */
interface Finding {
  readonly name: string
  readonly keyFrom?: string
  /** It is in the configuration or has its key in the environment; others may be missing without harm. */
  readonly wanted: boolean
  readonly result: ProbeResult
}

/** `moa doctor`: which providers can be reached, and why not. */
export async function doctor({ shell, options, exitWith }: Invocation<DoctorOptions>): Promise<void> {
  const workspace = await openWorkspace({ config: options.config })
  try {
    await workspace.prepare(undefined, shell.signal)
    const [findings, redis] = await Promise.all([
      probeAll(workspace, shell.signal),
      probeRedises(workspace, shell.signal),
    ])
    const unlisted = unlistedModels(workspace, findings)
    const found = { workspace, findings, unlisted, redis }
    if (options.json) await shell.write(`${JSON.stringify(report(found), null, 2)}\n`)
    else {
      tellWarnings(workspace, shell)
      await print({ shell, ...found })
    }
    const wanted = findings.filter((finding) => finding.wanted)
    const failed = wanted.filter(({ result }) => !result.ok)
    if (failed.length > 0 && failed.length === wanted.length) exitWith(4)
    else if (failed.length > 0 || unlisted.length > 0 || redis.some(({ ok }) => !ok)) exitWith(3)
  } finally {
    await workspace.close()
  }
}

async function probeAll({ settings, providers }: Workspace, signal: AbortSignal): Promise<Finding[]> {
  const configured = new Map(settings.providers.map((provider) => [provider.name, provider]))
  return Promise.all(
    providers.names
      .filter((name) => name !== 'sim')
      .map(async (name): Promise<Finding> => {
        const keyFrom = configured.get(name)?.keyFrom
        return {
          name,
          ...(keyFrom !== undefined && { keyFrom }),
          wanted: configured.has(name),
          result: await providers.probe(name, { signal }),
        }
      }),
  )
}

async function probeRedises({ settings }: Workspace, signal: AbortSignal): Promise<RedisFinding[]> {
  const named = { 'gateway.redis': settings.gateway.redis, 'cache.redis': settings.cache.redis }
  return Promise.all(
    Object.entries(named).flatMap(([setting, address]) =>
      address === undefined ? [] : [probeRedis(address, { setting, signal })],
    ),
  )
}

/** Everything there is to tell. */
interface Found {
  readonly workspace: Workspace
  readonly findings: readonly Finding[]
  readonly unlisted: readonly string[]
  readonly redis: readonly RedisFinding[]
}

/** Chosen models that their providers, which can be reached, don't list. */
function unlistedModels({ own, settings }: Workspace, findings: readonly Finding[]): string[] {
  const chosen = new Set([...(own?.proposers ?? []), ...(own ? [own.aggregator] : [])])
  return [...chosen]
    .map((model) => settings.models[model] ?? model)
    .filter((model) => {
      const [provider = '', ...rest] = model.split('/')
      const result = findings.find(({ name }) => name === provider)?.result
      return (
        result?.ok === true &&
        result.models.length > 0 &&
        !result.models.some(({ id }) => id === rest.join('/'))
      )
    })
}

function report({ workspace, findings, unlisted, redis }: Found): unknown {
  const { settings, defaultRecipe } = workspace
  return {
    version: version(),
    node: process.version,
    files: settings.files,
    warnings: settings.warnings,
    dataFolder: settings.dataFolder,
    template: existsSync(join(settings.dataFolder, TEMPLATE_NAME)),
    defaultRecipe,
    simulated: workspace.simulated(defaultRecipe),
    providers: findings.map(({ name, keyFrom, wanted, result }) => ({
      name,
      wanted,
      ...(keyFrom !== undefined && { keyFrom }),
      ...(result.ok
        ? { ok: true, latencyMs: Math.round(result.latencyMs), models: result.models.length }
        : { ok: false, problem: result.problem, message: result.error.message }),
    })),
    unlistedModels: unlisted,
    ...(redis.length > 0 && { redis }),
  }
}

async function print(input: Found & { readonly shell: Shell }): Promise<void> {
  const { shell, workspace, findings, unlisted, redis } = input
  const { settings, defaultRecipe, own } = workspace
  const lines: Span[][] = []
  const fact = (name: string, value: string): number =>
    lines.push([span(name.padEnd(15), { dim: true }), span(value)])
  fact('moa', `${version()} on Node ${process.version}`)
  fact('configuration', settings.files.length === 0 ? 'none (environment only)' : settings.files.join(', '))
  const template = existsSync(join(settings.dataFolder, TEMPLATE_NAME))
  fact('data folder', settings.dataFolder)
  fact(
    'template',
    template ? TEMPLATE_NAME : `no ${TEMPLATE_NAME} there, so paper-moa and paper-moa-lite can't run`,
  )
  fact('default recipe', workspace.simulated(defaultRecipe) ? `${defaultRecipe} (SIMULATED)` : defaultRecipe)
  if (own) fact('models', `${own.proposers.join(', ')} → ${own.aggregator}`)
  lines.push([])
  const shown = findings.filter(({ wanted, result }) => wanted || result.ok)
  const width = Math.max(...shown.map(({ name }) => name.length), 0)
  for (const finding of shown) lines.push(providerLine(finding, width))
  if (shown.length === 0)
    lines.push([span('No provider was found: simulated models will answer.', { color: 'yellow' })])
  for (const model of unlisted)
    lines.push([
      span('✗ ', { color: 'red' }),
      span(
        `${oneLine(model)} is not in its provider's list; choose another with \`moa init\`, or rename it under "models".`,
      ),
    ])
  for (const { setting, ok, message } of redis)
    lines.push([
      ok ? span('✓ ', { color: 'green' }) : span('✗ ', { color: 'red' }),
      span(`${setting}  ${oneLine(message)}`),
    ])
  const missing = KNOWN_PROVIDERS.filter(
    ({ name }) => !shown.some((finding) => finding.name === name) && !settings.disabled.includes(name),
  )
  if (missing.length > 0)
    lines.push(
      [],
      [
        span(
          `not set up: ${missing.map(({ name, keyVariables, baseURL }) => `${name} (${keyVariables[0] ?? baseURL})`).join(', ')}`,
          { dim: true },
        ),
      ],
    )
  const { live, columns, styled } = shell.stdout
  const fitted = live ? lines.flatMap((line) => wrap(line, columns)) : lines
  await shell.write(`${fitted.map((line) => paint(line, styled)).join('\n')}\n`)
}

function providerLine({ name, keyFrom, result }: Finding, width: number): Span[] {
  const label = ` ${name.padEnd(width)}  `
  if (!result.ok)
    return [span('✗', { color: 'red' }), span(label, { bold: true }), span(oneLine(result.error.message))]
  const key =
    keyFrom === undefined
      ? 'no key'
      : keyFrom === 'configuration'
        ? 'key from configuration'
        : `key from ${keyFrom}`
  const facts = `${result.models.length} models in ${formatDuration(result.latencyMs)}, ${key}`
  return [span('✓', { color: 'green' }), span(label, { bold: true }), span(facts)]
}
