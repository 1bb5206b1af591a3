import { describe, expect, it } from 'vitest'
import { compareCodePoints } from './code-points.js'

describe('compareCodePoints', () => {
  it('orders by code point', () => {
    const names = ['😀', '\uff41', 'b', 'a', 'ab', '']
    expect([...names].sort(compareCodePoints)).toEqual(['', 'a', 'ab', 'b', '\uff41', '😀'])
    expect([...names].sort()).not.toEqual([...names].sort(compareCodePoints))
  })
})
