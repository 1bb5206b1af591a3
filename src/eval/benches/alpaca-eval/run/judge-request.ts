import {
  MoaError,
  type ChatRequest,
  type Message,
  type Tool,
  type ToolChoice,
} from '../../../../core/index.js'
import { isObject, type Json } from '../../../python/json.js'
import { parseChatMarkup } from '../judge/chat-markup.js'
import { buildPrompt } from '../judge/prompt.js'
import type { JudgeConfig } from '../read/judge-config.js'
import type { Pair } from '../read/votes.js'

/** Settings that concern the original program and not the request. */
const PROGRAM_SETTINGS: ReadonlySet<string> = new Set([
  'model_name',
  'client_function_name',
  'num_procs',
  'client_config_path',
])

/** A judge's settings for a call as our request has them, under the names of the original. */
const FIELDS: Readonly<Record<string, keyof ChatRequest>> = {
  max_tokens: 'maxTokens',
  max_tokens_to_sample: 'maxTokens',
  max_new_tokens: 'maxTokens',
  max_completion_tokens: 'maxTokens',
  temperature: 'temperature',
  top_p: 'topP',
  frequency_penalty: 'frequencyPenalty',
  presence_penalty: 'presencePenalty',
  seed: 'seed',
  stop: 'stop',
  stop_sequences: 'stop',
  top_logprobs: 'topLogprobs',
  reasoning_effort: 'reasoningEffort',
}

/** What a judge is asked about the pairs that share a prompt, in the order it sees them. */
export function judgeRequest(
  judge: { readonly config: JudgeConfig; readonly template: string },
  pairs: readonly Pair[],
): ChatRequest {
  const { config, template } = judge
  const prompt = buildPrompt(
    template,
    pairs.map(({ instruction, output_1, output_2 }) => ({ instruction, output_1, output_2 })),
  )
  return { ...settingsOf(config), messages: messagesOf(prompt) }
}

/** Chat markup as messages; a prompt made for a completion model is one message. */
function messagesOf(prompt: string): readonly Message[] {
  if (!prompt.startsWith('<|im_start|>')) return [{ role: 'user', content: prompt }]
  return parseChatMarkup(prompt).map(({ role, content, name }): Message => {
    const named = name !== undefined && { name }
    if (role === 'system' || role === 'user' || role === 'assistant') return { role, content, ...named }
    throw new MoaError(
      'data_invalid',
      `Prompt template: the role "${role}" is unknown; use system, user or assistant.`,
    )
  })
}

function settingsOf({ name, completionsSettings }: JudgeConfig): Partial<ChatRequest> {
  const request: Record<string, unknown> = {}
  const extra: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(completionsSettings)) {
    const field = FIELDS[key]
    if (PROGRAM_SETTINGS.has(key)) continue
    if (field !== undefined) request[field] = field === 'stop' && !Array.isArray(value) ? [value] : value
    else if (key === 'logprobs') request['topLogprobs'] ??= value === true ? 0 : undefined
    else if (key === 'tools') request['tools'] = toolsOf(plain(value), name)
    else if (key === 'tool_choice') request['toolChoice'] = toolChoiceOf(plain(value))
    else extra[key] = plain(value)
  }
  const top = completionsSettings['top_logprobs']
  if (typeof top === 'number') request['topLogprobs'] = top
  if (Object.keys(extra).length > 0) request['extra'] = extra
  return request
}

function toolsOf(value: unknown, judge: string): readonly Tool[] {
  const tools = Array.isArray(value) ? (value as readonly Json[]) : []
  const found = tools.flatMap((tool) => {
    const described = isObject(tool) ? tool['function'] : undefined
    return isObject(described) && typeof described['name'] === 'string' ? [described] : []
  })
  if (found.length === 0 || found.length !== tools.length)
    throw new MoaError('data_invalid', `${judge}: "tools" must be a list of functions with their names.`)
  return found as unknown as readonly Tool[]
}

function toolChoiceOf(value: unknown): ToolChoice {
  const called = isObject(value) ? (value as Record<string, Json>)['function'] : undefined
  if (isObject(called) && typeof called['name'] === 'string') return { name: called['name'] }
  return value as ToolChoice
}

/** YAML's maps as objects. */
function plain(value: unknown): unknown {
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, item]) => [String(key), plain(item)]))
  return Array.isArray(value) ? value.map(plain) : value
}
