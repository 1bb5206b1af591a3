import { MoaError, type Model, type ModelCapabilities, type Price } from '../core/index.js'
import { systemClock, type Clock } from '../util/index.js'
import { encodeRequest, type Dialect } from '../wire/index.js'
import type { CallContext } from './call-context.js'
import { ChatCall } from './chat-call.js'
import { parseBaseURL, redactor, requestHeaders } from './endpoint.js'
import { resolveTimeouts, type Timeouts } from './timeouts.js'
import { Transport } from './transport.js'

export interface OpenAICompatibleOptions {
  /** The provider's name, first part of the model's id. */
  readonly provider: string
  /** Up to and without `/chat/completions`: `https://api.openai.com/v1`. */
  readonly baseURL: string
  /** The model's name at the provider. */
  readonly model: string
  /** Sent as a bearer token; none when absent. */
  readonly apiKey?: string
  /** Sent with every request; they win over the client's own. */
  readonly headers?: Readonly<Record<string, string>>
  readonly dialect?: Dialect
  readonly timeouts?: Timeouts
  /** Longer default timeouts, for servers that load models on demand. Default false. */
  readonly local?: boolean
  /** For calls whose upstream names no price itself; `null` (default) when unknown. */
  readonly price?: Price | null
  readonly capabilities?: ModelCapabilities
  /** Connections to share with other models of the provider. Own ones by default. */
  readonly transport?: Transport
  readonly clock?: Clock
}

/**
 * A model behind an OpenAI-compatible chat-completions API. Every `stream()` is one HTTP request: retries, limits
 * and caches are wrappers around it.
 *
 * Streams with delivery `stream`, asks for one JSON body with delivery `whole`, and takes whichever of the two the
 * server sends. Every call is told to `onCall` once, and the `finish` event carries that record's usage and cost.
 *
 * @throws {@link MoaError} `config_invalid` for a bad base URL, header or key; what {@link Model.stream} throws
 *   names the host, what was expected and what came, and never holds the key
 *
 * @example
 * const model = openAICompatible({
 *   provider: 'openai', baseURL: 'https://api.openai.com/v1', model: 'gpt-5-mini', apiKey: key,
 * })
 * const { text } = await collect(model.stream({ messages }, { signal }))
 */
export function openAICompatible(options: OpenAICompatibleOptions): Model {
  const { provider, model, dialect, capabilities } = options
  const endpoint = parseBaseURL(options.baseURL, provider)
  const timeouts = resolveTimeouts(options.timeouts, options.local)
  const context: CallContext = {
    provider,
    model,
    upstream: `${provider} (${endpoint.host})`,
    transport: options.transport ?? new Transport(endpoint.origin, { connectMs: timeouts.connectMs }),
    path: endpoint.path('chat/completions'),
    headers: requestHeaders(options),
    timeouts,
    price: options.price ?? null,
    clock: options.clock ?? systemClock,
    redact: redactor(options),
    encode: (request, stream) =>
      toJson(encodeRequest(request, { model, stream, ...(dialect && { dialect }) })),
  }
  return {
    id: `${provider}/${model}`,
    ...(capabilities && { capabilities }),
    ...(options.price && { price: options.price }),
    keepsBooks: true,
    scoped: true,
    stream: (request, streamOptions) => new ChatCall(context, request, streamOptions),
  }
}

function toJson(body: Record<string, unknown>): string {
  try {
    return JSON.stringify(body)
  } catch (error) {
    throw new MoaError(
      'invalid_request',
      `The request has no JSON form: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown'}.`,
    )
  }
}
