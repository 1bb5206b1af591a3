import { errorInfo } from '../../../core/errors.js'
import { oneLine } from '../../terminal/sanitize.js'
import type { Workspace } from '../../workspace/open.js'
import type { Reach } from './types.js'

/** How old an answer may be before pages that look ask again. */
const FRESH_MS = 60_000

/** Which providers can be reached: asked for their models, which costs nothing, and only while somebody looks. */
export class Reachability {
  readonly #now: () => number
  #of: Workspace | undefined
  #found = new Map<string, Reach>()
  #askedAt = -Infinity
  #asking: Promise<void> | undefined

  constructor(now: () => number) {
    this.#now = now
  }

  get asking(): boolean {
    return this.#asking !== undefined
  }

  of(provider: string): Reach | undefined {
    return this.#found.get(provider)
  }

  /** Asks all providers, unless that was done a moment ago or is being done. */
  refresh(workspace: Workspace, signal: AbortSignal, { force = false } = {}): void {
    if (this.#of !== workspace) {
      this.#of = workspace
      this.#found = new Map()
      this.#askedAt = -Infinity
    }
    if (this.#asking || (!force && this.#now() - this.#askedAt < FRESH_MS)) return
    this.#askedAt = this.#now()
    this.#asking = this.#ask(workspace, signal).finally(() => (this.#asking = undefined))
  }

  async #ask(workspace: Workspace, signal: AbortSignal): Promise<void> {
    await Promise.all(
      workspace.providers.names
        .filter((name) => name !== 'sim')
        .map(async (name) => {
          const reach = await this.#reachOf(workspace, name, signal)
          if (this.#of === workspace && !signal.aborted) this.#found.set(name, reach)
        }),
    )
  }

  async #reachOf({ providers }: Workspace, name: string, signal: AbortSignal): Promise<Reach> {
    const at = this.#now()
    try {
      const result = await providers.probe(name, { signal })
      if (result.ok) return { ok: true, latencyMs: result.latencyMs, at, models: result.models.length }
      return { ok: false, latencyMs: result.latencyMs, at, message: oneLine(result.error.message) }
    } catch (error) {
      return { ok: false, latencyMs: 0, at, message: oneLine(errorInfo(error).message) }
    }
  }
}
