import {
  MoaError,
  NO_USAGE,
  abortInfo,
  costOf,
  errorInfo,
  type CallRecord,
  type ChatRequest,
  type FinishReason,
  type Model,
  type ModelEvent,
  type StreamOptions,
  type Usage,
} from '../core/index.js'
import { abortable } from '../util/index.js'
import { decodeError, readErrorBody } from '../wire/index.js'
import type {
  ForeignFinishReason,
  ForeignModel,
  ForeignPart,
  ForeignResult,
  ForeignUsage,
} from './foreign.js'
import { writeCall } from './write-call.js'

let calls = 0

/**
 * A model of the AI SDK (specification V2, V3 or V4) as a model of ours, for a slot of a recipe. Its price is unknown.
 *
 * @param id what it is called in events and ledgers; default `provider/model` as the model says
 */
export function foreignModel(model: ForeignModel, id = `${model.provider}/${model.modelId}`): Model {
  return { id, stream: (request, options) => call({ model, id, request, options }) }
}

interface Call {
  readonly model: ForeignModel
  readonly id: string
  readonly request: ChatRequest
  readonly options: StreamOptions
}

async function* call(context: Call): AsyncGenerator<ModelEvent, void, undefined> {
  const { signal } = context.options
  signal.throwIfAborted()
  const controller = new AbortController()
  const abort = (): void => controller.abort(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  const book = new Book(context)
  try {
    yield* context.options.delivery === 'whole'
      ? whole(context, { book, signal: controller.signal })
      : streamed(context, { book, signal: controller.signal })
  } catch (thrown) {
    const error = signal.aborted ? (signal.reason as Error) : failure(thrown, context.id)
    book.settle(signal.aborted ? 'aborted' : 'failed', error)
    throw error
  } finally {
    signal.removeEventListener('abort', abort)
    // Whoever stops reading is not interested in the rest.
    book.settle('aborted')
    controller.abort()
  }
}

interface Under {
  readonly book: Book
  readonly signal: AbortSignal
}

async function* whole({ model, request }: Call, { book, signal }: Under): AsyncGenerator<ModelEvent> {
  const options = { ...writeCall(request, model.specificationVersion), abortSignal: signal }
  const result = (await abortable(
    Promise.resolve(model.doGenerate(options as never)),
    signal,
  )) as ForeignResult
  const parts = new PartReader(model.modelId)
  if (result.response) yield* parts.read({ type: 'response-metadata', ...result.response })
  for (const part of result.content) yield* parts.read(part)
  yield book.finish(result.usage, result.finishReason)
}

async function* streamed({ model, id, request }: Call, { book, signal }: Under): AsyncGenerator<ModelEvent> {
  const options = { ...writeCall(request, model.specificationVersion), abortSignal: signal }
  const { stream } = (await abortable(Promise.resolve(model.doStream(options as never)), signal)) as {
    stream: ReadableStream<ForeignPart>
  }
  const reader = stream.getReader()
  const parts = new PartReader(model.modelId)
  try {
    for (;;) {
      const { value, done } = await abortable(reader.read(), signal)
      if (done)
        throw new MoaError('incomplete_stream', `${id} ended its stream without saying why.`, {
          retryable: true,
        })
      if (value.type === 'error') throw value.error
      if (value.type === 'finish') {
        yield book.finish(value.usage ?? {}, value.finishReason ?? 'other')
        return
      }
      for (const event of parts.read(value)) {
        book.firstToken()
        yield event
      }
    }
  } finally {
    reader.cancel().catch(() => {})
  }
}

/** Content and stream parts as events; both come in much the same words. */
class PartReader {
  readonly #model: string
  readonly #tools: string[] = []
  #started = false

  constructor(model: string) {
    this.#model = model
  }

  *read(part: ForeignPart): Generator<ModelEvent> {
    switch (part.type) {
      case 'response-metadata':
        yield* this.#start(part)
        break
      case 'text':
      case 'text-delta':
        yield* this.#start()
        yield { type: 'answer-delta', text: part.delta ?? part.text ?? '' }
        break
      case 'reasoning':
      case 'reasoning-delta':
        yield* this.#start()
        yield { type: 'reasoning-delta', text: part.delta ?? part.text ?? '' }
        break
      case 'tool-input-start':
        if (part.providerExecuted === true) break
        yield* this.#start()
        yield* this.#tool(part.id ?? '', part.toolName ?? '')
        break
      case 'tool-input-delta': {
        const index = this.#tools.indexOf(part.id ?? '')
        if (index !== -1) yield { type: 'tool-call-delta', index, arguments: part.delta ?? '' }
        break
      }
      case 'tool-call': {
        const { toolCallId = '', toolName = '', input = '' } = part
        if (part.providerExecuted === true || this.#tools.includes(toolCallId)) break
        yield* this.#start()
        yield* this.#tool(toolCallId, toolName, input)
        break
      }
      default: // Sources, files and the like are not part of an answer here.
    }
  }

  *#start({ id, modelId }: Pick<ForeignPart, 'id' | 'modelId'> = {}): Generator<ModelEvent> {
    if (this.#started) return
    this.#started = true
    yield { type: 'answer-start', model: modelId ?? this.#model, ...(id !== undefined && { id }) }
  }

  *#tool(id: string, name: string, input = ''): Generator<ModelEvent> {
    this.#tools.push(id)
    yield { type: 'tool-call-delta', index: this.#tools.length - 1, id, name, arguments: input }
  }
}

/** One call's line in the ledger. */
class Book {
  readonly #call: Call
  readonly #startedAt = Date.now()
  readonly #begin = performance.now()
  #firstTokenMs: number | undefined
  #usage: Usage = NO_USAGE
  #reported = false
  #finishReason: FinishReason | undefined
  #settled = false

  constructor(call: Call) {
    this.#call = call
  }

  firstToken(): void {
    this.#firstTokenMs ??= performance.now() - this.#begin
  }

  finish(usage: ForeignUsage, reason: ForeignFinishReason): ModelEvent {
    this.#usage = readUsage(usage)
    this.#reported = true
    this.#finishReason = readFinishReason(reason)
    this.settle('completed')
    return { type: 'finish', reason: this.#finishReason, usage: this.#usage, cost: costOf(null) }
  }

  settle(outcome: CallRecord['outcome'], error?: unknown): void {
    if (this.#settled) return
    this.#settled = true
    const { model, options } = this.#call
    calls += 1
    options.onCall?.({
      id: `ai-sdk-${calls}`,
      provider: model.provider,
      model: model.modelId,
      attempt: 1,
      outcome,
      usage: this.#usage,
      usageSource: this.#reported ? 'reported' : 'none',
      costUsd: null,
      startedAt: this.#startedAt,
      durationMs: performance.now() - this.#begin,
      ...(this.#finishReason && { finishReason: this.#finishReason }),
      ...(this.#firstTokenMs !== undefined && { firstTokenMs: this.#firstTokenMs }),
      ...(outcome === 'failed' && { error: errorInfo(error) }),
      ...(outcome === 'aborted' && { error: abortInfo(error) }),
      ...(options.slot && { slot: options.slot }),
    })
  }
}

function readUsage({ inputTokens, outputTokens, reasoningTokens, cachedInputTokens }: ForeignUsage): Usage {
  const input =
    typeof inputTokens === 'object' ? inputTokens : { total: inputTokens, cacheRead: cachedInputTokens }
  const output =
    typeof outputTokens === 'object' ? outputTokens : { total: outputTokens, reasoning: reasoningTokens }
  return {
    inputTokens: input.total ?? 0,
    outputTokens: output.total ?? 0,
    cachedInputTokens: input.cacheRead ?? 0,
    reasoningTokens: output.reasoning ?? 0,
  }
}

function readFinishReason(reason: ForeignFinishReason): FinishReason {
  const word = typeof reason === 'string' ? reason : reason.unified
  switch (word) {
    case 'stop':
    case 'length':
    case 'content-filter':
    case 'tool-calls':
      return word
    case 'error':
      throw new MoaError('upstream_error', 'The model says that it failed, and not why.', { retryable: true })
    default:
      return 'stop' // "other" and "unknown": it ended, and nothing says it was cut.
  }
}

/** What the AI SDK's errors for HTTP tell, as our own. */
function failure(thrown: unknown, id: string): MoaError {
  if (thrown instanceof MoaError) return thrown
  const { statusCode, data, isRetryable, message } = (thrown ?? {}) as {
    readonly statusCode?: unknown
    readonly data?: unknown
    readonly isRetryable?: unknown
    readonly message?: unknown
  }
  const words = typeof message === 'string' ? message : String(thrown)
  if (typeof statusCode !== 'number')
    return new MoaError('upstream_error', `${id} failed: ${words.slice(0, 300)}`, { cause: thrown })
  return decodeError({
    status: statusCode,
    upstream: id,
    body: readErrorBody(data) ?? { message: words },
    ...(typeof isRetryable === 'boolean' && { shouldRetry: isRetryable }),
  })
}
