import { MoaError, play } from '../core/index.js'
import type { ChatRequest, Model, StreamOptions } from '../core/index.js'
import { canonicalJson, sha256Hex, systemClock, type Clock } from '../util/index.js'
import type { CallLine } from './format.js'
import type { Recording } from './reader.js'
import { bareRequest } from './recorder.js'

export interface ReplayOptions {
  /**
   * Play one run only, and find calls of these stages by their slot when they were not recorded with just this
   * request. So the same proposals, and the same failures, serve another prompt mode; name the proposing stages.
   */
  readonly proposals?: { readonly run: string; readonly stages: readonly number[] }
  readonly clock?: Clock
  /** 1 plays in real time (default), `Infinity` at once. */
  readonly speed?: number
  /** Answers what was not recorded: another aggregator, another prompt. Without it such a call fails. */
  readonly live?: (address: string) => Model
}

/**
 * A recording as a source of models: each answers a request as it was answered when it was recorded. A call is found
 * by model, request and slot. Equal calls are played in the order they were recorded, and again from the first when
 * they run out.
 */
export class Replay {
  readonly #calls: ReadonlyMap<string, readonly CallLine[]>
  readonly #proposals: ReadonlyMap<string, CallLine>
  readonly #played = new Map<string, number>()
  readonly #options: ReplayOptions
  readonly #addresses: ReadonlySet<string>

  constructor(recording: Recording, options: ReplayOptions = {}) {
    this.#options = options
    const calls = new Map<string, CallLine[]>()
    const proposals = new Map<string, CallLine>()
    for (const call of recording.calls) {
      if (options.proposals && call.run !== options.proposals.run) continue
      const key = exactKey(call.model, call.request, call)
      calls.set(key, [...(calls.get(key) ?? []), call])
      const place = this.#placeKey(call.model, call)
      if (place !== undefined && !proposals.has(place)) proposals.set(place, call)
    }
    this.#calls = calls
    this.#proposals = proposals
    this.#addresses = new Set(recording.calls.map(({ model }) => model))
  }

  /** Addresses of the recorded models. */
  get models(): readonly string[] {
    return [...this.#addresses]
  }

  /** The model of an address, recorded or not. */
  model(address: string): Model {
    const live = this.#options.live?.(address)
    return {
      id: address,
      ...(live?.capabilities && { capabilities: live.capabilities }),
      ...(live?.price && { price: live.price }),
      stream: (request, options) => {
        const call = this.#find(address, request, options)
        if (call) {
          const { clock = systemClock, speed = 1 } = this.#options
          return play(call.tape, { ...options, clock, speed, replayedFrom: 'recording' })
        }
        if (live) return live.stream(request, options)
        throw new MoaError(
          'model_not_found',
          `The recording holds no answer of ${address} to this request${describe(options)}.`,
        )
      },
    }
  }

  /** A slot's own place in the run; `undefined` where places don't count. */
  #placeKey(address: string, { slot }: Place): string | undefined {
    if (slot === undefined || this.#options.proposals?.stages.includes(slot.stage) !== true) return undefined
    return `${address}\n${slot.stage}.${slot.index}`
  }

  #find(address: string, request: ChatRequest, options: StreamOptions): CallLine | undefined {
    const key = exactKey(address, request, options)
    const recorded = this.#calls.get(key)
    if (recorded) {
      const played = this.#played.get(key) ?? 0
      this.#played.set(key, played + 1)
      return recorded[played % recorded.length]
    }
    const place = this.#placeKey(address, options)
    return place === undefined ? undefined : this.#proposals.get(place)
  }
}

const describe = ({ slot }: StreamOptions): string =>
  slot === undefined ? '' : ` (stage ${slot.stage + 1}, slot ${slot.index + 1})`

type Place = Pick<StreamOptions, 'slot'>

function exactKey(address: string, request: ChatRequest, { slot }: Place): string {
  const place = slot === undefined ? '' : `${slot.stage}.${slot.index}`
  return sha256Hex(`${address}\n${place}\n${canonicalJson(bareRequest(request))}`)
}
