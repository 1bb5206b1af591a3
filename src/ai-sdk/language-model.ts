import type {
  JSONObject,
  LanguageModelV3,
  LanguageModelV3CallOptions,
  LanguageModelV3Content,
  LanguageModelV3FinishReason,
  LanguageModelV3StreamPart,
  LanguageModelV3Usage,
  SharedV3ProviderMetadata,
  SharedV3Warning,
} from '@ai-sdk/provider'
import { Collector, collect, type FinishReason, type Model, type Result, type Usage } from '../core/index.js'
import { ProgressNarrator } from '../wire/index.js'
import { readCall } from './read-call.js'

export interface LanguageModelOptions {
  /** Show a mixture's progress as reasoning; `proposals`: with their text. Default true, for streams. */
  readonly progress?: boolean | 'proposals'
}

/**
 * A model of ours for the AI SDK, as specification V3, which its versions 6 and 7 take. What the run came to (calls,
 * cost, what it fell short of) is in `providerMetadata.moa`.
 */
export function languageModel(model: Model, { progress = true }: LanguageModelOptions = {}): LanguageModelV3 {
  return {
    specificationVersion: 'v3',
    provider: 'moa',
    modelId: model.id,
    supportedUrls: { 'image/*': [/^https?:\/\//] },
    async doGenerate(options) {
      const { request, warnings } = readCall(options)
      const result = await collect(model.stream(request, { signal: signalOf(options), delivery: 'whole' }))
      return {
        content: contentOf(result),
        finishReason: finishReason(result.finishReason),
        usage: encodeUsage(result.usage),
        providerMetadata: metadata(result),
        response: { modelId: result.model },
        warnings,
      }
    },
    // A promise by the specification, although nothing is waited for before the stream.
    doStream(options) {
      const { request, warnings } = readCall(options)
      const controller = new AbortController()
      const signal = AbortSignal.any([signalOf(options), controller.signal])
      const parts = streamParts(model.stream(request, { signal }), { warnings, progress })
      return Promise.resolve({
        stream: new ReadableStream<LanguageModelV3StreamPart>({
          async pull(sink) {
            const { value, done } = await parts.next()
            if (done === true) sink.close()
            else sink.enqueue(value)
          },
          async cancel(reason) {
            controller.abort(reason)
            await parts.return()
          },
        }),
      })
    },
  }
}

const signalOf = ({ abortSignal }: LanguageModelV3CallOptions): AbortSignal =>
  abortSignal ?? new AbortController().signal

function contentOf({ reasoning, text, toolCalls }: Result): LanguageModelV3Content[] {
  return [
    ...(reasoning === '' ? [] : [{ type: 'reasoning' as const, text: reasoning }]),
    ...(text === '' ? [] : [{ type: 'text' as const, text }]),
    ...toolCalls.map(({ id, name, arguments: input }) => ({
      type: 'tool-call' as const,
      toolCallId: id,
      toolName: name,
      input,
    })),
  ]
}

/** The parts of one stream: each block of text, reasoning or tool input has a beginning and an end. */
async function* streamParts(
  events: ReturnType<Model['stream']>,
  { warnings, progress }: { warnings: SharedV3Warning[]; progress: boolean | 'proposals' },
): AsyncGenerator<LanguageModelV3StreamPart, void, undefined> {
  yield { type: 'stream-start', warnings }
  const narrator = progress === false ? undefined : new ProgressNarrator(progress === 'proposals')
  const collector = new Collector()
  const blocks = new Blocks()
  try {
    for await (const event of events) {
      collector.add(event)
      switch (event.type) {
        case 'answer-start':
          yield {
            type: 'response-metadata',
            modelId: event.model,
            ...(event.id !== undefined && { id: event.id }),
          }
          break
        case 'answer-delta':
        case 'refusal-delta':
          yield* blocks.text('text', event.text)
          break
        case 'reasoning-delta':
          yield* blocks.text('reasoning', event.text)
          break
        case 'tool-call-delta':
          yield* blocks.tool(event.index, { id: event.id, name: event.name, input: event.arguments })
          break
        case 'finish': {
          const result = collector.result()
          yield* blocks.end(result)
          yield {
            type: 'finish',
            finishReason: finishReason(event.reason),
            usage: encodeUsage(event.usage),
            providerMetadata: metadata(result),
          }
          break
        }
        default: {
          const words = blocks.answering ? '' : (narrator?.tell(event) ?? '')
          if (words !== '') yield* blocks.text('reasoning', words)
        }
      }
    }
  } catch (error) {
    yield { type: 'error', error }
  }
}

/** Which block is open; only one is at a time. */
class Blocks {
  answering = false
  #open: { readonly kind: 'text' | 'reasoning'; readonly id: string } | undefined
  #count = 0
  readonly #tools = new Map<number, string>();

  *text(kind: 'text' | 'reasoning', delta: string): Generator<LanguageModelV3StreamPart> {
    if (kind === 'text') this.answering = true
    if (this.#open?.kind !== kind) {
      yield* this.#close()
      this.#open = { kind, id: `${kind}-${this.#count++}` }
      yield { type: `${kind}-start`, id: this.#open.id }
    }
    yield { type: `${kind}-delta`, id: this.#open.id, delta }
  }

  *tool(
    index: number,
    { id, name, input }: { id: string | undefined; name: string | undefined; input: string },
  ): Generator<LanguageModelV3StreamPart> {
    this.answering = true
    yield* this.#close()
    if (!this.#tools.has(index)) {
      this.#tools.set(index, id ?? `call-${index}`)
      yield { type: 'tool-input-start', id: this.#tools.get(index) as string, toolName: name ?? '' }
    }
    if (input !== '') yield { type: 'tool-input-delta', id: this.#tools.get(index) as string, delta: input }
  }

  *end({ toolCalls }: Result): Generator<LanguageModelV3StreamPart> {
    yield* this.#close()
    for (const { id, name, arguments: input } of toolCalls) {
      yield { type: 'tool-input-end', id }
      yield { type: 'tool-call', toolCallId: id, toolName: name, input }
    }
  }

  *#close(): Generator<LanguageModelV3StreamPart> {
    if (this.#open) yield { type: `${this.#open.kind}-end`, id: this.#open.id }
    this.#open = undefined
  }
}

function finishReason(reason: FinishReason): LanguageModelV3FinishReason {
  return { unified: reason, raw: reason }
}

function encodeUsage({
  inputTokens,
  outputTokens,
  cachedInputTokens,
  reasoningTokens,
}: Usage): LanguageModelV3Usage {
  return {
    inputTokens: {
      total: inputTokens,
      noCache: inputTokens - cachedInputTokens,
      cacheRead: cachedInputTokens,
      cacheWrite: undefined,
    },
    outputTokens: {
      total: outputTokens,
      text: outputTokens - reasoningTokens,
      reasoning: reasoningTokens,
    },
  }
}

function metadata({ cost, degraded, calls, proposals }: Result): SharedV3ProviderMetadata {
  const moa: JSONObject = {
    calls: calls.length,
    cost: { usd: cost.usd, unpricedCalls: cost.unpricedCalls },
    degraded: degraded.map(({ code, message }) => ({ code, message })),
    proposals: proposals.map(({ slot, text }) => ({ name: slot.name, text })),
  }
  return { moa }
}
