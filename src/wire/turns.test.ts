import { describe, expect, it } from 'vitest'
import type { Message } from '../core/index.js'
import { encodeRequest } from './encode-request.js'
import { orderTurns } from './turns.js'

const user = (content: string): Message => ({ role: 'user', content })
const assistant = (content: string): Message => ({ role: 'assistant', content })
const system = (content: string): Message => ({ role: 'system', content })

describe('orderTurns', () => {
  it('leaves a conversation alone unless a rule asks for a change', () => {
    const messages = [system('s'), user('a'), user('b'), assistant('c')]
    expect(orderTurns(messages, {})).toBe(messages)
    const fine = [system('s'), user('a'), assistant('b'), user('c')]
    expect(orderTurns(fine, { assistantLast: false, mergeTurns: true, systemFirst: true })).toBe(fine)
  })

  it('adds a user turn after the assistant where the server refuses to end there', () => {
    expect(orderTurns([user('a'), assistant('b')], { assistantLast: false })).toEqual([
      user('a'),
      assistant('b'),
      user('Continue.'),
    ])
  })

  it('joins neighbours of one role, parts and all, but neither calls of tools nor their results', () => {
    const call: Message = {
      role: 'assistant',
      content: null,
      toolCalls: [{ id: '1', name: 'f', arguments: '{}' }],
    }
    const result: Message = { role: 'tool', toolCallId: '1', content: 'r' }
    const image = { type: 'image', url: 'https://x/y.png' } as const
    expect(
      orderTurns(
        [user('a'), { role: 'user', content: [image] }, assistant('b'), assistant('c'), call, result, result],
        { mergeTurns: true },
      ),
    ).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'a' }, { type: 'text', text: '\n\n' }, image] },
      assistant('b\n\nc'),
      call,
      result,
      result,
    ])
  })

  it('does not join turns of different people', () => {
    const named: Message[] = [
      { role: 'user', name: 'Ann', content: 'a' },
      { role: 'user', name: 'Bob', content: 'b' },
    ]
    expect(orderTurns(named, { mergeTurns: true })).toBe(named)
  })

  it('joins instructions at the front', () => {
    expect(
      orderTurns([user('a'), system('s'), assistant('b'), { role: 'developer', content: 'd' }, user('c')], {
        systemFirst: true,
      }),
    ).toEqual([system('s\n\nd'), user('a'), assistant('b'), user('c')])
  })

  it('is part of a dialect', () => {
    const body = encodeRequest(
      { messages: [user('a'), user('b')] },
      { model: 'm', stream: false, dialect: { mergeTurns: true } },
    )
    expect(body['messages']).toEqual([{ role: 'user', content: 'a\n\nb' }])
  })
})
