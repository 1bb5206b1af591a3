import { MoaError, type ChatRequest } from '../core/index.js'
import { seededRandom } from '../util/index.js'
import type { Answer } from './answer.js'
import type { Behaviour } from './behaviour.js'
import type { Fault } from './fault.js'
import { drawDuration, NO_LATENCY, scaleLatency, type Latency } from './latency.js'
import { parseSimName, type SimName } from './name.js'
import { PERSONALITIES } from './personalities/index.js'
import { questionOf } from './prompt/view.js'
import type { Recordings } from './recordings.js'
import { planCall, readScript, type Script, type ScriptEntry } from './script.js'
import { writeAnswer } from './write-answer.js'

/** What simulated models share, in process and behind a server. */
export interface SimulationOptions {
  /** The same seed gives the same answers, latencies and chances. Default 0. */
  readonly seed?: number | string
  /** Default {@link NO_LATENCY}. */
  readonly latency?: Latency
  /** What happens to which call; what it does not mention goes by the model's name. */
  readonly script?: readonly ScriptEntry[]
  readonly recordings?: Recordings
}

/** One call to a simulated model, decided before it begins. */
export interface SimCall {
  readonly name: SimName
  /** Counts the calls to this model, from 1. */
  readonly number: number
  readonly fault: Fault | undefined
  readonly behaviour: Behaviour
  /** Milliseconds to the first piece, then between pieces; each call of either draws anew. */
  readonly first: () => number
  readonly pace: () => number
}

/** The part of the simulator that knows names, call numbers and answers, but no clock and no transport. */
export class Simulation {
  readonly recordings: Recordings | undefined
  readonly #seed: number | string
  readonly #latency: Latency
  readonly #script: Script
  readonly #names = new Map<string, SimName>()
  readonly #calls = new Map<string, number>()

  /** @throws {@link MoaError} `model_not_found` for a script entry that can't be read */
  constructor(options: SimulationOptions = {}) {
    this.recordings = options.recordings
    this.#seed = options.seed ?? 0
    this.#latency = options.latency ?? NO_LATENCY
    this.#script = readScript(options.script ?? [])
  }

  /** Names without modifiers. */
  get models(): readonly string[] {
    return [...PERSONALITIES.keys(), ...(this.recordings?.generators ?? [])]
  }

  /** @throws {@link MoaError} `model_not_found` */
  name(text: string): SimName {
    const known = this.#names.get(text)
    if (known !== undefined) return known
    const name = parseSimName(text, this.recordings?.generators)
    if (this.#names.size < MAX_NAMES) this.#names.set(text, name)
    return name
  }

  /** How often a model was called. */
  calls(name: SimName): number {
    return this.#calls.get(name.text) ?? 0
  }

  /** Counts a call and decides what will happen to it. */
  begin(name: SimName): SimCall {
    const number = (this.#calls.get(name.text) ?? 0) + 1
    if (number > 1 || this.#calls.size < MAX_NAMES) this.#calls.set(name.text, number)
    const seed = this.#seed
    const { fault, behaviour } = planCall(name, { number, seed, script: this.#script })
    const latency = scaleLatency(this.#latency, PERSONALITIES.get(name.base)?.slowness ?? 1)
    const random = seededRandom(`latency|${seed}|${name.text}|${number}`)
    const steady = behaviour.pace ?? behaviour.drip
    return {
      name,
      number,
      fault,
      behaviour,
      first: () => behaviour.first ?? drawDuration(latency.first, random),
      pace: () => steady ?? drawDuration(latency.pace, random),
    }
  }

  /**
   * The answer to a request. Pure, so it may be kept.
   *
   * @throws {@link MoaError} `upstream_model_not_found` when only recorded answers count and none was recorded
   */
  answer(call: Pick<SimCall, 'name' | 'behaviour'>, request: ChatRequest): Answer {
    const { name, behaviour } = call
    const recorded = this.#recorded(name.base, request)
    const author = PERSONALITIES.has(name.base) ? name.base : (this.recordings?.fallback ?? name.base)
    return writeAnswer(request, { name: author, seed: this.#seed, behaviour }, recorded)
  }

  #recorded(generator: string, request: ChatRequest): string | undefined {
    const recordings = this.recordings
    if (recordings === undefined || PERSONALITIES.has(generator)) return undefined
    const answer = recordings.find(generator, questionOf(request).text)
    if (answer === undefined && recordings.fallback === undefined)
      throw new MoaError(
        'upstream_model_not_found',
        `"${generator}" has no recorded answer to this instruction; name a fallback personality to have one made up.`,
        { status: 404, param: 'model' },
      )
    return answer
  }
}

/** Names remembered with their calls; a server may be asked for any number of them. */
const MAX_NAMES = 20_000
