import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codePointLength, pythonFloat, pythonFloatText, pythonStrip } from './text.js'

describe('pythonFloat', () => {
  it.each<[unknown, number | undefined]>([
    [3, 3],
    [true, 1],
    [false, 0],
    ['4', 4],
    [' 3 ', 3],
    ['\u2003\x1f5\x85', 5],
    ['1e0', 1],
    ['1_000.5', 1000.5],
    ['.5', 0.5],
    ['5.', 5],
    ['-Infinity', -Infinity],
    ['٣', 3],
    ['𝟛.𝟝', 3.5],
    ['0x5', undefined],
    ['3/5', undefined],
    ['', undefined],
    ['none', undefined],
    ['1__0', undefined],
    ['\ufeff1', undefined],
    [null, undefined],
    [[3], undefined],
  ])('%j is %j', (value, number) => {
    expect(pythonFloat(value)).toBe(number)
  })

  it('reads nan in any case', () => {
    expect(pythonFloat('-NaN')).toBeNaN()
  })
})

describe('pythonFloatText', () => {
  it.each([
    [4, '4.0'],
    [3.8378378378378377, '3.8378378378378377'],
    [0.0001, '0.0001'],
    [0.00001234, '1.234e-05'],
    [1e16, '1e+16'],
    [123456789012345680, '1.2345678901234568e+17'],
    [1e15, '1000000000000000.0'],
    [-0, '-0.0'],
    [NaN, 'nan'],
    [-Infinity, '-inf'],
  ])('%d is %s', (value, text) => {
    expect(pythonFloatText(value)).toBe(text)
  })

  it('reads back as the same number', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(pythonFloat(pythonFloatText(value))).toBe(value)
      }),
    )
  })
})

describe('pythonStrip', () => {
  it('strips what Python calls white space, which a byte order mark is not', () => {
    expect(pythonStrip('\x1c\x85 a \u3000')).toBe('a')
    expect(pythonStrip('\ufeffa')).toBe('\ufeffa')
  })
})

describe('codePointLength', () => {
  it('counts code points, a lone surrogate as one', () => {
    expect(codePointLength('a🙂b')).toBe(3)
    expect(codePointLength('\ud83d')).toBe(1)
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(codePointLength(text)).toBe([...text].length)
      }),
    )
  })
})
