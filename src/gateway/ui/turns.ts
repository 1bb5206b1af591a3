import { randomUUID } from 'node:crypto'
import { MoaError, errorInfo, toMoaError, type MoaError as Failure } from '../../core/index.js'
import { checkAllowed } from '../access/admission.js'
import type { Gateway, Visit } from '../gateway.js'
import { checkReady, runJob } from '../run/answer-request.js'
import type { RunObserver } from '../run/observer.js'
import type { RunOutcome } from '../run/run.js'
import { chatSurface } from '../run/surface.js'
import type { Conversation, Turn, TurnOrder, TurnState } from './conversation.js'
import type { Conversations } from './conversations.js'
import { LiveTurn } from './live-turn.js'
import { emptyRunView } from './run-view.js'
import { StopSink } from './stop-sink.js'
import { chatBody, pathTo } from './turn-order.js'

/** How often a turn under way is written down: the most that is lost when the process is killed. */
const SAVE_MS = 2_000
const TITLE_LENGTH = 80

interface Running {
  readonly live: LiveTurn
  readonly sink: StopSink
}

/** What asks for a turn, and in whose name. */
export interface Asking {
  readonly gateway: Gateway
  readonly visit: Visit
  readonly owner: string
  /** Absent: a new conversation begins. */
  readonly conversation: string | undefined
  readonly order: TurnOrder
  /** Instructions of a new conversation. */
  readonly system?: string
}

/** The turns under way and those that are over. Runs go through the same gates as requests of the API. */
export class Turns {
  readonly #conversations: Conversations
  readonly #running = new Map<string, Running>()

  constructor(conversations: Conversations) {
    this.#conversations = conversations
  }

  /** A turn as it is now; one that nobody works on any more was interrupted. */
  current(turn: Turn): Turn {
    if (turn.state !== 'running') return turn
    return this.#running.get(turn.id)?.live.turn ?? { ...turn, state: 'interrupted' }
  }

  /** The turn under way of an id. */
  live(id: string): LiveTurn | undefined {
    return this.#running.get(id)?.live
  }

  /** Whether there was anything to stop. */
  stop(id: string): boolean {
    const running = this.#running.get(id)
    running?.sink.stop()
    return running !== undefined
  }

  /** Stops all turns of a conversation, which is about to be deleted. */
  stopAll(conversation: string): void {
    for (const { live, sink } of this.#running.values())
      if (live.turn.conversation === conversation) sink.stop()
  }

  /**
   * Begins a turn. Its answer is written on whether anybody watches or not.
   *
   * @throws {@link MoaError} when there can be no run: a request that is wrong, a key that does not allow it
   */
  async start(asking: Asking): Promise<{ readonly conversation: Conversation; readonly turn: Turn }> {
    const { gateway, owner, order, visit } = asking
    checkReady(gateway)
    checkAllowed(visit.key, order.model, undefined)
    const { simulated } = await gateway.targets.find(order.model)
    const { conversation, path } = this.#place(asking)
    const runId = `run_${randomUUID()}`
    const turn: Turn = {
      id: this.#conversations.newTurnId(),
      conversation: conversation.id,
      parent: order.parent,
      at: Math.floor(gateway.clock.now()),
      model: order.model,
      ...(simulated === true && { simulated }),
      question: order.question,
      state: 'running',
      view: { ...emptyRunView(), runId },
    }
    const live = new LiveTurn(turn, gateway.clock)
    const sink = new StopSink()
    const body = chatBody(order, { path, system: conversation.system })
    const watcher = watcherOf(live)
    const run = runJob({ gateway, visit, surface: chatSurface, sink, watcher, runId }, body)
    // Either the run begins, or it says why not.
    await Promise.race([sink.begun, run])
    this.#running.set(turn.id, { live, sink })
    this.#conversations.put(owner, conversation)
    this.#conversations.putTurn(owner, turn)
    void this.#follow(run, { asking, live, sink })
    return { conversation, turn }
  }

  #place({ owner, conversation: id, order, system }: Asking): {
    readonly conversation: Conversation
    readonly path: readonly Turn[]
  } {
    if (id === undefined) {
      if (order.parent !== null)
        throw new MoaError('invalid_request', 'parent: a new conversation has no turn to go on from.')
      const conversation = this.#conversations.create(titleOf(order))
      return { conversation: system === undefined ? conversation : { ...conversation, system }, path: [] }
    }
    const { turns, ...conversation } = this.#conversations.withTurns(owner, id)
    return { conversation, path: pathTo(order.parent, turns) }
  }

  /** Writes a turn down from time to time, and when it has ended. */
  async #follow(
    run: Promise<RunOutcome>,
    { asking: { gateway, owner }, live, sink }: { asking: Asking; live: LiveTurn; sink: StopSink },
  ): Promise<void> {
    let cancel = (): void => {}
    const save = (): void => {
      this.#conversations.putView(owner, live.turn)
      cancel = gateway.clock.after(SAVE_MS, save)
    }
    cancel = gateway.clock.after(SAVE_MS, save)
    let failure: Failure | undefined
    try {
      failure = (await run).error
    } catch (thrown) {
      failure = toMoaError(thrown)
    }
    cancel()
    const state = stateOf(failure, sink)
    const error = failure === undefined || state === 'stopped' ? undefined : told(failure)
    this.#conversations.putTurn(owner, { ...live.turn, state, ...(error && { error }) })
    this.#running.delete(live.turn.id)
    live.end(state, error)
  }
}

function stateOf(failure: Failure | undefined, sink: StopSink): TurnState {
  if (failure === undefined) return 'done'
  if (failure.code === 'shutting_down') return 'interrupted'
  return sink.stopped ? 'stopped' : 'failed'
}

function told(failure: Failure): NonNullable<Turn['error']> {
  const { code, message } = errorInfo(failure)
  return { code, message: code === 'internal' ? 'The gateway failed; its log says why.' : message }
}

function watcherOf(live: LiveTurn): RunObserver {
  return {
    event: (event) => {
      // Calls are told of below, those of single models too.
      if (event.type !== 'call-settled') live.add(event)
    },
    answer: (event) => live.add(event),
    call: (call) => live.add({ type: 'call-settled', call }),
    end() {},
  }
}

function titleOf({ question: { text, attachments } }: TurnOrder): string {
  const line = text.trim().split('\n', 1)[0] ?? ''
  const title = line === '' ? (attachments[0]?.name ?? '') : line
  return title.length <= TITLE_LENGTH ? title : `${title.slice(0, TITLE_LENGTH - 1)}…`
}
