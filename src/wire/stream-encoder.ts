import type { AnswerEvent, ErrorInfo, FinishReason, Usage } from '../core/index.js'

/** How an answer ended, for the last piece of a stream. */
export interface StreamEnd {
  readonly reason: FinishReason
  readonly usage: Usage
  /** Fields of our own that go beside the format's. */
  readonly extension?: Readonly<Record<string, unknown>>
}

/**
 * Writes one streamed answer in a client's format. Every method returns the text to send next, which may be empty. The
 * order is `begin`, any number of `event` and `reasoning`, then either `finish` or `error`.
 */
export interface StreamEncoder {
  /** What can be said before anything is known of the answer. */
  begin(): string
  /** One event of the answer; `answer-start` and `finish` add nothing. */
  event(event: AnswerEvent): string
  /** Text that clients show as the model's thinking. */
  reasoning(text: string): string
  /** Keeps the connection alive; clients skip it. */
  keepAlive(): string
  finish(end: StreamEnd): string
  /** A failure after the stream began; nothing follows it. */
  error(error: ErrorInfo, extension?: Readonly<Record<string, unknown>>): string
}
