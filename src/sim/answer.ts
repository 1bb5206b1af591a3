import { textOf } from '../core/index.js'
import type {
  AnswerDelta,
  ChatRequest,
  FinishReason,
  ReasoningDelta,
  ToolCallDelta,
  Usage,
} from '../core/index.js'
import { estimatePromptTokens, estimateTokens } from '../util/index.js'
import { TokenCounter } from './pieces.js'

/** A piece of an answer as it is sent: about one token. */
export type Unit = ReasoningDelta | AnswerDelta | ToolCallDelta

/** What was sent of an answer so far. */
export interface Served {
  readonly tokens: number
  /** The part of `tokens` that was reasoning. */
  readonly reasoningTokens: number
  /** UTF-16 units of answer, reasoning and tool arguments together. */
  readonly characters: number
}

/** A whole answer before it is sent, piece by piece. Immutable, so one may serve many calls. */
export class Answer {
  readonly units: readonly Unit[]
  readonly finishReason: FinishReason
  readonly promptTokens: number
  #after: Served[] | undefined

  constructor(units: readonly Unit[], options: { finishReason: FinishReason; promptTokens: number }) {
    this.units = units
    this.finishReason = options.finishReason
    this.promptTokens = options.promptTokens
  }

  /** What the first `count` units come to, by the same estimate a client makes of the text it received. */
  served(count: number): Served {
    return (this.#after ??= tally(this.units))[Math.min(count, this.units.length)] as Served
  }

  /** Usage after `count` units. */
  usage(count: number = this.units.length): Usage {
    const { tokens, reasoningTokens } = this.served(count)
    return { inputTokens: this.promptTokens, outputTokens: tokens, cachedInputTokens: 0, reasoningTokens }
  }
}

/** The piece of text a unit carries. */
export function pieceOf(unit: Unit): string {
  return unit.type === 'tool-call-delta' ? unit.arguments : unit.text
}

function tally(units: readonly Unit[]): Served[] {
  const counter = new TokenCounter()
  let reasoningTokens = 0
  let characters = 0
  const result: Served[] = [{ tokens: 0, reasoningTokens: 0, characters: 0 }]
  for (const unit of units) {
    const piece = pieceOf(unit)
    characters += piece.length
    const tokens = counter.add(piece)
    if (unit.type === 'reasoning-delta') reasoningTokens = tokens
    result.push({ tokens, reasoningTokens, characters })
  }
  return result
}

/** Tokens of a request's messages and tools, by the estimate every client of ours makes. */
export function promptTokens(request: ChatRequest): number {
  const texts = request.messages.map((message) => {
    const calls = message.role === 'assistant' ? (message.toolCalls ?? []) : []
    return textOf(message.content) + calls.map((call) => call.name + call.arguments).join('')
  })
  const tools = request.tools === undefined ? 0 : estimateTokens(JSON.stringify(request.tools))
  return estimatePromptTokens(texts) + tools
}
