import { MoaError } from '../core/index.js'

/** Longest event the parser holds in memory, in UTF-16 units. */
const MAX_EVENT_LENGTH = 32 * 1024 * 1024

/**
 * Reads server-sent events (WHATWG HTML, section "Interpreting an event stream") from text that arrives in any
 * pieces: LF, CRLF and CR line ends, comments, several `data:` lines, a byte order mark.
 *
 * `onEvent` gets the data and the event's name (empty when none was given). Comments and events without data go
 * to `onComment`, which only tells that the other side is alive.
 */
export class SseParser {
  readonly #onEvent: (data: string, event: string) => void
  readonly #onComment: (() => void) | undefined
  /** Pieces of a line whose end has not come yet. Joined once, so a long line costs linear time. */
  #pieces: string[] = []
  #held = 0
  #data: string | undefined
  #event = ''
  #skipLineFeed = false
  #started = false

  constructor(onEvent: (data: string, event: string) => void, onComment?: () => void) {
    this.#onEvent = onEvent
    this.#onComment = onComment
  }

  /** @throws {@link MoaError} `invalid_response` when one event grows beyond 32 Mi characters. */
  feed(text: string): void {
    let start = 0
    if (!this.#started && text.length > 0) {
      this.#started = true
      if (text.charCodeAt(0) === 0xfeff) start = 1
    }
    if (this.#skipLineFeed && start < text.length) {
      this.#skipLineFeed = false
      if (text.charCodeAt(start) === 10) start += 1
    }
    // Almost no server uses CR. The two loops are apart because V8 moves the search into a loop that uses its result,
    // where it is done for every line: ten times slower.
    if (text.includes('\r', start)) this.#anyLines(text, start)
    else this.#plainLines(text, start)
  }

  /** Lines that end in LF: one search each. */
  #plainLines(text: string, from: number): void {
    let start = from
    while (start < text.length) {
      const end = text.indexOf('\n', start)
      if (end === -1) {
        this.#hold(start === 0 ? text : text.slice(start))
        return
      }
      this.#line(text, start, end)
      start = end + 1
    }
  }

  /** Lines that end in LF, CRLF or CR. */
  #anyLines(text: string, from: number): void {
    let start = from
    let carriage = text.indexOf('\r', start)
    while (start < text.length) {
      const feed = text.indexOf('\n', start)
      if (carriage < start) carriage = text.indexOf('\r', start)
      if (carriage === -1) {
        this.#plainLines(text, start)
        return
      }
      const returns = feed === -1 || carriage < feed
      this.#line(text, start, returns ? carriage : feed)
      start = (returns ? carriage : feed) + 1
      if (!returns) continue
      if (start === text.length) this.#skipLineFeed = true
      else if (text.charCodeAt(start) === 10) start += 1
    }
  }

  /** The text has ended. An event that only lacks its final blank line is delivered. */
  end(): void {
    if (this.#pieces.length > 0) this.#line('', 0, 0)
    this.#dispatch()
  }

  #hold(piece: string): void {
    this.#held += piece.length
    this.#pieces.push(piece)
    this.#checkLength()
  }

  #append(value: string): void {
    if (this.#data === undefined) {
      this.#data = value
      return
    }
    this.#data = `${this.#data}\n${value}`
    this.#checkLength()
  }

  #checkLength(): void {
    if (this.#held + (this.#data?.length ?? 0) > MAX_EVENT_LENGTH)
      throw new MoaError(
        'invalid_response',
        `The upstream sent one event of more than ${MAX_EVENT_LENGTH} characters; giving up on this answer.`,
      )
  }

  #line(text: string, start: number, end: number): void {
    if (this.#pieces.length > 0) {
      this.#pieces.push(text.slice(start, end))
      const line = this.#pieces.join('')
      this.#pieces = []
      this.#held = 0
      this.#field(line, 0, line.length)
      return
    }
    if (start === end) this.#dispatch()
    else this.#field(text, start, end)
  }

  #field(text: string, start: number, end: number): void {
    if (start === end) {
      this.#dispatch()
      return
    }
    if (text.startsWith('data:', start)) {
      const from = text.charCodeAt(start + 5) === 32 && start + 5 < end ? start + 6 : start + 5
      this.#append(text.slice(from, end))
      return
    }
    if (text.charCodeAt(start) === 58) {
      this.#onComment?.()
      return
    }
    const line = text.slice(start, end)
    if (line === 'data') this.#append('')
    else if (line.startsWith('event:')) this.#event = line.slice(6).replace(/^ /, '')
  }

  #dispatch(): void {
    const data = this.#data
    const event = this.#event
    this.#data = undefined
    this.#event = ''
    if (data !== undefined && data !== '') this.#onEvent(data, event)
    else if (data !== undefined || event !== '') this.#onComment?.()
  }
}
