import { describe, expect, it } from 'vitest'
import { evaluate, findArithmetic, formatNumber } from './arithmetic.js'

describe('findArithmetic', () => {
  it.each([
    ['What is 12 * (3 + 4)?', 84],
    ['Calculate 144 / 12.', 12],
    ['what is 15% of 80', 12],
    ['How much is seven? No: 2 to the power of 10', 1024],
    ['What is the square root of 81 plus 1?', 10],
    ['1,250 times 4', 5000],
    ['3 x 4', 12],
    ['5 - 8 =', -3],
    ['0.1 + 0.2', 0.3],
    ['12加30等于多少?', 42],
    ['2 + 3 * 4 ^ 2', 50],
  ])('reads %j as %d', (text, value) => {
    expect(Number(formatNumber(findArithmetic(text)!.value))).toBe(value)
  })

  it.each(['It happened on 2024-05-13.', 'Call 555-1234', 'no numbers', 'chapter 7', '(1'])(
    'finds nothing in %j',
    (text) => {
      expect(findArithmetic(text)).toBeUndefined()
    },
  )

  it('refuses what is not an expression', () => {
    expect(evaluate('1 +')).toBeUndefined()
    expect(evaluate('(1 + 2')).toBeUndefined()
    expect(evaluate('1 2')).toBeUndefined()
    expect(findArithmetic('1 / 0')).toBeUndefined()
  })
})
