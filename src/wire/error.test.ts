import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ERROR_TABLE, type ErrorCode } from '../core/index.js'
import { decodeError, encodeError, readErrorBody, readRetryAfter } from './error.js'

const from = (status: number | undefined, body?: unknown): ReturnType<typeof decodeError> =>
  decodeError({ status, body: readErrorBody(body), upstream: 'lab' })

describe('decodeError', () => {
  it.each<[number | undefined, unknown, ErrorCode, retryable: boolean]>([
    [400, { error: { message: 'bad' } }, 'upstream_rejected', false],
    [400, { error: { code: 'context_length_exceeded' } }, 'context_length', false],
    [
      400,
      { error: { message: "This model's maximum context length is 8192 tokens" } },
      'context_length',
      false,
    ],
    [400, { error: { message: 'prompt is too long: 9 tokens' } }, 'context_length', false],
    [400, { error: { code: 'content_policy_violation' } }, 'content_filter', false],
    [400, { error: { message: 'Your credit balance is too low' } }, 'quota_exhausted', false],
    [400, [{ error: { code: 400, message: 'API key not valid.' } }], 'authentication', false],
    [401, undefined, 'authentication', false],
    [402, { error: { message: 'Insufficient Balance' } }, 'quota_exhausted', false],
    [403, undefined, 'permission', false],
    [404, undefined, 'upstream_model_not_found', false],
    [408, undefined, 'timeout', true],
    [409, undefined, 'upstream_error', true],
    [413, undefined, 'upstream_rejected', false],
    [422, { detail: 'bad field' }, 'upstream_rejected', false],
    [429, undefined, 'rate_limited', true],
    [429, { error: { code: 'insufficient_quota' } }, 'quota_exhausted', false],
    [500, undefined, 'upstream_error', true],
    [501, undefined, 'upstream_error', false],
    [503, 'not an object', 'upstream_error', true],
    [504, undefined, 'timeout', true],
    [529, undefined, 'upstream_error', true],
    [undefined, { error: { code: '503', message: 'busy' } }, 'upstream_error', true],
    [undefined, { error: { type: 'too_many_requests' } }, 'rate_limited', true],
  ])('reads %s with %j as %s', (status, body, code, retryable) => {
    expect(from(status, body)).toMatchObject({ code, retryable })
  })

  it('lets the upstream have the last word on retrying', () => {
    const failure = { status: 429, upstream: 'lab' }
    expect(decodeError({ ...failure, shouldRetry: false }).retryable).toBe(false)
    expect(decodeError({ ...failure, status: 400, shouldRetry: true }).retryable).toBe(true)
  })

  it('keeps the facts and says who answered what', () => {
    const error = decodeError({
      status: 400,
      body: { message: 'temperature is too high', param: 'temperature' },
      requestId: 'req-1',
      retryAfterMs: 5,
      upstream: 'lab',
    })
    expect(error).toMatchObject({ status: 400, param: 'temperature', requestId: 'req-1', retryAfterMs: 5 })
    expect(error.message).toBe('lab rejected the request (HTTP 400): temperature is too high')
  })

  it('quotes at most 300 characters and no control characters', () => {
    const { message } = from(400, { error: { message: `\u001b[31mred\u0000${'x'.repeat(5000)}` } })
    expect(message.length).toBeLessThan(400)
    expect(message).not.toMatch(/[\u0000-\u001f]/)
  })
})

describe('readErrorBody', () => {
  it.each([
    [
      { error: { message: 'a', type: 't', param: 'p', code: 5 } },
      { message: 'a', type: 't', param: 'p', code: 5 },
    ],
    [{ error: { message: 'a', type: null, param: null, code: null } }, { message: 'a' }],
    [{ error: 'a' }, { message: 'a' }],
    [{ detail: 'a' }, { message: 'a' }],
    [
      { object: 'error', message: 'a', type: 'BadRequestError', code: 400 },
      { message: 'a', type: 'BadRequestError', code: 400 },
    ],
    [[{ error: { message: 'a' } }], { message: 'a' }],
    [[], undefined],
    [[null], undefined],
    [null, undefined],
    ['text', undefined],
    [{ choices: [] }, undefined],
  ])('reads %j', (body, expected) => {
    expect(readErrorBody(body)).toEqual(expected)
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.jsonValue(), (body) => void readErrorBody(body)))
  })
})

describe('readRetryAfter', () => {
  const now = Date.UTC(2026, 0, 1)
  it.each([
    [{ retryAfterMs: '250' }, 250],
    [{ retryAfterMs: '250', retryAfter: '9' }, 250],
    [{ retryAfterMs: 'soon', retryAfter: '1.5' }, 1500],
    [{ retryAfterMs: '', retryAfter: '2' }, 2000],
    [{ retryAfterMs: ' ' }, undefined],
    [{ retryAfter: '0' }, 0],
    [{ retryAfter: 'Thu, 01 Jan 2026 00:00:07 GMT' }, 7000],
    [{ retryAfter: 'Wed, 31 Dec 2025 00:00:00 GMT' }, 0],
    [{ retryAfter: '-3' }, undefined],
    [{ retryAfter: '  ' }, undefined],
    [{ retryAfter: 'later' }, undefined],
    [{}, undefined],
  ])('reads %j', (headers, expected) => {
    expect(readRetryAfter(headers, now)).toBe(expected)
  })
})

describe('encodeError', () => {
  it('has OpenAI’s shape for every code', () => {
    for (const code of Object.keys(ERROR_TABLE) as ErrorCode[]) {
      const { error } = encodeError({ code, message: 'm' })
      expect(error).toEqual({ message: 'm', type: ERROR_TABLE[code].type, param: null, code: error.code })
    }
    expect(encodeError({ code: 'rate_limited', message: 'm', param: 'p' }).error).toMatchObject({
      code: 'rate_limit_exceeded',
      param: 'p',
    })
  })

  it('is read back as the same failure', () => {
    const codes: ErrorCode[] = [
      'rate_limited',
      'quota_exhausted',
      'context_length',
      'upstream_model_not_found',
    ]
    for (const code of codes)
      expect(from(ERROR_TABLE[code].status, encodeError({ code, message: 'm' })).code).toBe(code)
  })
})
