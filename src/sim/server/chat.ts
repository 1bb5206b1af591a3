import type { IncomingMessage, ServerResponse } from 'node:http'
import { errorInfo, MoaError } from '../../core/index.js'
import type { Clock } from '../../util/index.js'
import { Answer } from '../answer.js'
import { ERROR_INSIDE, refusalOf } from '../fault-error.js'
import type { SimCall, Simulation } from '../simulation.js'
import { Exchange } from './exchange.js'
import { readBody, sendError, sendJson } from './http.js'
import { replyWithJson } from './json-reply.js'
import { keyPrefix, type SimLog } from './log.js'
import { Prompts, type Prompt } from './prompts.js'
import { StreamReply } from './stream-reply.js'
import { TimerWheel } from './timer-wheel.js'

const NOTHING = new Answer([], { finishReason: 'stop', promptTokens: 0 })

/** Answers `POST /v1/chat/completions`. */
export class Chat {
  /** Set when connections are about to be closed from this side. */
  closing = false
  readonly #simulation: Simulation
  readonly #log: SimLog
  readonly #clock: Clock
  readonly #wheel: TimerWheel
  readonly #prompts: Prompts
  readonly #keys: ReadonlySet<string> | undefined
  #requests = 0

  constructor(options: {
    simulation: Simulation
    log: SimLog
    clock: Clock
    apiKeys: readonly string[] | undefined
  }) {
    this.#simulation = options.simulation
    this.#log = options.log
    this.#clock = options.clock
    this.#wheel = new TimerWheel(options.clock)
    this.#prompts = new Prompts(options.simulation)
    this.#keys = options.apiKeys && new Set(options.apiKeys)
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#requests += 1
    const id = `req_${this.#requests.toString().padStart(8, '0')}`
    const at = this.#clock.now()
    const key = /^Bearer\s+(.+)$/i.exec(request.headers.authorization ?? '')?.[1]
    let prompt: Prompt | undefined
    try {
      const body = await readBody(request)
      if (this.#keys && (key === undefined || !this.#keys.has(key)))
        throw new MoaError(
          'authentication',
          key === undefined
            ? 'No API key was sent; expected "Authorization: Bearer …".'
            : 'The API key is not one of those this simulator takes.',
        )
      prompt = this.#prompts.read(body)
      const call = this.#simulation.begin(this.#simulation.name(prompt.decoded.model))
      const answer = answerOf(call, prompt)
      this.#answer({ id, at, prompt, call, answer, response, key })
    } catch (error) {
      if (response.destroyed) return
      this.#reject(error, { id, at, prompt, response, key })
    }
  }

  #answer(options: {
    id: string
    at: number
    prompt: Prompt
    call: SimCall
    answer: Answer
    response: ServerResponse
    key: string | undefined
  }): void {
    const { id, at, prompt, call, answer, response, key } = options
    const { decoded } = prompt
    const entry = this.#log.open({
      id,
      at,
      model: decoded.model,
      call: call.number,
      messages: decoded.request.messages,
      promptHash: prompt.hash,
      stream: decoded.stream,
      promptTokens: answer.promptTokens,
      ...keyPrefix(key),
    })
    const clock = this.#clock
    const exchange = new Exchange({
      response,
      call,
      answer,
      entry,
      wheel: this.#wheel,
      now: () => clock.now(),
      closing: () => this.closing,
    })
    const headers = { 'x-request-id': id }
    if (refuse(exchange, headers)) return
    if (call.fault?.type === 'timeout') {
      exchange.hang()
      return
    }
    const identity = { id: `chatcmpl-${id}`, created: Math.floor(clock.now() / 1000), model: decoded.model }
    if (decoded.stream)
      new StreamReply(exchange, {
        identity,
        headers,
        includeUsage: decoded.includeUsage,
        continuousUsage: prompt.continuousUsage,
      }).start()
    else replyWithJson(exchange, { identity, headers })
  }

  #reject(
    error: unknown,
    options: {
      id: string
      at: number
      prompt: Prompt | undefined
      response: ServerResponse
      key: string | undefined
    },
  ): void {
    const { id, at, prompt, response, key } = options
    this.#log
      .open({
        id,
        at,
        model: prompt?.decoded.model ?? '',
        call: 0,
        ...(prompt && { messages: prompt.decoded.request.messages }),
        promptHash: prompt?.hash ?? '',
        stream: prompt?.decoded.stream ?? false,
        promptTokens: 0,
        ...keyPrefix(key),
      })
      .settle({ outcome: 'rejected', completionTokensServed: 0, charactersServed: 0, chunksServed: 0 })
    sendError(response, errorInfo(error), { 'x-request-id': id })
  }
}

/** A refused call never gets as far as an answer. */
function answerOf(call: SimCall, prompt: Prompt): Answer {
  const type = call.fault?.type
  return type === 'status' || type === 'html' || type === 'error-200' ? NOTHING : prompt.answer(call)
}

/** Sends what a server sends that never got to its model; false when the call is to be answered. */
function refuse(exchange: Exchange, headers: Readonly<Record<string, string>>): boolean {
  const { fault, response, call } = exchange
  const send = (reply: () => void): true => {
    exchange.after(call.behaviour.first ?? 0, () => {
      exchange.settleFault()
      reply()
    })
    return true
  }
  switch (fault?.type) {
    case 'status': {
      const refusal = refusalOf(fault.status, call.behaviour.retryAfter)
      return send(() => sendJson(response, { ...refusal, headers: { ...refusal.headers, ...headers } }))
    }
    case 'html':
      return send(() => {
        response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers })
        response.end('<!doctype html>\n<title>Welcome</title>\n<p>This is a web page.</p>\n')
      })
    case 'error-200':
      return send(() => sendJson(response, { body: ERROR_INSIDE, headers }))
    default:
      return false
  }
}
