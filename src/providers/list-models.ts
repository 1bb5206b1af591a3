import { MoaError, errorInfo, toMoaError, type ErrorInfo } from '../core/index.js'
import { getJson, type JsonRequestContext } from './json-request.js'

/** A model a provider offers. */
export interface ModelInfo {
  /** Its name at the provider. */
  readonly id: string
  /** Prompt and answer together, in tokens, when the provider tells. */
  readonly contextTokens?: number
}

const LIST_TIMEOUT_MS = 15_000
const PROBE_TIMEOUT_MS = 5_000

/**
 * Asks a provider for its models, sorted by name.
 *
 * @throws {@link MoaError} when it doesn't answer with a list in any of the usual shapes
 */
export async function listModels(
  context: JsonRequestContext,
  options: { readonly signal: AbortSignal; readonly timeoutMs?: number },
): Promise<ModelInfo[]> {
  const body = await getJson(context, 'models', {
    signal: options.signal,
    timeoutMs: options.timeoutMs ?? LIST_TIMEOUT_MS,
  })
  const models = readModels(body)
  if (models === undefined)
    throw new MoaError(
      'invalid_response',
      `${context.upstream} answered "models" with JSON that is no list of models; is the base URL right?`,
    )
  return models
}

/** OpenAI's `{ data: [{ id }] }`, Together's bare array, `{ models: [{ name }] }` and lists of plain names. */
function readModels(body: unknown): ModelInfo[] | undefined {
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const list = [body, fields['data'], fields['models']].find((candidate) => Array.isArray(candidate))
  if (list === undefined) return undefined
  const models = new Map<string, ModelInfo>()
  for (const item of list as unknown[]) {
    const model = readModel(item)
    if (model) models.set(model.id, model)
  }
  return [...models.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}

function readModel(item: unknown): ModelInfo | undefined {
  if (typeof item === 'string') return { id: item }
  if (typeof item !== 'object' || item === null) return undefined
  const fields = item as Record<string, unknown>
  const name = [fields['id'], fields['name'], fields['model']].find((value) => typeof value === 'string')
  if (name === undefined || name === '') return undefined
  const context = [
    fields['context_length'],
    fields['context_window'],
    fields['max_context_length'],
    fields['max_model_len'],
  ].find((value) => typeof value === 'number' && value > 0)
  // Gemini's list says "models/…" in front of the names its API takes without.
  const id = name.replace(/^models\//, '')
  return { id, ...(context !== undefined && { contextTokens: context as number }) }
}

/** What came of looking at a provider. */
export type ProbeResult =
  | {
      readonly ok: true
      readonly latencyMs: number
      /** `undefined` when nobody was asked for a key. */
      readonly keyAccepted: boolean | undefined
      readonly models: readonly ModelInfo[]
    }
  | {
      readonly ok: false
      readonly problem: ProbeProblem
      readonly error: ErrorInfo
      readonly latencyMs: number
    }

export type ProbeProblem = 'key-missing' | 'key-rejected' | 'unreachable' | 'timeout' | 'unexpected-answer'

/**
 * Looks whether a provider can be reached and takes the key. Costs no tokens.
 *
 * @throws `signal.reason` when aborted; everything else is a result
 */
export async function probe(
  context: JsonRequestContext & { readonly hasKey: boolean; readonly keyCheckPath?: string | undefined },
  options: { readonly signal: AbortSignal },
): Promise<ProbeResult> {
  const { clock, hasKey, keyCheckPath } = context
  const limits = { signal: options.signal, timeoutMs: PROBE_TIMEOUT_MS }
  const startedAt = clock.now()
  try {
    const models = await listModels(context, limits)
    const latencyMs = clock.now() - startedAt
    if (hasKey && keyCheckPath !== undefined) await getJson(context, keyCheckPath, limits)
    return { ok: true, latencyMs, keyAccepted: hasKey ? true : undefined, models }
  } catch (error) {
    if (options.signal.aborted) throw error
    return {
      ok: false,
      problem: problemOf(toMoaError(error)),
      error: errorInfo(error),
      latencyMs: clock.now() - startedAt,
    }
  }
}

function problemOf(error: MoaError): ProbeProblem {
  switch (error.code) {
    case 'key_missing':
      return 'key-missing'
    case 'authentication':
    case 'permission':
      return 'key-rejected'
    case 'unreachable':
      return 'unreachable'
    case 'timeout':
      return 'timeout'
    default:
      return 'unexpected-answer'
  }
}
