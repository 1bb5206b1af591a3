import { textOf } from '../../core/index.js'
import type { ChatRequest } from '../../core/index.js'
import type { Random } from '../../util/index.js'
import type { Personality } from '../personalities/index.js'
import { viewPrompt, type PromptView } from '../prompt/view.js'
import { composeAnswer } from './compose.js'
import { jsonAnswer } from './json-answer.js'
import { judge, type Verdict } from '../judge/judge.js'
import { mergeProposals, reviewProposals } from './merge.js'
import { findProposals, findReview } from '../prompt/proposals.js'
import { callTools, type PlannedToolCall } from './tool-calls.js'

/** What a model means to say, before limits and faults. */
export interface Draft {
  readonly text: string
  readonly toolCalls: readonly PlannedToolCall[]
  /** Set when the answer is a judge's. */
  readonly verdict: Verdict | undefined
  readonly view: PromptView
}

/** What a draft is written with. */
export interface DraftOptions {
  readonly personality: Personality
  /** A fresh source of random numbers for each purpose, so that one does not disturb another. */
  readonly random: (purpose: string) => Random
}

/** Decides what kind of answer a request calls for and writes it. */
export function draftAnswer(request: ChatRequest, options: DraftOptions): Draft {
  const view = viewPrompt(request)
  const { personality, random } = options
  const verdict = judge(request, random('judge'))
  const toolCalls = callTools(request, { view, verdict, random: random('tools') })
  if (toolCalls.length > 0) return { text: '', toolCalls, verdict, view }
  const format = request.responseFormat
  if (format !== undefined && format.type !== 'text')
    return { text: jsonAnswer(format, { view, verdict, random: random('json') }), toolCalls, verdict, view }
  if (verdict?.text !== undefined) return { text: verdict.text, toolCalls, verdict, view }
  const proposals = findProposals(request)
  const writer = { view, personality, random: random('text') }
  const written =
    proposals.length === 0
      ? composeAnswer(view, personality, writer.random)
      : asksForReview(request)
        ? reviewProposals(proposals, writer)
        : mergeProposals({ proposals, review: findReview(request) }, writer)
  return { text: continuation(request, written), toolCalls, verdict, view }
}

/** True when what stands after the last proposal wants them reviewed and not merged. */
function asksForReview(request: ChatRequest): boolean {
  const last = request.messages.findLast((message) => message.role === 'user')
  const task =
    textOf(last?.content ?? '')
      .split(/<\/proposal\b[^>]*>/)
      .at(-1) ?? ''
  return /\b(review|criti(que|cise|cize))\b/i.test(task) && /\bdo not answer\b/i.test(task)
}

/**
 * A trailing assistant message is an answer to go on with: what is written is the rest of it. When the model would
 * have said something else, it goes on at the next word.
 */
function continuation(request: ChatRequest, written: string): string {
  const last = request.messages.at(-1)
  if (last?.role !== 'assistant') return written
  const begun = textOf(last.content)
  if (written.startsWith(begun)) return written.slice(begun.length)
  const from = written.indexOf(' ', Math.min(begun.length, Math.floor(written.length / 2)))
  return from === -1 ? ` ${written}` : written.slice(from)
}
