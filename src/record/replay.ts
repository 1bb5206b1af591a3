import { MoaError, failedStream, play } from '../core/index.js'
import type { ChatRequest, Model, Price, SlotRef, StreamOptions, Tape } from '../core/index.js'
import { canonicalJson, didYouMean, sha256Hex, systemClock, type Clock } from '../util/index.js'
import type { CallLine, RunLine } from './format.js'
import type { Recording } from './reader.js'
import { bareRequest } from './recorder.js'
import { runTape } from './run-tape.js'

export interface ReplayOptions {
  /**
   * Play one run only, and find calls of these stages by their slot when they were not recorded with just this
   * request. So the same proposals, and the same failures, serve another prompt mode; name the proposing stages. Their
   * calls are never made live.
   */
  readonly proposals?: { readonly run: string; readonly stages: readonly number[] }
  /** With `proposals`: slots whose answers are left out, as if they had failed. */
  readonly without?: (slot: SlotRef) => boolean
  /** Slots that are asked live even when the recording holds their answer. */
  readonly fresh?: (slot: SlotRef) => boolean
  /** What is played costs nothing now, and counts against no budget. Default false: it costs what it did cost. */
  readonly free?: boolean
  readonly clock?: Clock
  /** 1 plays in real time (default), `Infinity` at once. */
  readonly speed?: number
  /** Answers what was not recorded: another aggregator, another prompt. Without it such a call fails. */
  readonly live?: (address: string) => Model | undefined
  /** What error messages call the recording. Default "the recording". */
  readonly name?: string
}

const NO_PRICE: Price = { input: 0, output: 0 }

/**
 * A recording as a source of models: each answers a request as it was answered when it was recorded. A call is found
 * by model, request and slot, or by model and request alone when no slot fits. Equal calls are played in the order in
 * which they were made, and again from the first when they run out. A recorded recipe is a model too: it answers a
 * request with the whole run, progress included.
 */
export class Replay {
  readonly #options: ReplayOptions
  /** Everything that answers, by keys from the most exact to the least. */
  readonly #tapes = new Map<string, Playable[]>()
  readonly #places = new Map<string, Playable[]>()
  readonly #played = new Map<string, number>()
  readonly #names = new Set<string>()

  constructor(recording: Recording, options: ReplayOptions = {}) {
    this.#options = options
    const wanted = ({ run }: { readonly run?: string }): boolean =>
      options.proposals === undefined || run === options.proposals.run
    // Lines stand in the order in which calls ended; a second copy of a slow call may end before the first.
    const calls = recording.calls.filter(wanted).sort((a, b) => a.at - b.at)
    for (const call of calls) this.#addCall(call)
    for (const run of recording.runs.filter(wanted)) this.#addRun(run, recording)
  }

  #addCall(call: CallLine): void {
    const { model, request, slot, tape } = call
    this.#names.add(model)
    const playable: Playable = { tape }
    if (slot) add(this.#tapes, exactKey({ name: model, request, slot }), playable)
    add(this.#tapes, exactKey({ name: model, request }), playable)
    const place = this.#placeOf(slot)
    if (place !== undefined) add(this.#places, place, playable)
  }

  #addRun(run: RunLine, recording: Recording): void {
    // A single model's run is there as its call.
    if (run.definition === undefined) return
    this.#names.add(run.recipe)
    let tape: Tape | undefined
    const playable = {
      get tape() {
        return (tape ??= runTape(recording, run))
      },
    }
    add(this.#tapes, exactKey({ name: run.recipe, request: run.request }), playable)
  }

  /** Addresses of the recorded models and names of the recorded recipes. */
  get models(): readonly string[] {
    return [...this.#names]
  }

  /** The model of an address, recorded or not. */
  model(address: string): Model {
    const live = this.#options.live?.(address)
    const price = live?.price ?? (this.#options.free === true && live === undefined ? NO_PRICE : undefined)
    return {
      id: address,
      ...(live?.capabilities && { capabilities: live.capabilities }),
      ...(price && { price }),
      stream: (request, options) => {
        const { without, fresh, free = false, clock = systemClock, speed = 1 } = this.#options
        const { slot } = options
        const place = this.#placeOf(slot)
        if (slot && place !== undefined && without?.(slot) === true)
          return failedStream(new MoaError('not_found', `${slot.name} is left out of this replay.`))
        const asked = slot && fresh?.(slot) === true
        const found = asked ? undefined : this.#find({ name: address, request, ...(slot && { slot }) }, place)
        if (found) return play(found.tape, { ...options, clock, speed, free, replayedFrom: 'recording' })
        if (live && place === undefined) return live.stream(request, options)
        return failedStream(this.#missing(address, options))
      },
    }
  }

  /** What to say to somebody who asks for a model that is not in the recording. */
  unknownModel(address: string): MoaError {
    const held = this.models.length === 0 ? 'nothing' : this.models.join(', ')
    return new MoaError(
      'model_not_found',
      `${this.#name} holds no answer of ${address}.${didYouMean(address, this.models)} It holds: ${held}.`,
    )
  }

  #missing(address: string, { slot }: StreamOptions): MoaError {
    if (!this.#names.has(address)) return this.unknownModel(address)
    const where = slot === undefined ? '' : ` (stage ${slot.stage + 1}, slot ${slot.index + 1})`
    return new MoaError(
      'not_found',
      `${this.#name} holds no answer of ${address} to this request${where}. Only requests that were recorded can be answered.`,
    )
  }

  /** At the beginning of a sentence. */
  get #name(): string {
    const { name = 'the recording' } = this.#options
    return name.charAt(0).toUpperCase() + name.slice(1)
  }

  /** A slot's own place in the run; `undefined` where places don't count. */
  #placeOf(slot: SlotRef | undefined): string | undefined {
    if (slot === undefined || this.#options.proposals?.stages.includes(slot.stage) !== true) return undefined
    // The slot's model and not the one that was asked: a second copy may have gone elsewhere.
    return `${slot.model}\n${slot.stage}.${slot.index}`
  }

  #find(call: Sought, place: string | undefined): Playable | undefined {
    const { name, request } = call
    const exact = this.#next(exactKey(call)) ?? this.#next(exactKey({ name, request }))
    if (place === undefined || (exact && isWhole(exact))) return exact
    const ofSlot = this.#places.get(place) ?? []
    return ofSlot.find(isWhole) ?? exact ?? ofSlot[0]
  }

  #next(key: string): Playable | undefined {
    const tapes = this.#tapes.get(key)
    if (tapes === undefined) return undefined
    const played = this.#played.get(key) ?? 0
    this.#played.set(key, played + 1)
    return tapes[played % tapes.length]
  }
}

interface Playable {
  readonly tape: Tape
}

const isWhole = ({ tape }: Playable): boolean => tape.error === undefined && tape.hungUp !== true

interface Sought {
  readonly name: string
  readonly request: ChatRequest
  readonly slot?: SlotRef
}

function add(map: Map<string, Playable[]>, key: string, playable: Playable): void {
  const list = map.get(key)
  if (list) list.push(playable)
  else map.set(key, [playable])
}

function exactKey({ name, request, slot }: Sought): string {
  const place = slot === undefined ? '' : `${slot.stage}.${slot.index}`
  return sha256Hex(`${name}\n${place}\n${canonicalJson(bareRequest(request))}`)
}
