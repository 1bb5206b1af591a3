import { MoaError, type CacheUse, type Sampling } from '../../core/index.js'
import { didYouMean } from '../../util/index.js'
import type { RecipeChanges } from '../catalog.js'
import {
  OVERRIDE_FIELDS,
  type GatewaySettings,
  type OverrideField,
  type ProgressStyle,
  type UsageScope,
} from '../settings.js'

/** What a request's `moa` object asks for. */
export interface MoaOptions {
  readonly progress: ProgressStyle
  readonly usage: UsageScope
  readonly trace: boolean
  /** Absent when the recipe runs as it is. */
  readonly changes?: RecipeChanges
  readonly seed?: number
  readonly deadlineMs?: number
  readonly maxLatencyMs?: number
  readonly budgetUsd?: number
  /** `use`: said in so many words, whatever the headers say. */
  readonly cache?: CacheUse | 'use'
}

const MOST_PROPOSERS = 32
const KEYS = [...OVERRIDE_FIELDS, 'progress', 'trace', 'usage'] as const

/** Names of sampling parameters on the wire. */
const INHERITABLE: Readonly<Record<string, keyof Sampling>> = {
  temperature: 'temperature',
  top_p: 'topP',
  frequency_penalty: 'frequencyPenalty',
  presence_penalty: 'presencePenalty',
  stop: 'stop',
  seed: 'seed',
  max_tokens: 'maxTokens',
  reasoning_effort: 'reasoningEffort',
}

/**
 * Reads the `moa` object of a request.
 *
 * @throws {@link MoaError} `invalid_request` naming the field; `unsupported_parameter` for one this gateway does not
 *   let requests set
 */
export function readMoaOptions(
  value: unknown,
  settings: Pick<GatewaySettings, 'progress' | 'usage' | 'overrides'>,
): MoaOptions {
  if (value === undefined)
    return settings.progress === true
      ? DEFAULTS[settings.usage]
      : { ...DEFAULTS[settings.usage], progress: settings.progress }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw bad('moa', 'expected an object')
  const fields = value as Readonly<Record<string, unknown>>
  checkKeys(fields, settings.overrides)
  const { progress, trace, usage } = fields
  return {
    progress:
      progress === undefined
        ? settings.progress
        : oneOf(progress, 'moa.progress', [true, false, 'proposals'] as const),
    usage: usage === undefined ? settings.usage : oneOf(usage, 'moa.usage', ['run', 'answer'] as const),
    trace: trace === undefined ? false : oneOf(trace, 'moa.trace', [true, false] as const),
    ...changesOf(fields),
    ...(fields['seed'] !== undefined && {
      seed: integer(fields['seed'], 'moa.seed', [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]),
    }),
    ...(fields['deadline_ms'] !== undefined && {
      deadlineMs: positive(fields['deadline_ms'], 'moa.deadline_ms'),
    }),
    ...(fields['max_latency_ms'] !== undefined && {
      maxLatencyMs: positive(fields['max_latency_ms'], 'moa.max_latency_ms'),
    }),
    ...(fields['cache'] !== undefined && {
      cache: CACHE_USES[`${oneOf(fields['cache'], 'moa.cache', [true, false, 'refresh'] as const)}`],
    }),
    ...(fields['budget_usd'] !== undefined && {
      budgetUsd: positive(fields['budget_usd'], 'moa.budget_usd'),
    }),
  }
}

const CACHE_USES = { true: 'use', false: 'skip', refresh: 'refresh' } as const

const DEFAULTS: Readonly<Record<UsageScope, MoaOptions>> = {
  run: { progress: true, usage: 'run', trace: false },
  answer: { progress: true, usage: 'answer', trace: false },
}

function checkKeys(fields: Readonly<Record<string, unknown>>, allowed: readonly OverrideField[]): void {
  for (const key of Object.keys(fields)) {
    if (!KEYS.includes(key as (typeof KEYS)[number]))
      throw bad(
        'moa',
        `unknown key "${key.slice(0, 40)}".${didYouMean(key, KEYS) || ` Known keys: ${KEYS.join(', ')}`}`,
      )
    if ((OVERRIDE_FIELDS as readonly string[]).includes(key) && !allowed.includes(key as OverrideField))
      throw new MoaError('unsupported_parameter', `moa.${key}: this gateway does not let requests set it.`, {
        param: `moa.${key}`,
      })
  }
}

function changesOf(fields: Readonly<Record<string, unknown>>): { changes?: RecipeChanges } {
  const { proposers, aggregator, layers, mode, inherit, seed } = fields
  const inherited = [
    ...(inherit === undefined ? [] : inheritable(inherit)),
    // A seed given here is about the whole run.
    ...(seed === undefined ? [] : (['seed'] as const)),
  ]
  const changes: RecipeChanges = {
    ...(proposers !== undefined && { proposers: names(proposers) }),
    ...(aggregator !== undefined && { aggregator: name(aggregator, 'moa.aggregator') }),
    ...(layers !== undefined && { layers: integer(layers, 'moa.layers', [2, 16]) }),
    ...(mode !== undefined && { mode: oneOf(mode, 'moa.mode', ['native', 'together'] as const) }),
    ...(inherited.length > 0 && { inherit: [...new Set(inherited)] }),
  }
  return Object.keys(changes).length === 0 ? {} : { changes }
}

function names(value: unknown): readonly string[] {
  const param = 'moa.proposers'
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_PROPOSERS)
    throw bad(param, `expected a list of 1 to ${MOST_PROPOSERS} models`)
  return value.map((item, index) => name(item, `${param}[${index}]`))
}

function name(value: unknown, param: string): string {
  if (typeof value !== 'string' || value === '' || value.length > 256)
    throw bad(param, 'expected the name of a model')
  return value
}

function inheritable(value: unknown): (keyof Sampling)[] {
  const known = Object.keys(INHERITABLE)
  if (!Array.isArray(value)) throw bad('moa.inherit', `expected a list of: ${known.join(', ')}`)
  return value.map((item: unknown, index) => {
    const field = typeof item === 'string' && Object.hasOwn(INHERITABLE, item) ? INHERITABLE[item] : undefined
    if (field === undefined) throw bad(`moa.inherit[${index}]`, `expected one of: ${known.join(', ')}`)
    return field
  })
}

function oneOf<T>(value: unknown, param: string, values: readonly T[]): T {
  const found = values.find((item) => item === value)
  if (found === undefined)
    throw bad(param, `expected ${values.map((item) => JSON.stringify(item)).join(' or ')}`)
  return found
}

function integer(value: unknown, param: string, [least, most]: readonly [number, number]): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least || value > most)
    throw bad(param, `expected a whole number${least === -most ? '' : ` from ${least} to ${most}`}`)
  return value
}

function positive(value: unknown, param: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0)
    throw bad(param, 'expected a number above 0')
  return value
}

const bad = (param: string, message: string): MoaError =>
  new MoaError('invalid_request', `${param}: ${/[.?]$/.test(message) ? message : `${message}.`}`, { param })
