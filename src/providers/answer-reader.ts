import { StringDecoder } from 'node:string_decoder'
import { MoaError, type AnswerEvent } from '../core/index.js'
import {
  ChunkDecoder,
  SseParser,
  decodeError,
  decodeResponse,
  readErrorBody,
  type Reported,
} from '../wire/index.js'

/** Longest JSON answer held in memory, in bytes. */
const MAX_BODY_BYTES = 64 * 1024 * 1024

/** Bytes before an answer that say nothing of it: white space, and a mark of byte order (EF BB BF), which JSON may not have. */
const NO_CONTENT: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d, 0x20, 0xef, 0xbb, 0xbf])

export interface AnswerReaderOptions {
  /** Who answers, for error messages. */
  readonly upstream: string
  /** The model's name at the provider. */
  readonly model: string
  /** The answer's `content-type`, for error messages. */
  readonly contentType: string | undefined
  readonly emit: (event: AnswerEvent) => void
}

/**
 * Turns the bytes of a 2xx answer into answer events, `finish` last. Whether they are a stream or one JSON body is
 * read off the first byte, because servers stream when not asked to, don't when asked to, put JSON errors under
 * `text/event-stream`, and proxies answer with HTML.
 */
export class AnswerReader {
  readonly #options: AnswerReaderOptions
  #mode: 'undecided' | 'stream' | 'json' = 'undecided'
  /** Made when a character comes in two pieces. */
  #utf8: StringDecoder | undefined
  /** The UTF-8 decoder holds the beginning of a character. */
  #split = false
  #decoder: ChunkDecoder | undefined
  #parser: SseParser | undefined
  #sawEvent = false
  #body: Buffer[] = []
  #bodyBytes = 0
  #reported: Reported = { usage: undefined, costUsd: undefined }

  constructor(options: AnswerReaderOptions) {
    this.#options = options
  }

  /** True once `finish` has been emitted; what follows is not read. */
  get finished(): boolean {
    return this.#decoder?.finished ?? false
  }

  /** The finish reason is there; usage and the end may still come. */
  get complete(): boolean {
    return this.#decoder?.complete ?? false
  }

  /** The answer arrives token by token. */
  get streaming(): boolean {
    return this.#mode === 'stream'
  }

  get reported(): Reported {
    return this.#decoder?.reported ?? this.#reported
  }

  /** @throws {@link MoaError} for everything that is no answer */
  feed(bytes: Buffer): void {
    if (bytes.length === 0) return
    const chunk = this.#mode === 'undecided' ? this.#decide(bytes) : bytes
    switch (this.#mode) {
      case 'stream':
        this.#parser?.feed(this.#text(chunk))
        return
      case 'json':
        this.#hold(chunk)
        return
      case 'undecided':
    }
  }

  /**
   * Nothing more will come, though the body has not ended. True when the answer was complete all the same, its finish
   * reason there, and only usage or `[DONE]` is lost; then `finish` is emitted.
   */
  cutOff(): boolean {
    if (this.#decoder?.complete !== true) return false
    this.#decoder.end()
    return true
  }

  /** The body has ended. @throws {@link MoaError} when the answer is not complete */
  end(): void {
    switch (this.#mode) {
      case 'stream':
        this.#parser?.end()
        if (!this.#sawEvent && this.#options.contentType?.includes('event-stream') !== true)
          throw new MoaError(
            'invalid_response',
            `${this.#options.upstream} answered with what is neither JSON nor an event stream ` +
              `(content type ${quoted(this.#options.contentType)}); is the base URL right?`,
            { retryable: true },
          )
        this.#decoder?.end()
        return
      case 'json':
        this.#json()
        return
      case 'undecided':
        throw new MoaError(
          'incomplete_stream',
          `${this.#options.upstream} answered with an empty body instead of a chat completion.`,
          { retryable: true },
        )
    }
  }

  /** @returns the answer's bytes, from the first that says something */
  #decide(chunk: Buffer): Buffer {
    const start = chunk.findIndex((byte) => !NO_CONTENT.has(byte))
    if (start === -1) return chunk
    switch (String.fromCharCode(chunk[start] as number)) {
      case '{':
      case '[':
        this.#mode = 'json'
        break
      case '<':
        throw new MoaError(
          'invalid_response',
          `${this.#options.upstream} answered with an HTML page instead of a chat completion ` +
            `(content type ${quoted(this.#options.contentType)}); is the base URL right?`,
          { retryable: true },
        )
      default:
        this.#mode = 'stream'
        this.#decoder = new ChunkDecoder(this.#options)
        this.#parser = new SseParser((data, event) => this.#event(data, event))
    }
    return start === 0 ? chunk : chunk.subarray(start)
  }

  #event(data: string, event: string): void {
    this.#sawEvent = true
    if (event === 'error') this.#errorEvent(data)
    this.#decoder?.data(data)
  }

  /** Some servers send errors under an event name, without an `error` field. */
  #errorEvent(data: string): void {
    let body: unknown = data
    try {
      body = JSON.parse(data)
    } catch {
      // The text itself is the message then.
    }
    throw decodeError({
      upstream: this.#options.upstream,
      body: readErrorBody(body) ?? { message: typeof body === 'string' ? body : '' },
    })
  }

  /** Nearly every chunk ends between two characters, where the plain decoder is several times faster. */
  #text(chunk: Buffer): string {
    const whole = (chunk[chunk.length - 1] as number) < 0x80
    if (whole && !this.#split) return chunk.toString('utf8')
    this.#split = !whole
    this.#utf8 ??= new StringDecoder('utf8')
    return this.#utf8.write(chunk)
  }

  #hold(chunk: Buffer): void {
    this.#bodyBytes += chunk.length
    if (this.#bodyBytes > MAX_BODY_BYTES)
      throw new MoaError(
        'invalid_response',
        `${this.#options.upstream} sent a JSON answer of more than ${MAX_BODY_BYTES} bytes; giving up on it.`,
      )
    this.#body.push(chunk)
  }

  #json(): void {
    const text = (this.#body.length === 1 ? (this.#body[0] as Buffer) : Buffer.concat(this.#body)).toString(
      'utf8',
    )
    this.#body = []
    let body: unknown
    try {
      body = JSON.parse(text)
    } catch {
      throw new MoaError(
        'invalid_response',
        `${this.#options.upstream} sent ${text.length} characters that begin like JSON but are not ` +
          `(content type ${quoted(this.#options.contentType)}); expected a chat completion.`,
        { retryable: true },
      )
    }
    const { upstream, model } = this.#options
    const onReported = (reported: Reported): void => void (this.#reported = reported)
    const { events } = decodeResponse(body, { upstream, model, onReported })
    for (const event of events) this.#options.emit(event)
  }
}

const quoted = (value: string | undefined): string =>
  value === undefined ? 'none' : `"${value.slice(0, 60).replace(/[^\x20-\x7e]/g, '?')}"`
