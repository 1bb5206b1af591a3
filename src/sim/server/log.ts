import { createHash } from 'node:crypto'
import { closeSync, openSync, writeSync } from 'node:fs'
import { MoaError, type Message } from '../../core/index.js'
import type { Clock } from '../../util/index.js'

/**
 * How a request ended. `completed`: the whole answer was sent. `client-left`: the client closed the connection
 * first. `fault:…`: the fault of that name struck. `rejected`: the request was wrong (400, 401, 404). `server-closed`:
 * the simulator was stopped.
 */
export type SimOutcome = 'completed' | 'client-left' | 'rejected' | 'server-closed' | `fault:${string}`

/** One settled request. */
export interface SimLogEntry {
  /** The `x-request-id` it was answered with. */
  readonly id: string
  /** When it came, in milliseconds since the epoch. */
  readonly at: number
  /** As it was asked for. */
  readonly model: string
  /** Counts the calls to this model, from 1; 0 for a rejected request. */
  readonly call: number
  /** Left out when bodies are not kept, or too many are kept already. */
  readonly messages?: readonly Message[]
  /** SHA-256 of the messages as JSON, the first 16 hexadecimal digits. */
  readonly promptHash: string
  readonly stream: boolean
  /** Tokens of the prompt; 0 when an error came instead of an answer. */
  readonly promptTokens: number
  /** Tokens handed to the connection, reasoning and tool arguments included. */
  readonly completionTokensServed: number
  readonly charactersServed: number
  /** Stream events that carried a piece of the answer. */
  readonly chunksServed: number
  readonly outcome: SimOutcome
  /** Milliseconds from the request to the client's leaving. */
  readonly clientLeftAtMs?: number
  readonly durationMs: number
  /** The first characters of the key that came with it, never more than a third of it. */
  readonly apiKeyPrefix?: string
}

/** How much of the requests is kept, and where. */
export interface SimLogOptions {
  /** Entries kept, the newest. Default 10 000. */
  readonly logLimit?: number
  /** Keep messages. Default true. */
  readonly keepBodies?: boolean
  /** Characters of messages kept at most; further entries have only their hash. Default 16 Mi. */
  readonly keepCharacters?: number
  /** Appends each settled request as a line of JSON, without its messages. */
  readonly logFile?: string
}

/** What is known of a request when it comes. */
export interface Arrival {
  readonly id: string
  readonly at: number
  readonly model: string
  readonly call: number
  readonly messages?: readonly Message[]
  readonly promptHash: string
  readonly stream: boolean
  readonly promptTokens: number
  readonly apiKeyPrefix?: string
}

/** What is known when it ends. */
export type Departure = Pick<
  SimLogEntry,
  'outcome' | 'completionTokensServed' | 'charactersServed' | 'chunksServed'
> & { readonly clientLeft?: boolean; readonly promptTokens?: number }

/** A request in flight; it is settled once, however often that is tried. */
export interface OpenEntry {
  readonly settled: boolean
  settle(departure: Departure): void
}

/** Who asked for what and what came of it: a bounded list of settled requests. */
export class SimLog {
  readonly #clock: Clock
  readonly #limit: number
  readonly #keepBodies: boolean
  readonly #keepCharacters: number
  readonly #file: number | undefined
  #entries: SimLogEntry[] = []
  #kept = 0
  #dropped = 0
  #inFlight = 0
  #idle: (() => void)[] = []

  constructor(clock: Clock, options: SimLogOptions = {}) {
    this.#clock = clock
    this.#limit = options.logLimit ?? 10_000
    this.#keepBodies = options.keepBodies ?? true
    this.#keepCharacters = options.keepCharacters ?? 16 * 1024 * 1024
    this.#file = options.logFile === undefined ? undefined : openLogFile(options.logFile)
  }

  /** Settled requests, oldest first. */
  get entries(): readonly SimLogEntry[] {
    return this.#entries
  }

  /** Settled requests that no longer fit. */
  get dropped(): number {
    return this.#dropped
  }

  get inFlight(): number {
    return this.#inFlight
  }

  open(arrival: Arrival): OpenEntry {
    this.#inFlight += 1
    let settled = false
    return {
      get settled() {
        return settled
      },
      settle: ({ clientLeft, ...departure }) => {
        if (settled) return
        settled = true
        const durationMs = this.#clock.now() - arrival.at
        const left = clientLeft === true ? { clientLeftAtMs: durationMs } : {}
        this.#append({ ...arrival, ...departure, ...left, durationMs })
        this.#inFlight -= 1
        if (this.#inFlight === 0) this.#tellIdle()
      },
    }
  }

  /** Resolves when no request is in flight. */
  idle(): Promise<void> {
    if (this.#inFlight === 0) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  clear(): void {
    this.#entries = []
    this.#kept = 0
    this.#dropped = 0
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
  }

  #append(entry: SimLogEntry): void {
    const { messages, ...bare } = entry
    // One write per line: whoever reads the file never sees half of one from a killed process.
    if (this.#file !== undefined) writeSync(this.#file, `${JSON.stringify(bare)}\n`)
    const size = messages === undefined ? 0 : sizeOf(messages)
    const keep = this.#keepBodies && this.#kept + size <= this.#keepCharacters
    if (keep) this.#kept += size
    this.#entries.push(keep ? entry : bare)
    // Thrown out in batches, because shifting a long list for each entry would cost more than the request.
    if (this.#entries.length >= this.#limit * 1.25 + 1) this.#shrink()
  }

  #shrink(): void {
    const gone = this.#entries.splice(0, this.#entries.length - this.#limit)
    this.#dropped += gone.length
    for (const entry of gone) if (entry.messages) this.#kept -= sizeOf(entry.messages)
  }

  #tellIdle(): void {
    const waiting = this.#idle
    this.#idle = []
    for (const resolve of waiting) resolve()
  }
}

function openLogFile(path: string): number {
  try {
    return openSync(path, 'a')
  } catch (error) {
    throw new MoaError('file_unreadable', `The log file ${path} can't be opened for writing.`, {
      cause: error,
    })
  }
}

function sizeOf(messages: readonly Message[]): number {
  let size = 0
  for (const { content } of messages) {
    if (typeof content === 'string') size += content.length
    else for (const part of content ?? []) size += JSON.stringify(part).length
  }
  return size
}

/** What the log knows a prompt by when it does not keep it. */
export function hashMessages(messages: readonly Message[]): string {
  return createHash('sha256').update(JSON.stringify(messages)).digest('hex').slice(0, 16)
}

/** Enough of a key to tell two apart, too little to use. */
export function keyPrefix(key: string | undefined): { apiKeyPrefix?: string } {
  return key === undefined
    ? {}
    : { apiKeyPrefix: `${key.slice(0, Math.min(6, Math.floor(key.length / 3)))}…` }
}
