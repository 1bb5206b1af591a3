import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fillSlots } from './fill-slots.js'

describe('fillSlots', () => {
  it('leaves braces, dollar signs and slot names inside values alone', () => {
    const values = { question: 'What is {answer}? $& $1', answer: '{question} {{x}}' }
    expect(fillSlots('Q: {question}\nA: {answer}', values)).toBe(
      'Q: What is {answer}? $& $1\nA: {question} {{x}}',
    )
  })

  it('turns doubled braces of the template into single ones', () => {
    expect(fillSlots('{{a}} {a} }}', { a: '1' })).toBe('{a} 1 }')
  })

  it.each(['{b}', '{toString}', '{', 'a }', '{}'])('throws for %j', (template) => {
    expect(() => fillSlots(template, { a: '1' })).toThrowError(
      expect.objectContaining({
        code: 'data_invalid',
        message: expect.stringContaining('known slots: a') as string,
      }),
    )
  })

  it('puts any value through unchanged', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(fillSlots('<{a}|{b}>', { a, b })).toBe(`<${a}|${b}>`)
      }),
    )
  })
})
