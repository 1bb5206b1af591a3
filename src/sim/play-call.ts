import { costOf, type ChatRequest, type ModelEvent, type Price, type StreamOptions } from '../core/index.js'
import { abortReason, sleep, systemClock, type Clock } from '../util/index.js'
import type { Answer, Unit } from './answer.js'
import { CallLedger } from './call-ledger.js'
import { faultError } from './fault-error.js'
import { piecesBefore, type Fault } from './fault.js'
import { joinUnits } from './join-units.js'
import type { SimName } from './name.js'
import type { SimCall, Simulation } from './simulation.js'

/** How long a client waits for a silent upstream before it gives up, in milliseconds. */
export interface SimPatience {
  /** For the headers, when streaming. Default 120 s. */
  readonly headersMs?: number
  /** For the first token, when streaming. Default 300 s. */
  readonly firstTokenMs?: number
  /** Between tokens, when streaming. Default 120 s. */
  readonly stallMs?: number
  /** For an answer that is not streamed. Default 600 s. */
  readonly overallMs?: number
}

const PATIENCE: Required<SimPatience> = {
  headersMs: 120_000,
  firstTokenMs: 300_000,
  stallMs: 120_000,
  overallMs: 600_000,
}

/** What a call in process is played with. */
export interface PlayOptions {
  /** Default the system's. */
  readonly clock?: Clock
  /** When a fault that hangs turns into the error a client throws. */
  readonly patience?: SimPatience
  /** Default unknown. */
  readonly price?: Price
}

interface Play {
  readonly simulation: Simulation
  readonly name: SimName
  readonly request: ChatRequest
  readonly options: PlayOptions
  readonly stream: StreamOptions
  /** Told when the call begins and when it ends. */
  readonly count: (change: 1 | -1) => void
}

/** Aborts a call whose reader has left. */
export const LEFT = Symbol('left')

/** One call in process, from its first wait to its end. The call is counted and settled here. */
export async function* playCall(play: Play): AsyncGenerator<ModelEvent, void> {
  const { simulation, name, options, stream } = play
  const { signal } = stream
  if (signal.aborted) throw abortReason(signal)
  const call = simulation.begin(name)
  play.count(1)
  const ledger = new CallLedger({
    model: name.text,
    clock: options.clock ?? systemClock,
    price: options.price,
    onCall: stream.onCall,
  })
  try {
    yield* stream.delivery === 'whole' ? whole(play, call, ledger) : pieceByPiece(play, call, ledger)
  } catch (error) {
    if (signal.aborted) ledger.abort(error === LEFT ? undefined : error)
    else ledger.fail(error)
    throw error
  } finally {
    play.count(-1)
    // Does nothing unless the reader left.
    ledger.abort()
  }
}

async function* pieceByPiece(
  play: Play,
  call: SimCall,
  ledger: CallLedger,
): AsyncGenerator<ModelEvent, void> {
  const { fault } = call
  const wait = waiting(play)
  const answer = await open(play, call, ledger)
  if (fault === undefined || !startsSilent(fault)) await wait(call.first())
  const count = piecesBefore(fault, answer.units.length)
  for (let index = 0; index < count; index += 1) {
    if (index > 0) await wait(call.pace())
    ledger.piece()
    ledger.reported = call.behaviour.usage === 'every-chunk'
    if (index === 0) {
      yield start(play, ledger)
      throwIfAborted(play)
    }
    yield answer.units[index] as Unit
    throwIfAborted(play)
  }
  await strike(play, call, ledger)
  if (count === 0) yield start(play, ledger)
  throwIfAborted(play)
  yield finish(answer, call, ledger)
}

