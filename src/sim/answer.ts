import { textOf } from '../core/index.js'
import type {
  AnswerDelta,
  ChatRequest,
  FinishReason,
  ReasoningDelta,
  ToolCallDelta,
  Usage,
} from '../core/index.js'
import { estimatePromptTokens } from '../util/index.js'
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

function tally(units: readonly Unit[]): Served[] {
  const reasoning = new TokenCounter()
  const text = new TokenCounter()
  const tools = new TokenCounter()
  let characters = 0
  const result: Served[] = [{ tokens: 0, reasoningTokens: 0, characters: 0 }]
  for (const unit of units) {
    const piece = unit.type === 'tool-call-delta' ? unit.arguments : unit.text
    characters += piece.length
    if (unit.type === 'reasoning-delta') reasoning.add(piece)
    else if (unit.type === 'answer-delta') text.add(piece)
    else tools.add(piece)
    result.push({
      tokens: reasoning.tokens + text.tokens + tools.tokens,
      reasoningTokens: reasoning.tokens,
      characters,
    })
  }
  return result
}

/** Tokens of a request's messages, by the estimate every part of the package uses. */
export function promptTokens(request: ChatRequest): number {
  return estimatePromptTokens(request.messages.map((message) => textOf(message.content)))
}
