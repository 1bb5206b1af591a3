import { MoaError, type ChatRequest } from '../core/index.js'
import type { Plan } from './plan.js'
import type { Run } from './run.js'

/**
 * The parameter of a request that only a model which writes the answer can honour, since proposers answer freely:
 * a format, tools, log-probabilities.
 *
 * @returns its name in OpenAI's format; `undefined` when a proposal may be the answer
 */
export function writerOnly({
  responseFormat,
  tools,
  toolChoice = 'auto',
  topLogprobs,
}: ChatRequest): string | undefined {
  if (responseFormat !== undefined && responseFormat.type !== 'text') return 'response_format'
  if (topLogprobs !== undefined) return 'logprobs'
  if (tools === undefined || tools.length === 0 || toolChoice === 'none') return undefined
  return toolChoice === 'auto' ? 'tools' : 'tool_choice'
}

/** Whether a proposal would break what the client does with the answer: it reads a format, or runs a tool. */
export function needsWriter(request: ChatRequest): boolean {
  const param = writerOnly(request)
  return param === 'response_format' || param === 'tool_choice'
}

const hasWriter = ({ stages }: Plan): boolean => stages.some(({ kind }) => kind === 'synthesize')

/**
 * Keeps a request from a recipe that can't do what it asks.
 *
 * @throws {@link MoaError} `unsupported_parameter` when the answer would not be what was asked for
 */
export function checkWriter(plan: Plan, request: ChatRequest): void {
  const param = hasWriter(plan) ? undefined : writerOnly(request)
  if (param === undefined || param === 'tools') return
  throw new MoaError(
    'unsupported_parameter',
    `${param}: recipe "${plan.name}" answers with a proposal word for word, and proposers answer freely; ` +
      'ask a recipe whose aggregator writes the answer, or a single model.',
    { param },
  )
}

/** Tools that may be called need not be, so a recipe where nobody can call them answers, and says so. */
export function discloseTools(run: Run): void {
  if (hasWriter(run.plan) || writerOnly(run.request) !== 'tools') return
  run.degrade({
    code: 'deviation',
    message: `Tools are left out: recipe "${run.plan.name}" answers with a proposal word for word, and proposers call none.`,
  })
}
