import { MoaError } from '../../../core/errors.js'
import type { ChatRequest } from '../../../core/request.js'
import { fillSlots } from '../../fill-slots.js'
import { parseV2Label } from './labels.js'
import type { V2Game, V2Judgment } from './records.js'

/** What v2.0 asks the judges of a category. */
export interface V2CategorySettings {
  readonly baseline: string
  readonly system_prompt: string
}

/** What the judge configuration of v2.0 holds. */
export interface V2JudgeSettings {
  readonly prompt_template: string
  readonly categories: Readonly<Record<string, V2CategorySettings>>
  /** Default 0. */
  readonly temperature?: number
  /** Default 16000. */
  readonly max_tokens?: number
}

/** The baselines of the published leaderboards. */
export const V2_BASELINES: Readonly<Record<string, string>> = {
  hard_prompt: 'o3-mini-2025-01-31',
  coding: 'o3-mini-2025-01-31',
  math: 'o3-mini-2025-01-31',
  creative_writing: 'gemini-2.0-flash-001',
  'arena-hard-v0.1': 'gpt-4-0314',
}

interface V2Match {
  readonly settings: V2JudgeSettings
  readonly category: string
  readonly question: string
}

/**
 * The two judge calls of a question: game 1 shows the baseline as A, game 2 the candidate. Each is asked once.
 * @throws MoaError `data_invalid` when the settings don't know the category.
 */
export function v2JudgeRequests(
  match: V2Match & { readonly baseline: string; readonly candidate: string },
): readonly [ChatRequest, ChatRequest] {
  const { baseline, candidate } = match
  return [gameRequest(match, [baseline, candidate]), gameRequest(match, [candidate, baseline])]
}

function gameRequest(
  { settings, category, question }: V2Match,
  [a, b]: readonly [string, string],
): ChatRequest {
  const user = fillSlots(settings.prompt_template, { QUESTION: question, ANSWER_A: a, ANSWER_B: b })
  return {
    messages: [
      { role: 'system', content: v2Category(settings, category).system_prompt },
      { role: 'user', content: user },
    ],
    temperature: settings.temperature ?? 0,
    maxTokens: settings.max_tokens ?? 16000,
  }
}

/**
 * The settings of a category.
 * @throws MoaError `data_invalid` when there are none.
 */
export function v2Category(settings: V2JudgeSettings, category: string): V2CategorySettings {
  const found = Object.hasOwn(settings.categories, category) ? settings.categories[category] : undefined
  if (found !== undefined) return found
  throw new MoaError(
    'data_invalid',
    `The Arena-Hard judge settings have no category "${category}", only ` +
      `${Object.keys(settings.categories).join(', ')}; give settings for it or leave its questions out.`,
  )
}

/** The judgment line of a question. A reply of null, from a judge that could not be reached, leaves a null game. */
export function v2Judgment(judged: {
  readonly uid: string
  readonly category: string
  readonly judge: string
  readonly model: string
  readonly baseline: string
  readonly requests: readonly [ChatRequest, ChatRequest]
  readonly replies: readonly [string | null, string | null]
}): V2Judgment {
  const { requests, replies, ...line } = judged
  const games = replies.map((reply, index): V2Game | null =>
    reply === null
      ? null
      : {
          score: parseV2Label(reply).score,
          judgment: { answer: reply },
          prompt: (requests[index] as ChatRequest).messages,
        },
  )
  return { ...line, games }
}
