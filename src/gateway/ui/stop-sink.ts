import type { ReplySink } from '../http/exchange.js'

/** Takes a reply that nobody reads, because pages read events; hanging up is how a run is stopped. */
export class StopSink implements ReplySink {
  /** Resolves when the run begins. */
  readonly begun: Promise<void>
  stopped = false
  #begin: () => void = () => {}
  #hangUp: (() => void) | undefined

  constructor() {
    this.begun = new Promise((resolve) => (this.#begin = resolve))
  }

  stop(): void {
    this.stopped = true
    this.#hangUp?.()
  }

  onGone(callback: () => void): void {
    this.#hangUp = callback
    this.#begin()
  }

  send(): void {}
  begin(): void {}
  write(): undefined {}
  end(): void {}
  destroy(): void {}
}
