import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerDeltas, usage as anyUsage } from '../../../test/wire-arbitraries.js'
import { call, refuse, resultOf, say, think } from '../../../test/wire-events.js'
import { ERROR_TABLE, textOf, type AssistantMessage, type ErrorCode, type Result } from '../../core/index.js'
import { encodeMessagesBody, encodeMessagesUsage } from './body.js'
import { decodeMessagesRequest } from './decode-request.js'
import { encodeMessagesError } from './error.js'

const IDENTITY = { id: 'msg_1', model: 'shown' }
const bodyOf = (result: Result): Record<string, unknown> =>
  JSON.parse(JSON.stringify(encodeMessagesBody(result, IDENTITY))) as Record<string, unknown>

/** Arguments as an object, or what stands for text that is none. */
function inputOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text === '' ? '{}' : text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {
    // No JSON.
  }
  return text.trim() === '' ? {} : { arguments: text }
}

describe('encodeMessagesBody', () => {
  it('gives content that can be sent back as the next turn', () => {
    fc.assert(
      fc.property(answerDeltas, anyUsage, (deltas, usage) => {
        const result = resultOf(deltas, { usage })
        const { role, content } = bodyOf(result)
        const question = { role: 'user', content: 'Well?' }
        const { request } = decodeMessagesRequest({ model: 'm', messages: [question, { role, content }] })
        const [turn, ...more] = request.messages.slice(1) as AssistantMessage[]
        expect(more).toEqual([])
        expect(textOf(turn?.content ?? '')).toBe(result.text + result.refusal)
        expect(
          turn?.toolCalls?.map((made) => ({ ...made, arguments: inputOf(made.arguments) })) ?? [],
        ).toEqual(result.toolCalls.map((made) => ({ ...made, arguments: inputOf(made.arguments) })))
      }),
    )
  })

  it('has thinking, text and calls in this order', () => {
    const result = resultOf(
      [
        call(0, '{"a":[1]}', { id: 't0', name: 'f' }),
        say('text'),
        refuse(', but no'),
        think('thought'),
        call(1, '', { id: 't1', name: 'g' }),
        call(2, 'not json', { id: 't2', name: 'h' }),
        call(3, '[1]', { id: 't3', name: 'i' }),
      ],
      { reason: 'tool-calls' },
    )
    expect(bodyOf(result)).toEqual({
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'shown',
      content: [
        { type: 'thinking', thinking: 'thought', signature: '' },
        { type: 'text', text: 'text, but no' },
        { type: 'tool_use', id: 't0', name: 'f', input: { a: [1] } },
        { type: 'tool_use', id: 't1', name: 'g', input: {} },
        { type: 'tool_use', id: 't2', name: 'h', input: { arguments: 'not json' } },
        { type: 'tool_use', id: 't3', name: 'i', input: { arguments: '[1]' } },
      ],
      stop_reason: 'tool_use',
      stop_sequence: null,
      usage: encodeMessagesUsage(result.usage),
    })
    expect(bodyOf(resultOf([]))['content']).toEqual([{ type: 'text', text: '' }])
  })

  it('never counts below zero, whatever an upstream says of its cache', () => {
    fc.assert(
      fc.property(anyUsage, (usage) => {
        const told = encodeMessagesUsage(usage)
        expect(told['input_tokens']).toBe(Math.max(0, usage.inputTokens - usage.cachedInputTokens))
        expect(told).toMatchObject({
          cache_read_input_tokens: usage.cachedInputTokens,
          output_tokens: usage.outputTokens,
        })
      }),
    )
  })
})

describe('encodeMessagesError', () => {
  it.each([
    ['invalid_request', 'invalid_request_error'],
    ['unauthorized', 'authentication_error'],
    ['budget', 'billing_error'],
    ['forbidden', 'permission_error'],
    ['model_not_found', 'not_found_error'],
    ['rate_limited', 'rate_limit_error'],
    ['overloaded', 'overloaded_error'],
    ['deadline', 'timeout_error'],
    ['internal', 'api_error'],
  ] as const)('names %s as %s', (code, type) => {
    const error = { code, message: 'Words.', retryable: false }
    expect(encodeMessagesError(error, 'req_1')).toEqual({
      type: 'error',
      error: { type, message: 'Words.' },
      request_id: 'req_1',
    })
    expect(encodeMessagesError(error)).not.toHaveProperty('request_id')
  })

  it('has a type of its own for every status of a client’s mistake', () => {
    const mistakes = (Object.keys(ERROR_TABLE) as ErrorCode[]).filter((code) => {
      const { status } = ERROR_TABLE[code]
      return status >= 400 && status < 499
    })
    const types = mistakes.map(
      (code) => encodeMessagesError({ code, message: '', retryable: false }).error.type,
    )
    expect(types).not.toContain('api_error')
  })
})
