import type { TokenLogprob } from '../../../../core/index.js'
import type { JudgeReply } from '../../../harness/benchmark.js'
import type { Json } from '../../../python/json.js'
import type { JudgeConfig } from '../read/judge-config.js'

/** What a judge's parser reads, as the original hands it over and as `annotations.json` keeps it. */
export function rawCompletion({ completionKey }: JudgeConfig, reply: JudgeReply): Json {
  return completionKey === 'completions' ? textOf(reply) : choiceOf(reply)
}

/** The first function's arguments where one was called; an empty answer becomes a blank. */
function textOf({ text, toolCalls }: JudgeReply): string {
  return toolCalls[0]?.arguments ?? (text === '' ? ' ' : text)
}

function choiceOf(reply: JudgeReply): Json {
  const { text, finishReason, logprobs, usage, toolCalls } = reply
  return {
    finish_reason: finishReason.replace('-', '_'),
    logprobs: logprobs.length === 0 ? null : { content: logprobs.map(positionOf) },
    message: {
      content: text,
      role: 'assistant',
      ...(toolCalls.length > 0 && {
        tool_calls: toolCalls.map((call) => ({
          id: call.id,
          type: 'function',
          function: { name: call.name, arguments: call.arguments },
        })),
      }),
    },
    text: textOf(reply),
    total_tokens: usage.inputTokens + usage.outputTokens,
  }
}

function positionOf({ token, logprob, topLogprobs }: TokenLogprob): Json {
  return {
    token,
    logprob,
    top_logprobs: topLogprobs.map((top) => ({ token: top.token, logprob: top.logprob })),
  }
}
