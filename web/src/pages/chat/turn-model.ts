import { signal, type Signal } from '@preact/signals'
import type { Turn, TurnMessage, TurnState } from '../../../../src/gateway/ui/conversation.js'
import { addToView, type RunView } from '../../../../src/gateway/ui/run-view.js'
import { followTurn } from './turn-stream.js'

/**
 * A turn as the page shows it. Its view changes in place; `version` rises at most once for each frame of the screen, and
 * whoever draws the view reads it.
 */
export class TurnModel {
  readonly version: Signal<number> = signal(0)
  readonly state: Signal<TurnState>
  /** Set while the connection to the gateway is lost. */
  readonly offline: Signal<boolean> = signal(false)
  #turn: Turn
  #leave: AbortController | undefined
  #scheduled = false
  /** When the run began, by this browser's clock. */
  #startedAt: number

  constructor(turn: Turn) {
    this.#turn = turn
    this.state = signal(turn.state)
    this.#startedAt = performance.now() - turn.view.elapsedMs
  }

  get turn(): Turn {
    return this.#turn
  }

  get id(): string {
    return this.#turn.id
  }

  get parent(): string | null {
    return this.#turn.parent
  }

  /** What is known of the run; subscribes to its changes. */
  get view(): RunView {
    void this.version.value
    return this.#turn.view
  }

  /** How long the run takes so far. */
  get elapsedMs(): number {
    return this.state.value === 'running' ? performance.now() - this.#startedAt : this.#turn.view.elapsedMs
  }

  /** Watches the run until it ends or the page leaves. */
  follow(): void {
    if (this.state.peek() !== 'running' || this.#leave !== undefined) return
    const leave = new AbortController()
    this.#leave = leave
    void followTurn(this.#turn, {
      signal: leave.signal,
      onMessage: (message) => this.#take(message),
      onConnection: (connected) => (this.offline.value = !connected),
    })
  }

  leave(): void {
    this.#leave?.abort()
    this.#leave = undefined
  }

  #take(message: TurnMessage): void {
    switch (message.type) {
      case 'snapshot':
        this.#turn = message.turn
        this.#startedAt = performance.now() - message.turn.view.elapsedMs
        break
      case 'events':
        for (const [at, event] of message.events) addToView(this.#turn.view, event, at)
        break
      case 'end':
        this.#turn = {
          ...this.#turn,
          state: message.state,
          ...(message.error && { error: message.error }),
        }
        this.#leave = undefined
        this.state.value = message.state
        break
    }
    this.#schedule()
  }

  /** Pages in the background get no frames, but their state has to go on. */
  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    const draw = (): void => {
      this.#scheduled = false
      this.version.value += 1
    }
    if (document.hidden) setTimeout(draw, 200)
    else requestAnimationFrame(draw)
  }
}
