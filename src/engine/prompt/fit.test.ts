import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitTexts } from './fit.js'

const length = (text: string): number => text.length

describe('fitTexts', () => {
  it('keeps everything that fits', () => {
    expect(fitTexts(['abc', 'de'], 5, length)).toEqual({ texts: ['abc', 'de'], trimmed: 0 })
  })

  it('keeps short texts whole and lets long ones share the rest', () => {
    const { texts, trimmed } = fitTexts(['short', 'x'.repeat(1000), 'y'.repeat(2000)], 805, length)
    expect(trimmed).toBe(2)
    expect(texts[0]).toBe('short')
    expect(texts[1]?.length).toBeLessThanOrEqual(400)
    expect(texts[2]?.length).toBeLessThanOrEqual(400)
    expect(texts[1]).toMatch(/^x+\n\[… \d+ characters left out …\]\nx+$/)
  })

  it('says exactly how much is missing', () => {
    const text = Array.from({ length: 500 }, (_, index) => String(index % 10)).join('')
    const [short = ''] = fitTexts([text], 200, length).texts
    const missing = Number(/… (\d+) characters/.exec(short)?.[1])
    const [head = '', tail = ''] = short.split(/\n\[.*\]\n/)
    expect(head.length + tail.length + missing).toBe(text.length)
    expect(text.startsWith(head) && text.endsWith(tail)).toBe(true)
  })

  it('never splits a surrogate pair and never exceeds the budget by more than its marks', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 300 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 0, max: 900 }),
        (texts, budget) => {
          const fitted = fitTexts(texts, budget, length)
          const total = fitted.texts.reduce((sum, text) => sum + text.length, 0)
          expect(total).toBeLessThanOrEqual(Math.max(budget, 0) + texts.length * 45)
          for (const text of fitted.texts) expect(text.isWellFormed()).toBe(true)
        },
      ),
    )
  })
})
