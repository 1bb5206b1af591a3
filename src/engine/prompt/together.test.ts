import { describe, expect, it } from 'vitest'
import { hasShared, readShared } from '../../../test/shared.js'
import type { Message } from '../../core/index.js'
import { sha256Hex } from '../../util/index.js'
import { injectReferences, REFERENCE_TEMPLATE_SHA256, templateDeviation } from './together.js'

const user = (content: string): Message => ({ role: 'user', content })
const T = 'Template.\n\nAnswers:'

describe('injectReferences', () => {
  it('leaves the messages alone when there are no references', () => {
    const messages = [user('hi')]
    expect(injectReferences(messages, T, [])).toBe(messages)
  })

  it('puts one reference into a new system message', () => {
    expect(injectReferences([user('hi')], T, ['A'])).toEqual([
      { role: 'system', content: `${T}\n1. A` },
      user('hi'),
    ])
  })

  it('numbers six references from 1, without any other delimiter', () => {
    const [system] = injectReferences([user('hi')], T, ['a', 'b', 'c', 'd', 'e', 'f'])
    expect(system?.content).toBe(`${T}\n1. a\n2. b\n3. c\n4. d\n5. e\n6. f`)
  })

  it('appends to an existing system message after an empty line', () => {
    expect(injectReferences([{ role: 'system', content: 'Be brief.' }, user('hi')], T, ['A'])[0]).toEqual({
      role: 'system',
      content: `Be brief.\n\n${T}\n1. A`,
    })
  })

  it('treats a leading developer message as the system message and keeps content parts', () => {
    const [first] = injectReferences(
      [{ role: 'developer', content: [{ type: 'text', text: 'Be brief.' }] }, user('hi')],
      T,
      ['A'],
    )
    expect(first).toEqual({
      role: 'developer',
      content: [
        { type: 'text', text: 'Be brief.' },
        { type: 'text', text: `\n\n${T}\n1. A` },
      ],
    })
  })

  it('keeps the turns of a history as they are', () => {
    const history = [user('one'), { role: 'assistant', content: 'two' } as const, user('three')]
    expect(injectReferences(history, T, ['A']).slice(1)).toEqual(history)
  })

  it('looks at the first message only: a later system message is a turn like any other', () => {
    const messages = [user('one'), { role: 'system', content: 'late' } as const]
    expect(injectReferences(messages, T, ['A'])[0]).toEqual({ role: 'system', content: `${T}\n1. A` })
  })
})

describe('templateDeviation', () => {
  it('discloses a template that is not the published one', () => {
    expect(templateDeviation(T)).toMatchObject([{ code: 'deviation' }])
  })

  it.skipIf(!hasShared('benchmarks/moa/synthesis-template.txt'))('accepts the published one', () => {
    const template = readShared('benchmarks/moa/synthesis-template.txt')
    expect(sha256Hex(template)).toBe(REFERENCE_TEMPLATE_SHA256)
    expect(templateDeviation(template)).toEqual([])
  })
})
