import { decodeRequest, type DecodedRequest } from '../../wire/index.js'
import { MoaError } from '../../core/index.js'
import type { Answer } from '../answer.js'
import type { SimCall, Simulation } from '../simulation.js'
import { hashMessages } from './log.js'

/** A request body, read, with the answers already written for it. */
export interface Prompt {
  readonly decoded: DecodedRequest
  /** `stream_options.continuous_usage_stats`, as vLLM knows it. */
  readonly continuousUsage: boolean
  readonly hash: string
  answer(call: SimCall): Answer
}

/** Bodies kept; load generators send the same ones over and over. */
const MAX_PROMPTS = 500
const MAX_CHARACTERS = 32 * 1024 * 1024

/** Reads request bodies, each different one once as long as it is remembered. */
export class Prompts {
  readonly #simulation: Simulation
  #known = new Map<string, Prompt>()
  #characters = 0

  constructor(simulation: Simulation) {
    this.#simulation = simulation
  }

  /** @throws {@link MoaError} `invalid_request` */
  read(body: string): Prompt {
    const known = this.#known.get(body)
    if (known !== undefined) return known
    const prompt = this.#decode(body)
    this.#characters += body.length
    if (this.#known.size >= MAX_PROMPTS || this.#characters > MAX_CHARACTERS) {
      this.#known = new Map()
      this.#characters = body.length
    }
    this.#known.set(body, prompt)
    return prompt
  }

  #decode(body: string): Prompt {
    let json: unknown
    try {
      json = JSON.parse(body)
    } catch {
      throw new MoaError('invalid_request', `The body is not JSON (${body.length} characters).`)
    }
    const decoded = decodeRequest(json)
    const options = (json as { stream_options?: { continuous_usage_stats?: unknown } | null }).stream_options
    const answers = new Map<unknown, Answer>()
    return {
      decoded,
      continuousUsage: options?.continuous_usage_stats === true,
      hash: hashMessages(decoded.request.messages),
      answer: (call) => {
        const written = answers.get(call.behaviour)
        if (written !== undefined) return written
        const answer = this.#simulation.answer(call, decoded.request)
        // Only a name's own behaviour comes again; a script makes a new one for each call.
        if (call.behaviour === call.name.behaviour) answers.set(call.behaviour, answer)
        return answer
      },
    }
  }
}
