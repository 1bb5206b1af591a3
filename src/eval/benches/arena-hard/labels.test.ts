import { describe, expect, it } from 'vitest'
import { labelAdvantage, parseV01Label, parseV2Label } from './labels.js'

describe('parseV01Label', () => {
  it.each([
    ['[[A>B]] … [[A>B]]', 'A>B', false],
    ['[[A>B]] … [[A>>B]]', null, false],
    ['[[a>b]] [A>B]', null, true],
    ['[[A==B]]', 'A==B', false],
    ['', null, true],
  ])('reads %j as %j', (reply, score, tryAgain) => {
    expect(parseV01Label(reply)).toEqual({ score, tryAgain })
  })
})

describe('parseV2Label', () => {
  it.each([
    ['[[a>b]] then [[B>>A]]', 'B>>A', true],
    ['[A>B] then [B>A]', 'B>A', true],
    ['x = arr[B]', 'B', false],
    ['[[]]', null, true],
    ['no verdict', null, true],
  ])('reads %j as %j', (reply, score, aggregatable) => {
    expect(parseV2Label(reply)).toEqual({ score, aggregatable })
  })
})

describe('labelAdvantage', () => {
  it('knows the mirrored spellings in v2.0 only', () => {
    expect(labelAdvantage('v2.0', 'B<<A')).toEqual({ seat: 1, clear: true })
    expect(labelAdvantage('v2.0', 'B=A')).toEqual({ seat: 0, clear: false })
    expect(labelAdvantage('v0.1', 'B=A')).toBeUndefined()
    expect(labelAdvantage('v0.1', 'toString')).toBeUndefined()
  })
})
