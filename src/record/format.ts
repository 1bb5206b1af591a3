import type { ChatRequest, ErrorInfo, Finish, SlotRef, Tape } from '../core/index.js'

/** Version of the format; a reader refuses a newer one. */
export const RECORD_VERSION = 1

/** First line of a recording. */
export interface RecordHeader {
  readonly type: 'recording'
  readonly version: number
  /** What wrote it. */
  readonly generator: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** A run has begun. */
export interface RunLine {
  readonly type: 'run'
  readonly run: string
  readonly at: number
  readonly recipe: string
  /** The recipe as plain data, so that the file alone can be replayed; absent for a single model. */
  readonly definition?: unknown
  readonly request: ChatRequest
}

/** A call of a model has ended. */
export interface CallLine {
  readonly type: 'call'
  /** Absent for a call outside any run. */
  readonly run?: string
  readonly at: number
  /** The model's address. */
  readonly model: string
  readonly slot?: SlotRef
  readonly request: ChatRequest
  readonly tape: Tape
}

/** A run has ended. */
export interface EndLine {
  readonly type: 'end'
  readonly run: string
  readonly durationMs: number
  readonly finish?: Finish
  readonly error?: ErrorInfo
}

/**
 * One line of a recording, as JSON. Lines appear when what they tell of ended, so calls of several runs may be mixed
 * and a run that was killed has no `end`. Headers of HTTP requests, and with them keys, are never part of it.
 */
export type RecordLine = RecordHeader | RunLine | CallLine | EndLine
