import type { ChatRequest, ErrorInfo, Finish, ModelEvent, SlotRef, Tape } from '../core/index.js'

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

/** What a run was made of, as plain data, so that the file alone can be played again with changes. */
export interface RunSource {
  /** The recipe; absent for a single model. */
  readonly definition?: unknown
  /** Recipes it uses as slots, and those that these use. */
  readonly recipes?: Readonly<Record<string, unknown>>
  /** Renamed models: what the recipes say → who was asked. */
  readonly renames?: Readonly<Record<string, string>>
}

/** A run has begun. */
export interface RunLine extends RunSource {
  readonly type: 'run'
  readonly run: string
  readonly at: number
  /** The recipe's name, or a single model's address. */
  readonly recipe: string
  readonly request: ChatRequest
}

/** The next events of a run; the text of proposals while they are written is found in their calls. */
export interface EventsLine {
  readonly type: 'events'
  readonly run: string
  /** Milliseconds since the run began, and what came then. */
  readonly events: readonly (readonly [number, ModelEvent])[]
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
export type RecordLine = RecordHeader | RunLine | EventsLine | CallLine | EndLine
