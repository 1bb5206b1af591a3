import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerDeltas, usage as anyUsage } from '../../../test/wire-arbitraries.js'
import { call, refuse, resultOf, say, think } from '../../../test/wire-events.js'
import type { AssistantMessage, Result } from '../../core/index.js'
import { textOf } from '../../core/index.js'
import { encodeResponsesBody, encodeResponsesUsage } from './body.js'
import { decodeInput } from './decode-input.js'

const IDENTITY = { id: 'resp_1', created: 1_700_000_000, model: 'shown', echo: {} }
const bodyOf = (result: Result, echo: Record<string, unknown> = {}): Record<string, unknown> =>
  JSON.parse(JSON.stringify(encodeResponsesBody(result, { ...IDENTITY, echo }))) as Record<string, unknown>

describe('encodeResponsesBody', () => {
  it('gives output that can be sent back as input without loss', () => {
    fc.assert(
      fc.property(answerDeltas, anyUsage, (deltas, usage) => {
        const result = resultOf(deltas, { usage })
        const turns = decodeInput(bodyOf(result)['output']) as AssistantMessage[]
        expect(turns).toHaveLength(1)
        const [turn] = turns
        expect(textOf(turn?.content ?? '')).toBe(result.text)
        expect(turn?.refusal ?? '').toBe(result.refusal)
        expect(turn?.toolCalls ?? []).toEqual(result.toolCalls)
      }),
    )
  })

  it('has reasoning, message and calls in this order, with ids of their own', () => {
    const result = resultOf([
      call(0, '{}', { id: 'c0', name: 'f' }),
      say('text'),
      refuse('but no'),
      think('thought'),
      call(1, '', { id: 'c1', name: 'g' }),
    ])
    expect(bodyOf(result)['output']).toEqual([
      { id: 'rs_1', type: 'reasoning', summary: [{ type: 'summary_text', text: 'thought' }] },
      {
        id: 'msg_1',
        type: 'message',
        status: 'completed',
        role: 'assistant',
        content: [
          { type: 'output_text', text: 'text', annotations: [], logprobs: [] },
          { type: 'refusal', refusal: 'but no' },
        ],
      },
      { id: 'fc_1_0', type: 'function_call', status: 'completed', call_id: 'c0', name: 'f', arguments: '{}' },
      { id: 'fc_1_1', type: 'function_call', status: 'completed', call_id: 'c1', name: 'g', arguments: '' },
    ])
  })

  it('has no message where there are calls alone, and an empty one where there is nothing', () => {
    const types = (result: Result): unknown[] =>
      (bodyOf(result)['output'] as { type: string }[]).map(({ type }) => type)
    expect(types(resultOf([call(0, '{}', { id: 'c', name: 'f' })]))).toEqual(['function_call'])
    expect(types(resultOf([]))).toEqual(['message'])
  })

  it('repeats what was asked for, and the defaults of what was not', () => {
    const echo = {
      instructions: 'Be brief.',
      temperature: 0,
      top_p: 0.5,
      max_output_tokens: 9,
      reasoning: { effort: 'low' },
      tools: [{ type: 'function', name: 'f' }],
      tool_choice: 'required',
      parallel_tool_calls: false,
      metadata: { a: 'b' },
      text: { format: { type: 'json_object' } },
    }
    expect(bodyOf(resultOf([]), echo)).toMatchObject({ ...echo, reasoning: { effort: 'low', summary: null } })
    expect(bodyOf(resultOf([]))).toMatchObject({
      object: 'response',
      created_at: 1_700_000_000,
      model: 'shown',
      store: false,
      temperature: null,
      parallel_tool_calls: true,
      tool_choice: 'auto',
      tools: [],
      text: { format: { type: 'text' } },
      metadata: {},
    })
  })

  it('counts cached tokens within the input and reasoning within the output', () => {
    fc.assert(
      fc.property(anyUsage, (usage) => {
        expect(encodeResponsesUsage(usage)).toMatchObject({
          total_tokens: usage.inputTokens + usage.outputTokens,
          input_tokens_details: { cached_tokens: usage.cachedInputTokens },
          output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
        })
      }),
    )
  })
})
