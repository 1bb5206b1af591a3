import { RunTracer, watched, withOnCall, wrapModel } from '../core/index.js'
import type { Model, RunTrace } from '../core/index.js'
import type { Records, Store } from '../store/index.js'
import { systemClock, type Clock } from '../util/index.js'

/** What may stay in a history. */
export interface Retention {
  /** Default 30. */
  readonly keepDays: number
  /** Default 1000. */
  readonly keepRuns: number
  /** Of all runs together, as stored. Default 64 MiB. */
  readonly maxBytes: number
}

export const DEFAULT_RETENTION: Retention = { keepDays: 30, keepRuns: 1000, maxBytes: 64 * 1024 * 1024 }

export interface RunHistoryOptions {
  readonly retention?: Partial<Retention>
  /** Also keep what was asked and answered. Default false. */
  readonly content?: boolean
  /** Takes secrets out of what is kept. Default: nothing. */
  readonly redact?: (text: string) => string
  /** Told once when runs can't be kept; no further ones are then. Default: nobody. */
  readonly onFailure?: (error: unknown) => void
  /**
   * How long runs that have ended are held back to be written together, in milliseconds. What is held back is lost when
   * the process is killed. Default 0.
   */
  readonly holdMs?: number
  /** Loads what opening the store needs, once, when the first run has ended: until then nobody has to wait for it. */
  readonly load?: () => Promise<void>
  readonly clock?: Clock
}

/** What a model's runs are called in a history. */
export interface RunOrigin {
  /** Who asks: `cli`, `gateway`, or what a program calls itself. */
  readonly source: string
  /** Simulated models take part. */
  readonly simulated?: boolean
}

/** Which runs are meant. */
export interface RunFilter {
  readonly recipe?: string
  /** Begun at or after this time, in milliseconds since the epoch. */
  readonly since?: number
  /** Begun before this time. */
  readonly before?: number
  /** `failed` counts aborted ones too. */
  readonly only?: 'failed' | 'degraded'
  readonly limit?: number
}

const NAMESPACE = 'runs'
const DAY_MS = 24 * 60 * 60 * 1000
/** Runs written between two looks at what has to go. */
const WRITES_PER_PRUNE = 100

/**
 * The runs of an installation, kept in a store. Keeping one never fails or delays an answer: a store that can't be
 * written ends the history and is told once.
 */
export class RunHistory {
  readonly #open: () => Store
  readonly #options: RunHistoryOptions
  readonly #clock: Clock
  #store: Store | undefined
  #held: RunTrace[] = []
  #cancel: (() => void) | undefined
  #writes = 0
  #failed = false
  #loaded: boolean
  #loading: Promise<void> | undefined

  /** @param open opens the store; called when the first run has ended, or when runs are read */
  constructor(open: () => Store, options: RunHistoryOptions = {}) {
    this.#open = open
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#loaded = options.load === undefined
  }

  /** Resolves when runs can be read. @throws what `load` throws */
  async ready(): Promise<void> {
    this.#loading ??= this.#options.load?.()
    await this.#loading
    this.#loaded = true
  }

  /** The same model, with every run of it kept. */
  observe(model: Model, { source, simulated = false }: RunOrigin): Model {
    const now = (): number => this.#clock.now()
    const stream: Model['stream'] = (request, options) => {
      const id = options.runId ?? `run_${globalThis.crypto.randomUUID()}`
      const content = this.#options.content === true
      let tracer: RunTracer | undefined
      const traced = withOnCall(options, (call) => {
        tracer?.call(call)
        options.onCall?.(call)
      })
      return watched(() => model.stream(request, Object.assign(traced, { runId: id })), {
        start: () =>
          (tracer = new RunTracer({ id, recipe: model.id, source, request, simulated, content, now })),
        event: (event) => tracer?.event(event),
        end: (end) => {
          if (tracer) this.add(tracer.end(end))
        },
      })
    }
    return wrapModel(model, stream, { passesScope: true })
  }

