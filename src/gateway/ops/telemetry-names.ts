/**
 * Names of OpenTelemetry's GenAI conventions (open-telemetry/semantic-conventions-genai v0.1.0, in development), and our
 * own beside them.
 */
export const CONVENTION_VERSION = '0.1.0'

export const ATTRIBUTES = {
  operation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  agent: 'gen_ai.agent.name',
  requestModel: 'gen_ai.request.model',
  requestStream: 'gen_ai.request.stream',
  responseModel: 'gen_ai.response.model',
  finishReasons: 'gen_ai.response.finish_reasons',
  timeToFirstChunk: 'gen_ai.response.time_to_first_chunk',
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  cachedTokens: 'gen_ai.usage.cache_read.input_tokens',
  reasoningTokens: 'gen_ai.usage.reasoning.output_tokens',
  inputMessages: 'gen_ai.input.messages',
  outputMessages: 'gen_ai.output.messages',
  errorType: 'error.type',
  requestId: 'moa.request.id',
  runId: 'moa.run.id',
  recipeHash: 'moa.recipe.hash',
  degraded: 'moa.degraded',
  costUsd: 'moa.cost.usd',
  stage: 'moa.stage.index',
  stageKind: 'moa.stage.kind',
  proposals: 'moa.stage.proposals',
  slot: 'moa.slot.name',
  attempt: 'moa.call.attempt',
  outcome: 'moa.call.outcome',
  hedge: 'moa.call.hedge',
} as const

export const OPERATIONS = { workflow: 'invoke_workflow', chat: 'chat' } as const

/** The span of one layer. */
export const LAYER_SPAN = 'moa.layer'