/** The answer in one piece per kind, after the time all of it takes. A fault anywhere loses all of it. */
async function* whole(play: Play, call: SimCall, ledger: CallLedger): AsyncGenerator<ModelEvent, void> {
  const wait = waiting(play)
  const answer = await open(play, call, ledger)
  const count = piecesBefore(call.fault, answer.units.length)
  let ms = call.fault && isSilence(call.fault) ? 0 : call.first()
  for (let index = 1; index < count; index += 1) ms += call.pace()
  await wait(ms)
  if (call.fault?.type === 'no-finish') {
    // The body is whole but for its finish reason, so it says what it cost.
    ledger.received = answer.units.length
    ledger.reported = call.behaviour.usage !== 'none'
  }
  await strike(play, call, ledger)
  ledger.received = answer.units.length
  yield start(play, ledger)
  for (const event of joinUnits(answer.units)) {
    throwIfAborted(play)
    yield event
  }
  throwIfAborted(play)
  yield finish(answer, call, ledger)
}

/** What comes before the first piece: refusals, and the moment from which the prompt counts as read. */
async function open(play: Play, call: SimCall, ledger: CallLedger): Promise<Answer> {
  const { fault, behaviour } = call
  const wait = waiting(play)
  if (fault !== undefined && isRefusal(fault)) {
    await wait(behaviour.first ?? 0)
    raise(fault, call, ledger)
  }
  const answer = play.simulation.answer(call, play.request)
  ledger.answer = answer
  return answer
}

/** What comes after the last piece that arrives: nothing, or the fault. */
async function strike(play: Play, call: SimCall, ledger: CallLedger): Promise<void> {
  const { fault } = call
  if (fault === undefined) return
  await waiting(play)(silenceMs(play, fault))
  // An error told instead of an answer: the model did no work that anybody knows of.
  const whole = play.stream.delivery === 'whole'
  if (ledger.received === 0 && (fault.type === 'malformed' || fault.type === 'error-mid'))
    ledger.answer = undefined
  raise(whole && isSilence(fault) ? { type: 'overall' } : fault, call, ledger)
}

function silenceMs({ options, stream }: Play, fault: Fault): number {
  if (!isSilence(fault)) return 0
  const patience = { ...PATIENCE, ...options.patience }
  if (stream.delivery === 'whole') return patience.overallMs
  return fault.type === 'timeout'
    ? patience.headersMs
    : fault.type === 'hang-before'
      ? patience.firstTokenMs
      : patience.stallMs
}

function startsSilent(fault: Fault): boolean {
  return fault.type === 'timeout' || fault.type === 'hang-before'
}

function isSilence(fault: Fault): boolean {
  return fault.type === 'timeout' || fault.type === 'hang-before' || fault.type === 'hang-between'
}

/** Throws what a client makes of a fault, unless the answer is whole in spite of it. */
function raise(fault: Fault | { type: 'overall' }, call: SimCall, ledger: CallLedger): void {
  const retryAfterMs = call.behaviour.retryAfter
  const error = faultError(fault, {
    upstream: 'sim',
    requestId: ledger.id,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  })
  if (error !== undefined) throw error
}

function isRefusal(fault: Fault): boolean {
  return fault.type === 'status' || fault.type === 'html' || fault.type === 'error-200'
}

/** What is left of an answer nobody wants any more is not given, even when it is here already. */
function throwIfAborted({ stream }: Play): void {
  if (stream.signal.aborted) throw abortReason(stream.signal)
}

function waiting(play: Play): (ms: number) => Promise<void> {
  return async (ms) => {
    throwIfAborted(play)
    if (ms > 0) await sleep(ms, play.stream.signal, play.options.clock)
  }
}

function start(play: Play, ledger: CallLedger): ModelEvent {
  return { type: 'answer-start', id: `chatcmpl-${ledger.id}`, model: play.name.text }
}

function finish(answer: Answer, call: SimCall, ledger: CallLedger): ModelEvent {
  ledger.reported = call.behaviour.usage !== 'none'
  ledger.complete(answer.finishReason)
  return { type: 'finish', reason: answer.finishReason, usage: ledger.usage, cost: costOf(ledger.costUsd) }
}
