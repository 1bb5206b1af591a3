import type { MoaError } from '../../core/index.js'

/** A run that can be ended from outside. */
export interface LiveRun {
  /** Absent without keys. */
  readonly keyId: string | undefined
  /** The recipe or model that was asked for. */
  readonly model: string
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  abort(reason: MoaError): void
}

/** The runs under way. */
export class LiveRuns {
  readonly #runs = new Set<LiveRun>()
  readonly #byKey = new Map<string, number>()
  #idle: (() => void)[] = []

  get size(): number {
    return this.#runs.size
  }

  /** Keys with runs under way. */
  get keys(): readonly string[] {
    return [...this.#byKey.keys()]
  }

  /** The runs themselves, oldest first. */
  get all(): readonly LiveRun[] {
    return [...this.#runs]
  }

  ofKey(keyId: string): number {
    return this.#byKey.get(keyId) ?? 0
  }

  /** @returns takes it out again */
  add(run: LiveRun): () => void {
    this.#runs.add(run)
    this.#count(run.keyId, 1)
    return () => {
      if (!this.#runs.delete(run)) return
      this.#count(run.keyId, -1)
      if (this.#runs.size > 0) return
      for (const resolve of this.#idle.splice(0)) resolve()
    }
  }

  abort(reason: MoaError, keyId?: string): void {
    for (const run of [...this.#runs]) if (keyId === undefined || run.keyId === keyId) run.abort(reason)
  }

  /** Resolves when none is under way. */
  idle(): Promise<void> {
    return this.#runs.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#idle.push(resolve))
  }

  #count(keyId: string | undefined, by: 1 | -1): void {
    if (keyId === undefined) return
    const count = this.ofKey(keyId) + by
    if (count === 0) this.#byKey.delete(keyId)
    else this.#byKey.set(keyId, count)
  }
}
