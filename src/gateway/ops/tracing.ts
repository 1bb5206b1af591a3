import type * as Api from '@opentelemetry/api'
import type { Attributes, Context, Span, Tracer } from '@opentelemetry/api'
import { textOf, type CallRecord, type ChatRequest, type ModelEvent } from '../../core/index.js'
import type { RunObserver } from '../run/observer.js'
import type { RunOutcome } from '../run/run.js'
import { ATTRIBUTES, LAYER_SPAN, OPERATIONS } from './telemetry-names.js'

/** What a trace says of a run from the start. */
export interface TracedRun {
  readonly requestId: string
  /** The recipe or model that was asked for. */
  readonly model: string
  readonly kind: 'recipe' | 'model'
  readonly stream: boolean
  readonly request: ChatRequest
  /** The client's `traceparent` and `tracestate`. */
  readonly headers: Readonly<Record<string, string | undefined>>
}

/** Spans for runs, layers and calls, for whatever OpenTelemetry SDK the process has. */
export interface Tracing {
  /** `undefined` when nobody records this run. */
  begin(run: TracedRun): RunObserver | undefined
}

/**
 * Connects to OpenTelemetry's API.
 *
 * @param options.captureContent also record what was asked and answered. Default false
 * @returns nothing when `@opentelemetry/api` is not installed
 */
export async function loadTracing(
  options: { readonly captureContent?: boolean; readonly version?: string } = {},
): Promise<Tracing | undefined> {
  let api: typeof Api
  try {
    api = await import('@opentelemetry/api')
  } catch {
    return undefined // An optional peer.
  }
  const { captureContent = false, version } = options
  const tracer = api.trace.getTracer('mixture-of-agents', version)
  return {
    begin(run) {
      const parent = api.propagation.extract(api.context.active(), run.headers)
      const operation = run.kind === 'recipe' ? OPERATIONS.workflow : OPERATIONS.chat
      const root = tracer.startSpan(
        `${operation} ${run.model}`,
        { kind: api.SpanKind.SERVER, attributes: startAttributes(run, operation) },
        parent,
      )
      if (!root.isRecording()) return undefined
      if (captureContent) root.setAttribute(ATTRIBUTES.inputMessages, messagesText(run.request))
      return new RunTrace({ api, tracer, root, parent, captureContent })
    },
  }
}

function startAttributes(run: TracedRun, operation: string): Attributes {
  return {
    [ATTRIBUTES.operation]: operation,
    [ATTRIBUTES.requestModel]: run.model,
    [ATTRIBUTES.requestStream]: run.stream,
    [ATTRIBUTES.requestId]: run.requestId,
    ...(run.kind === 'recipe' && { [ATTRIBUTES.agent]: run.model }),
  }
}

/** The spans of one run. */
class RunTrace implements RunObserver {
  readonly #api: typeof Api
  readonly #tracer: Tracer
  readonly #root: Span
  readonly #context: Context
  readonly #captureContent: boolean
  readonly #layers = new Map<number, { readonly span: Span; readonly context: Context }>()
  #text = ''

  constructor(options: {
    api: typeof Api
    tracer: Tracer
    root: Span
    parent: Context
    captureContent: boolean
  }) {
    this.#api = options.api
    this.#tracer = options.tracer
    this.#root = options.root
    this.#context = options.api.trace.setSpan(options.parent, options.root)
    this.#captureContent = options.captureContent
  }

