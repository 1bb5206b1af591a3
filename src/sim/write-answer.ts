import { textOf } from '../core/index.js'
import type { ChatRequest, FinishReason, Message, TokenLogprob } from '../core/index.js'
import { estimateTokens, hash32, seededRandom, type Random } from '../util/index.js'
import { Answer, pieceOf, promptTokens, type Unit } from './answer.js'
import type { Behaviour } from './behaviour.js'
import { PERSONALITIES, type Personality } from './personalities/index.js'
import { ada } from './personalities/ada.js'
import { cutToTokens, splitPieces, TokenCounter } from './pieces.js'
import { continueAnswer } from './write/compose.js'
import { draftAnswer, type Draft } from './write/draft.js'
import { choiceLogprob, inventLogprob } from './write/logprobs.js'
import { think } from './write/reasoning.js'

/** Who writes, and how. */
export interface Author {
  /** A personality's name, or a generator's, who writes like ada when it has to write by itself. */
  readonly name: string
  readonly seed: string | number
  readonly behaviour: Behaviour
}

/**
 * Writes the answer to a request. Pure: the same request, author and seed give the same answer; at temperature 0
 * the request's own seed makes no difference.
 *
 * @param recorded said instead of an answer of its own
 */
export function writeAnswer(request: ChatRequest, author: Author, recorded?: string): Answer {
  const key = `${author.seed}|${author.name}|${samplingKey(request)}|${promptKey(request)}`
  const random = (purpose: string): Random => seededRandom(`${purpose}|${key}`)
  const personality = PERSONALITIES.get(author.name) ?? ada
  const { behaviour } = author
  const draft = draftAnswer(request, { personality, random })
  const text = shapeText(recorded ?? draft.text, { draft, personality, behaviour, random })
  const stopped = cutAtStop(text, request.stop ?? [])
  const thinks = behaviour.reasons ?? (personality.reasons === true && recorded === undefined)
  const thoughts = thinks ? think(draft.view, request.reasoningEffort, random('thoughts')) : ''
  const calls = recorded === undefined && behaviour.body === undefined ? draft.toolCalls : []
  const limit = Math.min(request.maxTokens ?? Infinity, behaviour.cutAfter ?? Infinity)

  const units: Unit[] = [
    ...splitPieces(thoughts).map((text) => ({ type: 'reasoning-delta' as const, text })),
    ...textUnits(splitPieces(stopped), request, { draft, random: random('logprobs') }),
    ...toolUnits(calls, key),
  ]
  const kept = limitUnits(units, limit)
  const cut = kept.length < units.length || behaviour.cutAfter !== undefined
  const finishReason: FinishReason =
    behaviour.filtered === true ? 'content-filter' : cut ? 'length' : calls.length > 0 ? 'tool-calls' : 'stop'
  return new Answer(kept, { finishReason, promptTokens: promptTokens(request) })
}

/** What makes two requests to the same model the same question. Attachments count by their address or size. */
function promptKey(request: ChatRequest): string {
  return request.messages.map(messageKey).join('\u0000')
}

function messageKey(message: Message): string {
  const { content } = message
  const parts = typeof content === 'string' || content === null ? [] : content
  const attached = parts.map((part) => {
    switch (part.type) {
      case 'text':
        return ''
      case 'image':
        return hash32(part.url)
      case 'file':
        return hash32(part.data ?? part.fileId ?? '')
      case 'audio':
        return hash32(part.data)
    }
  })
  const calls =
    message.role === 'assistant'
      ? (message.toolCalls ?? []).map((call) => `${call.name}${call.arguments}`)
      : []
  return [message.role, textOf(content), ...attached, ...calls].join('\u0001')
}

function samplingKey(request: ChatRequest): string {
  return request.temperature === 0 ? 'greedy' : `${request.temperature ?? ''}@${request.seed ?? ''}`
}

interface Shaping {
  readonly draft: Draft
  readonly personality: Personality
  readonly behaviour: Behaviour
  readonly random: (purpose: string) => Random
}

function shapeText(text: string, { draft, personality, behaviour, random }: Shaping): string {
  switch (behaviour.body) {
    case 'empty':
      return ''
    case 'whitespace':
      return ' \n\n \n'
    case 'garbage':
      return `${draft.view.words.slice(0, 3).join(' ')} and `.repeat(60)
    case undefined:
      break
  }
  const wanted = behaviour.tokens
  const result =
    wanted === undefined ? text : lengthen(text, wanted, { draft, personality, behaviour, random })
  if (behaviour.filtered !== true) return result
  const pieces = splitPieces(result)
  return pieces.slice(0, Math.ceil(pieces.length / 2)).join('')
}

/** A text of exactly so many tokens, as far as its pieces allow. */
function lengthen(text: string, tokens: number, { draft, personality, random }: Shaping): string {
  const more = random('more')
  const parts = [text]
  // Joining parts may merge a token or two.
  for (let sum = estimateTokens(text); sum < tokens + parts.length;) {
    const part = `\n\n${continueAnswer(draft.view, personality, more)}`
    parts.push(part)
    sum += estimateTokens(part)
  }
  return cutToTokens(splitPieces(parts.join('')), tokens).join('')
}

function cutAtStop(text: string, stops: readonly string[]): string {
  let end = text.length
  for (const stop of stops) {
    const at = stop === '' ? -1 : text.indexOf(stop)
    if (at !== -1 && at < end) end = at
  }
  return text.slice(0, end)
}

/** The most units from the start that come to at most `limit` tokens, but never none of some. */
function limitUnits(units: readonly Unit[], limit: number): readonly Unit[] {
  if (limit === Infinity) return units
  const counter = new TokenCounter()
  const end = units.findIndex((unit) => counter.add(pieceOf(unit)) > limit)
  return end === -1 ? units : units.slice(0, Math.max(1, end))
}

function textUnits(
  pieces: readonly string[],
  request: ChatRequest,
  { draft, random }: { draft: Draft; random: Random },
): Unit[] {
  const top = request.topLogprobs
  if (top === undefined) return pieces.map((text) => ({ type: 'answer-delta', text }))
  const choices = draft.verdict?.choices
  return pieces.map((text) => {
    const chosen = choices?.some(([token]) => token === text.trim())
    const logprob: TokenLogprob =
      choices && chosen === true
        ? choiceLogprob(text.trim(), choices, { top, random })
        : inventLogprob(text, top, random)
    return { type: 'answer-delta', text, logprobs: [logprob] }
  })
}

function toolUnits(calls: Draft['toolCalls'], key: string): Unit[] {
  return calls.flatMap((call, index): Unit[] => {
    const id = `call_${hash32(`${key}|${index}`).toString(36)}`
    return [
      { type: 'tool-call-delta', index, id, name: call.name, arguments: '' },
      ...splitPieces(call.arguments).map((piece) => ({
        type: 'tool-call-delta' as const,
        index,
        arguments: piece,
      })),
    ]
  })
}