  /** Keeps a run, now or a little later. Never throws. */
  add(trace: RunTrace): void {
    if (this.#failed) return
    this.#held.push(trace)
    const { holdMs = 0 } = this.#options
    if (holdMs === 0) this.flush()
    else this.#cancel ??= this.#clock.after(holdMs, () => this.flush())
  }

  /** Writes what is held back, at once when the store is loaded. Never throws. */
  flush(): void {
    this.#cancel?.()
    this.#cancel = undefined
    if (!this.#loaded) {
      this.ready().then(
        () => this.flush(),
        (error: unknown) => this.#fail(error),
      )
      return
    }
    const traces = this.#held.splice(0)
    if (traces.length === 0 || this.#failed) return
    try {
      this.#write(traces)
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    if (this.#failed) return
    this.#failed = true
    this.#options.onFailure?.(error)
  }

  #write(traces: readonly RunTrace[]): void {
    const records = this.#records()
    this.#opened().transaction(() => {
      for (const trace of traces) records.set(keyOf(trace), this.#clean(trace))
    })
    const before = Math.floor(this.#writes / WRITES_PER_PRUNE)
    const first = this.#writes === 0
    this.#writes += traces.length
    if (first || Math.floor(this.#writes / WRITES_PER_PRUNE) > before) this.prune()
  }

  #clean(trace: RunTrace): RunTrace {
    const { redact } = this.#options
    return redact ? (JSON.parse(redact(JSON.stringify(trace))) as RunTrace) : trace
  }

  /** Runs that are meant, newest first. @throws {@link MoaError} when the store can't be read */
  *list(filter: RunFilter = {}): Generator<RunTrace> {
    const { since, before, limit = Infinity } = filter
    const range = {
      ...(since !== undefined && { from: timeKey(since) }),
      ...(before !== undefined && { before: timeKey(before) }),
    }
    let found = 0
    for (const { value } of this.#records().scan({ ...range, reverse: true })) {
      if (found >= limit) return
      if (!isMeant(value, filter)) continue
      found += 1
      yield value
    }
  }

  /** Runs whose id begins so, with or without `run_`, newest first; `last` is the newest of all. */
  find(id: string): RunTrace[] {
    if (id === 'last') return [...this.list({ limit: 1 })]
    const found: RunTrace[] = []
    for (const trace of this.list()) {
      if (trace.id === id) return [trace]
      if (trace.id.startsWith(id) || trace.id.replace(/^run_/, '').startsWith(id)) found.push(trace)
    }
    return found
  }

  /** Forgets runs; returns how many there were. */
  delete(traces: Iterable<Pick<RunTrace, 'at' | 'id'>>): number {
    const keys = [...traces].map(keyOf)
    const records = this.#records()
    return this.#opened().transaction(() => keys.filter((key) => records.delete(key)).length)
  }

  /** Forgets what is too old, then the oldest until the rest fits; returns how many went. */
  prune(): number {
    const { keepDays, keepRuns, maxBytes } = { ...DEFAULT_RETENTION, ...this.#options.retention }
    return this.#records().prune({ maxAgeMs: keepDays * DAY_MS, maxCount: keepRuns, maxBytes })
  }

  /** Writes what is held back and closes the store. */
  async close(): Promise<void> {
    if (this.#held.length > 0) await this.ready().catch((error: unknown) => this.#fail(error))
    this.flush()
    this.#store?.close()
    this.#store = undefined
  }

  #opened(): Store {
    return (this.#store ??= this.#open())
  }

  #records(): Records<RunTrace> {
    return this.#opened().records<RunTrace>(NAMESPACE)
  }
}

/** Orders by time; thirteen digits last until the year 2286. */
const timeKey = (ms: number): string => String(Math.max(0, Math.floor(ms))).padStart(13, '0')

const keyOf = ({ at, id }: Pick<RunTrace, 'at' | 'id'>): string => `${timeKey(at)} ${id}`

function isMeant(trace: RunTrace, { recipe, only }: RunFilter): boolean {
  if (recipe !== undefined && trace.recipe !== recipe) return false
  if (only === 'failed') return trace.outcome !== 'finished' || trace.finishReason === 'error'
  return only !== 'degraded' || trace.degraded.length > 0
}