  answer(event: ModelEvent): void {
    if (this.#captureContent && event.type === 'answer-delta') this.#text += event.text
  }

  event(event: ModelEvent): void {
    switch (event.type) {
      case 'run-start':
        this.#root.setAttributes({
          [ATTRIBUTES.runId]: event.runId,
          [ATTRIBUTES.recipeHash]: event.recipeHash,
        })
        break
      case 'stage-start': {
        const attributes = { [ATTRIBUTES.stage]: event.stage, [ATTRIBUTES.stageKind]: event.kind }
        const span = this.#tracer.startSpan(LAYER_SPAN, { attributes }, this.#context)
        this.#layers.set(event.stage, { span, context: this.#api.trace.setSpan(this.#context, span) })
        break
      }
      case 'stage-end':
        this.#layers.get(event.stage)?.span.setAttribute(ATTRIBUTES.proposals, event.proposals).end()
        break
      case 'degraded':
        this.#root.addEvent('moa.degraded', { [ATTRIBUTES.degraded]: event.degradation.code })
        break
      default:
    }
  }

  /** A call is known when it is over, so its span is written after the fact. */
  call(call: CallRecord): void {
    const context = this.#layers.get(call.slot?.stage ?? -1)?.context ?? this.#context
    const span = this.#tracer.startSpan(
      `${OPERATIONS.chat} ${call.model}`,
      { kind: this.#api.SpanKind.CLIENT, startTime: call.startedAt, attributes: callAttributes(call) },
      context,
    )
    if (call.outcome === 'failed')
      span.setStatus({ code: this.#api.SpanStatusCode.ERROR, message: call.error?.code ?? 'failed' })
    span.end(call.startedAt + call.durationMs)
  }

  end({ error, account, firstTokenMs }: RunOutcome): void {
    for (const { span } of this.#layers.values()) span.end()
    const { usage, cost, degraded, finish } = account
    this.#root.setAttributes({
      ...usageAttributes(usage),
      ...(cost.usd !== null && { [ATTRIBUTES.costUsd]: cost.usd }),
      ...(firstTokenMs !== undefined && { [ATTRIBUTES.timeToFirstChunk]: firstTokenMs / 1000 }),
      ...(finish && { [ATTRIBUTES.finishReasons]: [finish.reason] }),
      ...(degraded.length > 0 && { [ATTRIBUTES.degraded]: [...new Set(degraded.map(({ code }) => code))] }),
      ...(error && { [ATTRIBUTES.errorType]: error.code }),
      ...(this.#captureContent && { [ATTRIBUTES.outputMessages]: outputText(this.#text) }),
    })
    if (error && error.code !== 'aborted')
      this.#root.setStatus({ code: this.#api.SpanStatusCode.ERROR, message: error.code })
    this.#root.end()
  }
}

function callAttributes(call: CallRecord): Attributes {
  return {
    [ATTRIBUTES.operation]: OPERATIONS.chat,
    [ATTRIBUTES.provider]: call.provider,
    [ATTRIBUTES.requestModel]: call.model,
    [ATTRIBUTES.attempt]: call.attempt,
    [ATTRIBUTES.outcome]: call.outcome,
    ...usageAttributes(call.usage),
    ...(call.finishReason && { [ATTRIBUTES.finishReasons]: [call.finishReason] }),
    ...(call.firstTokenMs !== undefined && { [ATTRIBUTES.timeToFirstChunk]: call.firstTokenMs / 1000 }),
    ...(call.costUsd !== null && { [ATTRIBUTES.costUsd]: call.costUsd }),
    ...(call.slot && { [ATTRIBUTES.slot]: call.slot.name, [ATTRIBUTES.stage]: call.slot.stage }),
    ...(call.hedge && { [ATTRIBUTES.hedge]: true }),
    ...(call.error && { [ATTRIBUTES.errorType]: call.error.code }),
  }
}

function usageAttributes(usage: CallRecord['usage']): Attributes {
  return {
    [ATTRIBUTES.inputTokens]: usage.inputTokens,
    [ATTRIBUTES.outputTokens]: usage.outputTokens,
    [ATTRIBUTES.cachedTokens]: usage.cachedInputTokens,
    [ATTRIBUTES.reasoningTokens]: usage.reasoningTokens,
  }
}

function messagesText({ messages }: ChatRequest): string {
  return JSON.stringify(
    messages.map(({ role, content }) => ({ role, parts: [{ type: 'text', content: textOf(content) }] })),
  )
}

const outputText = (text: string): string =>
  JSON.stringify([{ role: 'assistant', parts: [{ type: 'text', content: text }] }])
